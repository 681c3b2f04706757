/** The keys at Resend that mails go out with. What a key is, is shown once; which one is in use is noted. */
import { ApiError } from "./apis/http.ts";
import type { Context } from "./context.ts";
import { digestOf } from "./secrets.ts";
import { isFull } from "./steps/resend-key.ts";

/** Each has its own: neither is lost with the other. */
export interface SendingKey {
  /** What its name at Resend ends in. */
  suffix: string;
  /** Among the functions' secrets, because that is where it can be noted which one was set. It is none. */
  note: string;
}

/** What the functions send with. */
export const FUNCTIONS_KEY: SendingKey = { suffix: "", note: "CALCOM_DEALS_RESEND_KEY_ID" };

/** What Supabase's Auth sends its codes with. */
export const SIGN_IN_KEY: SendingKey = { suffix: " sign-in", note: "CALCOM_DEALS_SIGN_IN_KEY_ID" };

/** What is noted of a key that is being made. */
const BEING_MADE = "being made";

/**
 * Whether Resend does not have the key that was set, as far as that can be seen: by its note, or by its
 * name where nothing was noted, because a person has set it. One that was made and not noted was never
 * set: whoever made it was stopped before that, and nobody has it.
 */
export async function isKeyGone(context: Context, key: SendingKey): Promise<boolean> {
  if (!await isFull(context)) return false;
  const keys = await context.once("resend keys", () => context.resend.readKeys());
  const noted = await readNote(context, key) ?? "";
  // What is no such number says nothing but that one was set.
  return /^[0-9a-f]{64}$/.test(noted)
    ? keys.every(({ id }) => digestOf(id) !== noted)
    : keys.every(({ name }) => name !== nameOf(context, key));
}

/** Makes a key that can send, instead of those that have its name: their tokens are lost. */
export async function makeSendingKey(
  context: Context,
  key: SendingKey,
): Promise<{ token: string; note: Record<string, string> }> {
  const { resend, supabase } = context;
  const name = nameOf(context, key);
  if (await readNote(context, key) === undefined) {
    await supabase.setSecrets({ [key.note]: BEING_MADE });
  }
  for (const one of await resend.readKeys()) {
    if (one.name === name) await resend.deleteKey(one.id);
  }
  const { id, token } = await resend.createSendingKey(name);
  return { token, note: { [key.note]: id } };
}

/** What was noted; nothing where the token may not look: the step of the secrets says so. */
async function readNote({ once, supabase }: Context, key: SendingKey): Promise<string | undefined> {
  try {
    return (await once("digests", () => supabase.readSecrets())).get(key.note);
  } catch (error) {
    if (error instanceof ApiError && error.failure.status === 403) return undefined;
    throw error;
  }
}

function nameOf({ settings }: Context, { suffix }: SendingKey): string {
  return `calcom-deals ${settings.SUPABASE_PROJECT_REF}${suffix}`;
}
