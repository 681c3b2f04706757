import { dirname, join, resolve } from "node:path";
import { ENV_FILE, readEnvFile } from "./stack-env.ts";
import { StackError } from "./stack-error.ts";

/** How a command says which of the running stacks it means. */
export interface StackChoice {
  port?: string | undefined;
  env?: string | undefined;
}

/** The options of a command that talks to a running stack, for `parseArgs`. */
export const STACK_OPTIONS = {
  port: { type: "string" },
  env: { type: "string" },
} as const;

const DEFAULT_PORT = 54321;

/**
 * What a running stack wrote down about itself, by name: `SUPABASE_URL` and so on.
 * @returns null when no such stack runs
 * @throws {StackError} when the choice makes no sense
 */
export async function readRunningStack(
  choice: StackChoice,
): Promise<Record<string, string> | null> {
  return await readEnvFile(envFileOf(choice));
}

function envFileOf({ port, env }: StackChoice): string {
  if (env !== undefined) return fromCaller(env);
  if (port === undefined) return ENV_FILE;
  if (!/^\d+$/.test(port) || Number(port) > 65535) {
    throw new StackError(`--port takes a number up to 65535, not "${port}".`);
  }
  if (Number(port) === DEFAULT_PORT) return ENV_FILE;
  return join(dirname(ENV_FILE), `local-${Number(port)}.env`);
}

/** Deno moves to the folder of deno.json; a relative path was meant from where it was typed. */
export function fromCaller(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}
