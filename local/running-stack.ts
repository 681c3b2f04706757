import { resolve } from "node:path";
import { DEFAULT_PORT, envFileOf, readEnvFile } from "./stack/env-file.ts";
import { StackError } from "./stack/error.ts";

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

/**
 * What a running stack wrote down about itself, by name: `SUPABASE_URL` and so on.
 * @returns null when no such stack runs
 * @throws {StackError} when the choice makes no sense
 */
export async function readRunningStack(
  { port, env }: StackChoice,
): Promise<Record<string, string> | null> {
  return await readEnvFile(env === undefined ? envFileOf(readPort(port)) : fromCaller(env));
}

/** @throws {StackError} for what is no port; 0 stands for any that is free. */
export function readPort(text: string | undefined): number {
  const port = Number(text || NaN);
  if (text === undefined) return DEFAULT_PORT;
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new StackError(`--port takes a number up to 65535, not "${text}".`);
}

/** Deno moves to the folder of deno.json; a relative path was meant from where it was typed. */
export function fromCaller(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}
