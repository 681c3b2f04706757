import { z } from "npm:zod@4.6.7";
import type { Context } from "../context.ts";
import { isAccepted } from "../door.ts";
import { isMigrated } from "../project.ts";
import { digestOf, joinSecrets, makeSecret } from "../secrets.ts";
import type { Step } from "../step.ts";
import { readVault, SHARED_SECRETS, wishVault } from "../vault.ts";
import { listNamed, listSecrets } from "../webhooks.ts";
import { readRights } from "./resend-key.ts";
import { readReportWebhooks } from "./resend-webhook.ts";

/** What is known of one secret of the functions, which can be set and never read. */
interface Known {
  name: string;
  /** What it has to be; null when nobody can know that, or only when it is set. */
  value: string | null;
  /** Why it has to be set, whatever is there; null when it is right as far as it can be told. */
  problem: string | null;
  /** Only a person can help. */
  todo?: string;
}

/** What the functions do not take from the place where they run. */
const DEFAULTS = {
  CALCOM_API_URL: "https://api.cal.com/v2",
  RESEND_BASE_URL: "https://api.resend.com",
} as const;

/** The functions have the secrets of the other two products, and those that the schedule shows. */
export const secrets: Step = {
  name: "secrets",
  title: "Secrets",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look(context) {
    const all = await listKnown(context);
    const wrong = all.filter(({ problem, todo }) => problem !== null && todo === undefined);
    const todo = all.flatMap((one) => one.todo ?? []);
    if (wrong.length === 0 && todo.length === 0) {
      return { state: "ok", found: `${all.map(({ name }) => name).join(", ")} are set` };
    }
    return {
      state: "wrong",
      found: all.filter(({ problem }) => problem !== null)
        .map(({ name, problem }) => `${name} ${problem}`).join("; "),
      todo,
      plan: wrong.map(({ name }) => `set ${name}`),
    };
  },
  async mend(context) {
    const { supabase, resend, settings, made, redactor } = context;
    const wrong = (await listKnown(context)).filter(({ problem, todo }) => problem && !todo);
    const values: Record<string, string> = {};
    for (const { name, value } of wrong) {
      if (value !== null) values[name] = value;
      else if (name === "CALCOM_WEBHOOK_SECRET") {
        made.webhookSecret ??= redactor.hide(listNamed(context)[0] ?? makeSecret());
        // What signs already goes on being valid.
        values[name] = joinSecrets([made.webhookSecret, ...await listSecrets(context)]);
      } else if (name === "RESEND_API_KEY") {
        // A key that was made and never set is of no use to anybody: its token was shown once.
        const keyName = `calcom-deals ${settings.SUPABASE_PROJECT_REF}`;
        for (const { id, name } of await resend.readKeys()) {
          if (name === keyName) await resend.deleteKey(id);
        }
        values[name] = await resend.createSendingKey(keyName);
      }
    }
    if (Object.keys(values).length > 0) await supabase.setSecrets(values);
  },
};

async function listKnown(context: Context): Promise<Known[]> {
  const { settings, supabase, once } = context;
  const digests = await once("digests", () => supabase.readSecrets());
  const values = await readValues(context, digests);
  // A digest that fits says everything. One that does not says something only where others fit:
  // nobody has promised how they are made.
  const fits = (name: string) => digests.get(name) === digestOf(values[name] ?? "");
  const isComparable = Object.keys(values).some(fits);

  const known: Known[] = Object.entries(values).map(([name, value]) => ({
    name,
    value,
    problem: !digests.has(name)
      ? "is missing"
      : fits(name) || !isComparable
      ? null
      : "is another one",
  }));
  const presence = (name: string): Known => ({
    name,
    value: null,
    problem: digests.has(name) ? null : "is missing",
  });
  for (
    const name of ["RESEND_WEBHOOK_SECRET", ...Object.values(SHARED_SECRETS), "CALCOM_API_KEY"]
  ) {
    if (!(name in values)) known.push(presence(name));
  }
  known.push(presence("RESEND_API_KEY"));
  known.push(await lookAtWebhookSecret(context, digests.get("CALCOM_WEBHOOK_SECRET")));
  // Without Resend's rights nobody here can say what its secret is.
  const isFull = settings.RESEND_API_KEY !== undefined && await readRights(context) === "full";
  for (const one of known) {
    if (one.problem === null || isFull || !/^RESEND_(API|WEBHOOK)/.test(one.name)) continue;
    one.todo = `Set RESEND_API_KEY to a key with full access and run connect`;
  }
  return known;
}

/** Those whose value can be known. */
async function readValues(
  context: Context,
  digests: Map<string, string>,
): Promise<Record<string, string>> {
  const { settings, resend, isReadOnly } = context;
  const values: Record<string, string> = {};
  if (settings.CALCOM_API_KEY !== undefined) values.CALCOM_API_KEY = settings.CALCOM_API_KEY;
  for (const name of ["CALCOM_API_URL", "RESEND_BASE_URL"] as const) {
    const isOther = settings[name] !== DEFAULTS[name];
    if (isOther || digests.has(name)) values[name] = settings[name];
  }
  const vault = isReadOnly ? await readVault(context) ?? {} : await wishVault(context);
  for (const [name, variable] of Object.entries(SHARED_SECRETS)) {
    if (vault[name] !== undefined) values[variable] = vault[name];
  }
  if (settings.RESEND_API_KEY !== undefined && await readRights(context) === "full") {
    const [first] = await readReportWebhooks(context);
    if (first) values.RESEND_WEBHOOK_SECRET = await resend.readSigningSecret(first.id);
  }
  return values;
}

/** The one secret of which a list can be set, and whose parts the door can be asked about. */
async function lookAtWebhookSecret(context: Context, digest: string | undefined): Promise<Known> {
  const name = "CALCOM_WEBHOOK_SECRET";
  const signing = context.settings.CALCOM_API_KEY === undefined
    ? listNamed(context)
    : await listSecrets(context);
  // Made in this run, and not at Cal.com yet.
  if (context.made.webhookSecret !== undefined) signing.push(context.made.webhookSecret);
  const list = signing.length === 0 ? null : joinSecrets(signing);
  if (digest === undefined) return { name, value: list, problem: "is missing" };
  if (list === null) {
    if (context.settings.CALCOM_API_KEY === undefined) return { name, value: null, problem: null };
    if (!await hasEvents(context)) {
      return { name, value: null, problem: "is set, and no webhook at Cal.com has it" };
    }
    return {
      name,
      value: null,
      problem: "is set, and no webhook that this key can see has it, though events arrive",
      todo:
        "A webhook made by hand signs with it. Set CALCOM_WEBHOOK_SECRET to its secret and run " +
        "connect, so that it stays valid beside the one that is made here",
    };
  }
  if (digest === digestOf(list)) return { name, value: list, problem: null };
  for (const secret of signing) {
    if (await isAccepted(context, secret) === false) {
      return { name, value: list, problem: "does not have the secret of the webhook at Cal.com" };
    }
  }
  return { name, value: list, problem: null };
}

/** Whether somebody's webhook has reached the log already. A ping tells nothing. */
async function hasEvents(context: Context): Promise<boolean> {
  if (!await isMigrated(context)) return false;
  const [row] = await context.supabase.select(
    z.object({ yes: z.boolean() }),
    `select exists (
      select from public.calcom_events as e
      where e.source = 'webhook' and e.payload ->> 'triggerEvent' <> 'PING'
    ) as yes`,
  );
  return row?.yes ?? false;
}
