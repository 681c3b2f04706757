/** How a running stack tells the other commands, and any program, where it is: its env file. */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { StackError } from "./stack/error.ts";
import type { Stack } from "./stack/stack.ts";

/** The port of a stack that is not told another one. */
export const DEFAULT_PORT = 54321;

/** The options of a command that talks to a running stack, for `parseArgs`. */
export const STACK_OPTIONS = {
  port: { type: "string" },
  env: { type: "string" },
} as const;

/** Which of the running stacks a command means; without a word the one that runs. */
export interface StackChoice {
  port?: string | undefined;
  env?: string | undefined;
}

/** Where the stacks say how to reach them. */
const FOLDER = fileURLToPath(new URL("../supabase/.temp/", import.meta.url));

/** The file of the stack on the usual port. */
const DEFAULT_FILE = "local.env";

/** Where the stack on a port says how to reach it, so that no two write to one file. */
export function envFileOf(port: number): string {
  return join(FOLDER, port === DEFAULT_PORT ? DEFAULT_FILE : `local-${port}.env`);
}

/**
 * Writes the addresses and keys of a stack as `NAME=value` lines that only their owner can read.
 * @returns removes them again, unless another stack has written its own in the meantime
 */
export async function writeEnvFile(stack: Stack, file: string): Promise<() => Promise<void>> {
  return await writeValues(file, {
    SUPABASE_URL: stack.url,
    SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
    SUPABASE_SECRET_KEY: stack.secretKey,
    CALCOM_WEBHOOK_SECRET: stack.webhookSecret,
    INBOX_URL: stack.inboxUrl,
    DATABASE_URL: stack.databaseUrl,
    ...(stack.boardUrl === null ? {} : { BOARD_URL: stack.boardUrl }),
  });
}

/**
 * Writes `NAME=value` lines that only their owner can read.
 * @returns removes them again, unless somebody has written others in the meantime
 */
export async function writeValues(
  file: string,
  values: Record<string, string>,
): Promise<() => Promise<void>> {
  const text = Object.entries(values).map(([name, value]) => `${name}=${value}\n`).join("");
  await Deno.mkdir(dirname(file), { recursive: true });
  // A new file: the mode is only applied to a file that is created.
  await Deno.remove(file).catch(() => {});
  await Deno.writeTextFile(file, text, { mode: 0o600 });
  return async () => {
    if (await Deno.readTextFile(file).catch(() => "") === text) await Deno.remove(file);
  };
}

/**
 * What a running stack wrote down about itself, by name: `SUPABASE_URL` and so on.
 * @returns null when no such stack runs
 * @throws {StackError} when the choice makes no sense, or is none where several run
 */
export async function readRunningStack(
  { port, env }: StackChoice,
): Promise<Record<string, string> | null> {
  if (env !== undefined) return await readValues(fromCaller(env));
  if (port !== undefined) return await readValues(envFileOf(readPort(port)));
  return await findRunningStack(FOLDER);
}

/**
 * The stack that runs, whatever its port is. Of several the one on the usual port.
 * @throws {StackError} when several run, all on other ports
 */
export async function findRunningStack(folder: string): Promise<Record<string, string> | null> {
  const running = new Map<string, Record<string, string>>();
  for (const { name } of await Array.fromAsync(Deno.readDir(folder)).catch(() => [])) {
    if (!/^local(-\d+)?\.env$/.test(name)) continue;
    const values = await readValues(join(folder, name));
    // One that was killed could not remove its file.
    if (values?.SUPABASE_URL && await answers(values.SUPABASE_URL)) running.set(name, values);
  }
  const [first = null, ...others] = running.values();
  if (others.length === 0) return first;
  const usual = running.get(DEFAULT_FILE);
  if (usual) return usual;
  const ports = [...running.values()].map(({ SUPABASE_URL }) => new URL(SUPABASE_URL!).port);
  throw new StackError(
    `Several local stacks run. Say which one: --port ${ports.sort().join(" or --port ")}.`,
  );
}

async function readValues(file: string): Promise<Record<string, string> | null> {
  const text = await Deno.readTextFile(file).catch(() => null);
  if (text === null) return null;
  return Object.fromEntries(
    text.matchAll(/^(\w+)=(.*)$/gm).map(([, name, value]) => [name, value]),
  );
}

async function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) }).catch(() => null);
  connection?.close();
  return connection !== null;
}

/** @throws {StackError} for what is no port; 0 stands for any that is free. */
export function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text || NaN);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new StackError(`--port takes a number up to 65535, not "${text}".`);
}

/** Deno moves to the folder of deno.json; a relative path was meant from where it was typed. */
export function fromCaller(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}
