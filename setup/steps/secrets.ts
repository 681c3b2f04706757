import { isClosedToReaders } from "../apis/supabase.ts";
import type { Context } from "../context.ts";
import { digestOf } from "../secrets.ts";
import { FUNCTIONS_KEY, isKeyGone, makeSendingKey } from "../sending-keys.ts";
import { describeHidden, lookAtSigning, SIGNING, wishSigning } from "../signing.ts";
import type { Step } from "../step.ts";
import { readVault, SHARED_SECRETS, wishVault } from "../vault.ts";
import { GIVE_FULL_KEY, isFull } from "./resend-key.ts";
import { readReportWebhooks } from "./resend-webhook.ts";

/** What is known of one secret of the functions, which can be set and never read. */
interface Known {
  name: string;
  /** What it has to be; null when nobody can know that, or only when it is set. */
  value: string | null;
  /** Why it has to be set, whatever is there; null when it is right as far as it can be told. */
  problem: string | null;
  /** It may be right all the same. */
  isDoubt?: boolean;
  /** Only a person can help. */
  todo?: string;
  /** What is done about it all the same, where that is more than to set it. */
  plan?: string | undefined;
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
    const wrong = all.filter(canMend);
    const todo = all.flatMap((one) => one.todo ?? []);
    if (wrong.length === 0 && todo.length === 0) {
      return { state: "ok", found: `${all.map(({ name }) => name).join(", ")} are set` };
    }
    const isDoubt = todo.length === 0 && wrong.every((one) => one.isDoubt);
    return {
      state: isDoubt ? "warning" : "wrong",
      found: all.filter(({ problem }) => problem !== null)
        .map(({ name, problem }) => `${name} ${problem}`).join("; "),
      todo,
      plan: wrong.map(({ name, plan }) => plan ?? `set ${name}`),
    };
  },
  async mend(context) {
    const { supabase } = context;
    const wrong = (await listKnown(context)).filter(canMend);
    const values: Record<string, string> = {};
    for (const { name, value } of wrong) {
      if (name === SIGNING) Object.assign(values, await wishSigning(context));
      else if (value !== null) values[name] = value;
      else if (name === "RESEND_API_KEY") {
        const { token, note } = await makeSendingKey(context, FUNCTIONS_KEY);
        Object.assign(values, note, { [name]: token });
      }
    }
    if (Object.keys(values).length > 0) await supabase.setSecrets(values);
  },
};

function canMend({ problem, todo, plan }: Known): boolean {
  return problem !== null && (todo === undefined || plan !== undefined);
}

async function listKnown(context: Context): Promise<Known[]> {
  const { supabase, once } = context;
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
  known.push(await lookAtResendKey(context, presence("RESEND_API_KEY")));
  known.push(await lookAtWebhookSecret(context));
  // Without Resend's rights nobody here can say what its secret is.
  const canSetAll = await isFull(context);
  for (const one of known) {
    if (one.problem === null || canSetAll || !/^RESEND_(API|WEBHOOK)/.test(one.name)) continue;
    one.todo = GIVE_FULL_KEY;
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
  const vault = isReadOnly ? await readVaultIfOpen(context) : await wishVault(context);
  for (const [name, variable] of Object.entries(SHARED_SECRETS)) {
    if (vault[name] !== undefined) values[variable] = vault[name];
  }
  if (await isFull(context)) {
    const [first] = await readReportWebhooks(context);
    if (first) values.RESEND_WEBHOOK_SECRET = await resend.readSigningSecret(first.id);
  }
  return values;
}

/** Nothing where the token may not look into Vault: the step of Vault says so. */
async function readVaultIfOpen(context: Context): Promise<Record<string, string>> {
  try {
    return await readVault(context) ?? {};
  } catch (error) {
    if (!isClosedToReaders(error)) throw error;
    return {};
  }
}

/** The key that mails go out with. Its token can be compared with nothing, but which it is was noted. */
async function lookAtResendKey(context: Context, known: Known): Promise<Known> {
  if (known.problem !== null || !await isKeyGone(context, FUNCTIONS_KEY)) return known;
  const problem =
    "is none that was made here: it may be deleted at Resend, and then no mail goes out";
  return { ...known, problem, isDoubt: true };
}

/** The one that is a list, of which nobody may know all. */
async function lookAtWebhookSecret(context: Context): Promise<Known> {
  const { talk, settings } = context;
  const { isHiding, ...known } = await lookAtSigning(context);
  if (!isHiding) return { name: SIGNING, ...known };
  const page =
    `https://supabase.com/dashboard/project/${settings.SUPABASE_PROJECT_REF}/functions/secrets`;
  return {
    name: SIGNING,
    ...known,
    todo:
      `${await describeHidden(context)}. Set ${SIGNING} to the secrets of such webhooks, where ` +
      "there are any, and run connect in a terminal, which asks before it replaces what is set. " +
      `Where nobody can be asked, delete it at ${page} before`,
    plan: talk.canAsk
      ? `ask whether to replace ${SIGNING}, which holds a secret that nobody here can see`
      : undefined,
  };
}
