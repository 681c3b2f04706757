// deno-lint-ignore-file no-console -- a command line program talks on the console
/** Which project a command talks to: one that is named, or the stack on this machine. */
import { TASK } from "../local/command.ts";
import { readRunningStack } from "../local/running-stack.ts";
import { createSupabase } from "./apis/supabase.ts";
import { SetupError } from "./error.ts";
import type { Redactor } from "./secrets.ts";
import { SECRET_SETTINGS, type Settings } from "./settings.ts";

/** A project, with a key that may do everything there. */
export interface Target {
  url: string;
  key: string;
  /** Where its mails land, when it is the local stack. */
  inbox: string | null;
}

/** How one is named, for the help of a command. */
export const HOW_TO_NAME =
  `SUPABASE_URL and SUPABASE_SECRET_KEY, or SUPABASE_ACCESS_TOKEN and SUPABASE_PROJECT_REF, in the
environment name a project; without them it is the running local stack.`;

/**
 * Finds the project that the settings name; otherwise the stack that runs, or the one on a port.
 * @throws {SetupError} when there is neither
 */
export async function findTarget(
  settings: Settings,
  port: string | undefined,
  redactor: Redactor,
): Promise<Target> {
  for (const name of SECRET_SETTINGS) redactor.hide(settings[name]);
  const { SUPABASE_URL: url, SUPABASE_SECRET_KEY: key, SUPABASE_PROJECT_REF: ref } = settings;
  if (port === undefined && url && key) {
    return { url, key, inbox: null };
  }
  if (port === undefined && ref && (key || settings.SUPABASE_ACCESS_TOKEN)) {
    const secret = key ?? await createSupabase({
      base: settings.SUPABASE_API_URL,
      token: settings.SUPABASE_ACCESS_TOKEN!,
      ref,
      isReadOnly: true,
      redactor,
      say: (text) => console.error(text),
    }).readSecretKey();
    return { url: url ?? `https://${ref}.supabase.co`, key: secret, inbox: null };
  }
  const stack = await readRunningStack({ port });
  if (!stack?.SUPABASE_URL || !stack.SUPABASE_SECRET_KEY) {
    throw new SetupError(
      `The local stack is not running. Start it in another terminal: ${TASK} start. For a project, ` +
        "set SUPABASE_URL and SUPABASE_SECRET_KEY, or SUPABASE_ACCESS_TOKEN and SUPABASE_PROJECT_REF.",
    );
  }
  return {
    url: stack.SUPABASE_URL,
    key: redactor.hide(stack.SUPABASE_SECRET_KEY),
    inbox: stack.INBOX_URL ?? null,
  };
}
