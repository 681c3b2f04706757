import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Stack } from "./stack.ts";

/** The port of a stack that is not told another one. */
export const DEFAULT_PORT = 54321;

/** Where the stack on a port says how to reach it, so that no two write to one file. */
export function envFileOf(port: number): string {
  const name = port === DEFAULT_PORT ? "local.env" : `local-${port}.env`;
  return fileURLToPath(new URL(`../../supabase/.temp/${name}`, import.meta.url));
}

/** The file of the stack on the default port. */
export const ENV_FILE: string = envFileOf(DEFAULT_PORT);

/** Writes the addresses and keys of a stack as `NAME=value` lines that only their owner can read. */
export async function writeEnvFile(stack: Stack, file: string): Promise<void> {
  await Deno.mkdir(dirname(file), { recursive: true });
  // A new file: the mode is only applied to a file that is created.
  await Deno.remove(file).catch(() => {});
  await Deno.writeTextFile(file, toLines(stack), { mode: 0o600 });
}

/** Removes the file again, unless another stack has written its own in the meantime. */
export async function removeEnvFile(stack: Stack, file: string): Promise<void> {
  const text = await Deno.readTextFile(file).catch(() => "");
  if (text === toLines(stack)) await Deno.remove(file);
}

/**
 * Reads the file of a running stack.
 * @returns its values by name, or null when no stack has written one
 */
export async function readEnvFile(file: string): Promise<Record<string, string> | null> {
  const text = await Deno.readTextFile(file).catch(() => null);
  if (text === null) return null;
  return Object.fromEntries(
    text.matchAll(/^(\w+)=(.*)$/gm).map(([, name, value]) => [name, value]),
  );
}

function toLines(stack: Stack): string {
  return [
    `SUPABASE_URL=${stack.url}`,
    `SUPABASE_PUBLISHABLE_KEY=${stack.publishableKey}`,
    `SUPABASE_SECRET_KEY=${stack.secretKey}`,
    `CALCOM_WEBHOOK_SECRET=${stack.webhookSecret}`,
    `INBOX_URL=${stack.inboxUrl}`,
    `DATABASE_URL=${stack.databaseUrl}`,
    "",
  ].join("\n");
}
