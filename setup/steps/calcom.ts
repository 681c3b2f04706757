import { OWN, type Scope, type Webhook, type WebhookWish } from "../apis/calcom.ts";
import { ApiError } from "../apis/http.ts";
import type { Context } from "../context.ts";
import { SetupError } from "../error.ts";
import { webhookUrl } from "../project.ts";
import { isUsable } from "../secrets.ts";
import { findSigning, hasSigning } from "../signing.ts";
import type { Finding } from "../finding.ts";
import type { Step } from "../step.ts";
import { NEWER_TRIGGERS, type Placed, readOurWebhooks, TRIGGERS } from "../webhooks.ts";

/** Cal.com sends what is needed, to the right place, and signs it. */
export const calcom: Step = {
  name: "calcom",
  title: "Cal.com webhook",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF", "CALCOM_API_KEY"],
  async look(context) {
    const { calcom, once } = context;
    const account = await once("account", () => calcom.readAccount());
    const contract = await once("contract", () => calcom.probeBookings());
    const all = await readOurWebhooks(context);
    const { main, others } = choose(all, account.scope, await readUrl(context));
    const faults = others.flatMap(listFaults);
    const todo = listTodo(context, account, others, faults.length > 0);
    const who = `${account.email}, bookings API ${contract}`;
    if (main === undefined) {
      const found = `no webhook for ${account.scope.name} leads here (${who})`;
      if (!await hasSigning(context)) {
        return { state: "wrong", found, todo: [`It is made ${WITH_A_SECRET}`, ...todo] };
      }
      const plan = [`make a webhook for ${account.scope.name}, with a secret`];
      return { state: "wrong", found, todo, plan };
    }
    const changes = await listChanges(context, main);
    if (changes.length === 0) {
      // There are as many lists of those as there are event types, and what comes twice counts once.
      const found =
        `for ${account.scope.name}, on, with all triggers (${who}); webhooks of single ` +
        "event types are not looked at";
      return {
        state: faults.length > 0 ? "wrong" : todo.length > 0 ? "warning" : "ok",
        found: [found, ...faults].join("; "),
        todo,
      };
    }
    return {
      state: "wrong",
      found: [...changes.map(({ found }) => found), ...faults].join("; "),
      todo: [...changes.flatMap((change) => change.todo ?? []), ...todo],
      plan: changes.flatMap(({ plan }) => plan ?? []),
    };
  },
  async mend(context) {
    const { calcom, once } = context;
    const { scope } = await once("account", () => calcom.readAccount());
    const { main } = choose(await readOurWebhooks(context), scope, await readUrl(context));
    if (main === undefined) await create(context, scope);
    else {
      const wish: Partial<WebhookWish> = Object.assign(
        {},
        ...(await listChanges(context, main)).map((change) => change.wish),
      );
      await send(context, scope, wish, (body) => calcom.changeWebhook(scope, main.id, body));
    }
  },
};

/** What a webhook waits for, as the rest of a sentence. */
const WITH_A_SECRET =
  "as soon as there is a secret for it, without which everything that it sends " +
  'is refused: see what is to be done at "Secrets", and run connect again';

const HAS_TEMPLATE = "has a custom payload template, which leaves out what is needed";

/** Says what is wrong with a secret that is of no use. */
function describeSecret({ secret }: Webhook): string {
  return secret
    ? "has a secret that is shorter than 16 letters, or holds a comma"
    : "has no secret, so everything it sends is refused";
}

/** Something about a webhook that is not as it should be. */
interface Change {
  found: string;
  /** None: it cannot be mended yet, and `todo` says why. */
  plan?: string;
  todo?: string;
  wish: Partial<WebhookWish>;
}

async function listChanges(context: Context, webhook: Webhook): Promise<Change[]> {
  const subscriberUrl = await readUrl(context);
  const missing = TRIGGERS.filter((name) =>
    !webhook.triggers.includes(name) && !NEWER_TRIGGERS.includes(name)
  );
  const changes: Change[] = [];
  if (webhook.subscriberUrl !== subscriberUrl) {
    changes.push({
      found: `its address is ${webhook.subscriberUrl}, which does not run next to the database`,
      plan: `change its address to ${subscriberUrl}`,
      wish: { subscriberUrl },
    });
  }
  if (!webhook.active) {
    changes.push({ found: "it is switched off", plan: "switch it on", wish: { active: true } });
  }
  if (missing.length > 0) {
    changes.push({
      found: `it leaves out ${missing.join(", ")}`,
      plan: `add ${missing.join(", ")}`,
      // Others that somebody has chosen stay: they are kept in the log.
      wish: { triggers: [...new Set([...webhook.triggers, ...TRIGGERS])] },
    });
  }
  if (webhook.payloadTemplate) {
    changes.push({
      found: `it ${HAS_TEMPLATE}`,
      plan: "take the template away",
      wish: { payloadTemplate: "" },
    });
  }
  if (!isUsable(webhook.secret)) {
    const secret = await findSigning(context);
    changes.push({
      found: `it ${describeSecret(webhook)}`,
      ...await hasSigning(context)
        ? { plan: "give it a secret" }
        : { todo: `It gets one ${WITH_A_SECRET}` },
      wish: secret === null ? {} : { secret },
    });
  }
  return changes;
}

