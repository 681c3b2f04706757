/** What the functions check Cal.com's signatures with: a list of secrets, which can be set and never read. */
import { ApiError } from "./apis/http.ts";
import type { Context } from "./context.ts";
import { isAccepted } from "./door.ts";
import { SetupError } from "./error.ts";
import { digestOf, isUsable, joinSecrets, makeSecret } from "./secrets.ts";
import { listNamed, listSecrets, readOurWebhooks } from "./webhooks.ts";

/** The variable of the functions. */
export const SIGNING = "CALCOM_WEBHOOK_SECRET";

/** Among the functions' secrets, because that is where it can be noted what was set. It is none. */
const NOTE = "CALCOM_DEALS_SECRETS";

/** How many secrets are tried in every order: 6 make 1957 lists. */
const MAX_TRIED = 6;

/** What is known of the list. */
export interface SigningState {
  /** What it has to be; null when that is only made when it is set. */
  value: string | null;
  /** Why it has to be set, whatever is there; null when it is right as far as it can be told. */
  problem: string | null;
  /** Whether to set it could forget a secret that is in use. */
  isHiding: boolean;
}

/** Compares what is set with what signs. */
export async function lookAtSigning(context: Context): Promise<SigningState> {
  const digest = (await readDigests(context)).get(SIGNING);
  const canSeeCalcom = context.settings.CALCOM_API_KEY !== undefined;
  const signing = canSeeCalcom ? await listSigning(context) : listNamed(context);
  const value = signing.length === 0 ? null : joinSecrets(signing);
  if (digest === undefined) return { value, problem: "is missing", isHiding: false };
  if (canSeeCalcom && await needsOwn(context)) {
    return {
      value,
      problem: "is set, and no webhook that this key can see has it",
      isHiding: await hidesSecret(context),
    };
  }
  if (value === null || digest === digestOf(value)) {
    return { value, problem: null, isHiding: false };
  }
  for (const secret of signing) {
    if (await isAccepted(context, secret) === false) {
      return {
        value,
        problem: "does not have the secret of the webhook at Cal.com",
        isHiding: canSeeCalcom && await hidesSecret(context),
      };
    }
  }
  return { value, problem: null, isHiding: false };
}

/**
 * What is to be set, after a question where that could forget a secret that is in use. Nothing: it
 * stays as it is.
 */
export async function wishSigning(context: Context): Promise<Record<string, string>> {
  const { made, redactor, talk } = context;
  if (await hidesSecret(context)) {
    const question = `  ${await describeHidden(context)}. Forget it?`;
    if (!talk.confirm(question, false)) return {};
  }
  if (await needsOwn(context)) made.webhookSecret ??= redactor.hide(makeSecret());
  return await noteSigning(context, await listSigning(context));
}

/** A list as it is set, with the note that this account knew all of it. */
export async function noteSigning(
  context: Context,
  secrets: readonly string[],
): Promise<Record<string, string>> {
  const list = joinSecrets(secrets);
  return { [SIGNING]: list, [NOTE]: await makeNote(context, digestOf(list), listNamed(context)) };
}

/**
 * Rule: a secret that nobody here can see may be in use: by a webhook made by hand for a team or an
 * event type, or by that of a colleague. To set the list anew without it would lose their events.
 */
export async function hidesSecret(context: Context): Promise<boolean> {
  const digests = await readDigests(context);
  const digest = digests.get(SIGNING);
  if (digest === undefined) return false;
  for (const list of listOrders(await listSigning(context))) {
    if (digestOf(list.join()) === digest) return false;
  }
  // What this account has set itself held nothing but what it could see then, and what was named.
  const note = digests.get(NOTE);
  for (const named of listOrders(listNamed(context))) {
    if (note === digestOf(await makeNote(context, digest, named))) return false;
  }
  return true;
}

/** Says what nobody can see, and whose it may be. */
export async function describeHidden({ calcom, once }: Context): Promise<string> {
  const { teams } = await once("account", () => calcom.readAccount());
  const team = teams.length === 0 ? "a team" : teams.map(({ name }) => name).join(", ");
  return `The functions hold a secret that nobody here can see. It may be that of a webhook made by hand for ` +
    `${team} or an event type, or that of a colleague`;
}

/** A secret that the functions take and a webhook can get; null when there is none. */
export async function findSigning(context: Context): Promise<string | null> {
  if (context.made.webhookSecret !== undefined) return context.made.webhookSecret;
  const known = await listSecrets(context);
  if (known.length === 0) return null;
  const digest = await readDigests(context).then((all) => all.get(SIGNING), (error) => {
    if (error instanceof ApiError && error.failure.status === 403) return undefined;
    throw error;
  });
  if (digest === digestOf(joinSecrets(known))) return known[0]!;
  for (const secret of known) if (await isAccepted(context, secret)) return secret;
  return null;
}

/** Whether there is one, or connect would have made one before it comes to the webhooks. */
export async function hasSigning(context: Context): Promise<boolean> {
  if (await findSigning(context) !== null) return true;
  if (!context.isReadOnly && !context.isDryRun) return false;
  return await lookAtSigning(context).then(
    ({ problem, isHiding }) => problem !== null && (!isHiding || context.talk.canAsk),
    (error) => {
      if (error instanceof SetupError) return false;
      throw error;
    },
  );
}

async function readDigests({ supabase, once }: Context): Promise<Map<string, string>> {
  return await once("digests", () => supabase.readSecrets());
}

/** What events are signed with, and what was made in this run and is not at Cal.com yet. */
async function listSigning(context: Context): Promise<string[]> {
  return [...await listSecrets(context), context.made.webhookSecret ?? ""].filter(isUsable);
}

/** Whether no webhook that can be seen has a secret, so that one has to be made for it. */
async function needsOwn(context: Context): Promise<boolean> {
  if (context.made.webhookSecret !== undefined) return false;
  return (await readOurWebhooks(context)).every(({ webhook }) => !isUsable(webhook.secret));
}

/** What can be compared and not read: which list, which secrets were named, and whose key it was. */
async function makeNote(
  { calcom, once }: Context,
  digest: string,
  named: readonly string[],
): Promise<string> {
  const { email, scope } = await once("account", () => calcom.readAccount());
  return digestOf(JSON.stringify([digest, joinSecrets(named), email, scope.path]));
}

/** Some of the secrets, or all, in every order: somebody may have set the list by hand. */
function* listOrders(secrets: readonly string[]): Generator<string[]> {
  const all = [...new Set(secrets)];
  if (all.length > MAX_TRIED) return yield all.sort();
  yield [];
  for (const first of all) {
    for (const rest of listOrders(all.filter((one) => one !== first))) yield [first, ...rest];
  }
}
