/** Which live project the board is to show. */
import { StackError } from "../stack/error.ts";
import type { BoardConfig } from "./page.ts";

/** The environment, or what stands for it. */
export type Env = (name: string) => string | undefined;

const HELP = "Set SUPABASE_URL (https://<project>.supabase.co) and SUPABASE_PUBLISHABLE_KEY " +
  "(sb_publishable_…), which the project's dashboard shows under Connect; or SUPABASE_ACCESS_TOKEN " +
  "and SUPABASE_PROJECT_REF, as for connect.";

/**
 * Reads the project from the environment: its address and key, or what connect is told.
 * @throws {StackError} when it names none, or a key that a page must not have
 */
export async function readProject(env: Env): Promise<BoardConfig> {
  const ref = env("SUPABASE_PROJECT_REF");
  const address = env("SUPABASE_URL") || (ref && `https://${ref}.supabase.co`);
  if (!address) throw new StackError(`Which project? ${HELP}`);
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) {
    throw new StackError(`SUPABASE_URL is no address: ${address}`);
  }
  const publishableKey = env("SUPABASE_PUBLISHABLE_KEY") || await askForKey(env, ref);
  if (!publishableKey) throw new StackError(`Which key? ${HELP}`);
  // Everybody who opens the page can read it.
  if (isSecret(publishableKey)) {
    throw new StackError("SUPABASE_PUBLISHABLE_KEY is a secret key. A page must not have one.");
  }
  return { supabaseUrl: new URL(address).origin, publishableKey };
}

/** Asks Supabase for the key that a page may have. */
async function askForKey(env: Env, ref: string | undefined): Promise<string | undefined> {
  const token = env("SUPABASE_ACCESS_TOKEN");
  if (!token || !ref) return undefined;
  const base = env("SUPABASE_API_URL") || "https://api.supabase.com";
  const answer = await fetch(`${base}/v1/projects/${encodeURIComponent(ref)}/api-keys`, {
    headers: { authorization: `Bearer ${token}` },
  }).catch(() => null);
  if (!answer?.ok) {
    await answer?.body?.cancel();
    throw new StackError(
      `Supabase does not tell the key of ${ref} (${answer?.status ?? "no answer"}). ` +
        "Look at SUPABASE_ACCESS_TOKEN, or set SUPABASE_PUBLISHABLE_KEY.",
    );
  }
  const keys = await answer.json() as { type?: string; name?: string; api_key?: string }[];
  const isFor = (wanted: string) => ({ type, name }: { type?: string; name?: string }) =>
    type === wanted || name === wanted;
  return (keys.find(isFor("publishable")) ?? keys.find(isFor("anon")))?.api_key;
}

/** Also of the older keys, which are tokens, the one that may do everything. */
function isSecret(key: string): boolean {
  if (key.startsWith("sb_secret_")) return true;
  try {
    const body = key.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(body)).role === "service_role";
  } catch {
    return false;
  }
}