async function create(context: Context, scope: Scope): Promise<void> {
  const { calcom } = context;
  // The functions have to know it before Cal.com does: the step of the secrets saw to that.
  const secret = await findSigning(context);
  if (secret === null) throw new SetupError(`The webhook is made ${WITH_A_SECRET}.`);
  const wish: WebhookWish = {
    subscriberUrl: await readUrl(context),
    triggers: [...TRIGGERS],
    active: true,
    secret,
  };
  await send(context, scope, wish, (body) => calcom.createWebhook(scope, body));
}

/** The address that the webhook has to have. */
async function readUrl({ supabase, once, projectUrl }: Context): Promise<string> {
  const { region } = await once("project", () => supabase.readProject());
  return webhookUrl(projectUrl, region);
}

/** Sends a wish. An address that another webhook has by now is told as that. */
async function send<Wish extends Partial<WebhookWish>>(
  context: Context,
  scope: Scope,
  wish: Wish,
  how: (wish: Wish) => Promise<unknown>,
): Promise<void> {
  try {
    await withTriggers(wish, how);
  } catch (error) {
    if (!(error instanceof ApiError) || error.failure.status !== 409) throw error;
    context.forget();
    const url = await readUrl(context);
    const isVisible = (await readOurWebhooks(context)).some((one) =>
      one.scope.path === scope.path && one.webhook.subscriberUrl === url
    );
    if (!isVisible) throw error;
    throw new SetupError(
      `Cal.com has another webhook for ${scope.name} with this address (409), which was not there a ` +
        "moment ago. Run this again: it looks after that one.",
    );
  }
}

/** An older server refuses names that it does not know; without the newest it works as well. */
async function withTriggers<Wish extends Partial<WebhookWish>>(
  wish: Wish,
  send: (wish: Wish) => Promise<unknown>,
): Promise<void> {
  try {
    await send(wish);
  } catch (error) {
    const isRefused = error instanceof ApiError && error.failure.status === 400 &&
      /trigger/i.test(error.failure.message) && wish.triggers !== undefined;
    if (!isRefused) throw error;
    const triggers = wish.triggers!.filter((name) => !NEWER_TRIGGERS.includes(name));
    await send({ ...wish, triggers });
  }
}

/** The one that is looked after, and what else leads here. No other can get the right address. */
function choose(
  all: Placed[],
  scope: Scope,
  url: string,
): { main: Webhook | undefined; others: Placed[] } {
  const here = all.filter((one) => one.scope.path === scope.path);
  const main = here.find(({ webhook }) => webhook.subscriberUrl === url) ??
    here.find(({ webhook }) => webhook.active) ?? here[0];
  return { main: main?.webhook, others: all.filter((one) => one !== main) };
}

/** Why what another webhook sends is of no use. */
function listFaults({ scope, webhook }: Placed): string[] {
  if (!webhook.active) return [];
  return [
    ...webhook.payloadTemplate ? [HAS_TEMPLATE] : [],
    ...isUsable(webhook.secret) ? [] : [describeSecret(webhook)],
  ].map((fault) => `another webhook (for ${scope.name}) ${fault}`);
}

/** What only Cal.com's page can do. */
function listTodo(
  { calcom, settings }: Context,
  { scope, hasClosedOrganization, teams }: Awaited<ReturnType<Context["calcom"]["readAccount"]>>,
  others: Placed[],
  isFaulty: boolean,
): NonNullable<Finding["todo"]> {
  const todo: string[] = [];
  if (others.length > 0) {
    const names = others.map((one) => one.scope.name).join(" and ");
    todo.push(
      `${others.length === 1 ? "Another webhook leads" : `${others.length} other webhooks lead`} ` +
        `here (for ${names}). ` +
        (isFaulty
          ? "Delete what you do not need, or take its template away and give it a secret of its own, at "
          : "Events that come twice count once; delete what you do not need at ") +
        calcom.page,
    );
  }
  if (hasClosedOrganization) {
    todo.push(
      "You belong to an organization, and this key may not look after its webhooks: only your own " +
        "events come. Run this with the key of an administrator of the organization",
    );
  }
  if (scope.path === OWN.path && teams.length > 0 && settings.CALCOM_WEBHOOK_SECRET === undefined) {
    todo.push(
      `Round robin and collective events of ${teams.map(({ name }) => name).join(", ")} need a ` +
        `webhook of the team, which Cal.com's API cannot make: make it at ${calcom.page} (New, ` +
        "then the team), with the address and the triggers of the one that is there and a secret " +
        "of its own; then run connect with CALCOM_WEBHOOK_SECRET set to that secret",
    );
  }
  return todo;
}
