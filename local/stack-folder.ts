import { join } from "node:path";
import { StackError } from "./stack-error.ts";

/** The keys of one local installation. They mean nothing anywhere else. */
export interface Keys {
  publishableKey: string;
  secretKey: string;
  webhookSecret: string;
  resendApiKey: string;
  /** Signs what the sandbox reports about its mails. */
  resendWebhookSecret: string;
}

/** Where one stack keeps what has to survive a restart. */
export interface DataFolder {
  keys: Keys;
  /** For Postgres: a folder, or "memory". */
  postgres: string | "memory";
  /** For the mails of the Resend sandbox: a file, or null when nothing is kept. */
  mails: string | null;
  /** Marks the folder as complete, and lets go of it. */
  release(): void;
}

const LOCK = "stack.lock";
const KEYS = "keys.json";

/**
 * Opens a data folder and keeps every other stack out of it until `release`.
 * @param path the folder, created when missing, or "memory" for a folder that is not there at all
 * @throws {StackError} when it cannot be written, is open elsewhere, or holds somebody else's files.
 */
export async function openDataFolder(path: string | "memory"): Promise<DataFolder> {
  if (path === "memory") {
    return { keys: makeKeys(), postgres: "memory", mails: null, release: () => {} };
  }

  const lock = await lockFolder(path);
  try {
    return {
      keys: await readKeys(join(path, KEYS)),
      postgres: join(path, "postgres"),
      mails: join(path, "mails.jsonl"),
      release: () => lock.close(),
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Says that Postgres was created completely in this folder; until then a start begins afresh. */
export async function markCreated(postgres: string | "memory"): Promise<void> {
  if (postgres !== "memory") await Deno.writeTextFile(`${postgres}.created`, "");
}

/** Throws away what a start that was interrupted while it created Postgres left behind. */
export async function dropHalfCreated(postgres: string | "memory"): Promise<boolean> {
  if (postgres === "memory") return true;
  try {
    await Deno.stat(`${postgres}.created`);
    return false;
  } catch {
    await Deno.remove(postgres, { recursive: true }).catch(() => {});
    return true;
  }
}

async function lockFolder(path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
    if (names.length > 0 && !names.includes(LOCK)) {
      throw new StackError(
        `The folder ${path} holds other files. Give --data a new folder, or one of an earlier start.`,
      );
    }
    // The operating system drops this lock with the process, so a crash cannot leave it behind.
    const lock = await Deno.open(join(path, LOCK), { create: true, write: true });
    if (await lock.tryLock(true)) return lock;
    lock.close();
  } catch (error) {
    if (error instanceof StackError) throw error;
    throw new StackError(
      `Cannot write to the data folder ${path}: ${(error as Error).message}. ` +
        `Give --data a folder that you may write to, or --data memory.`,
    );
  }
  throw new StackError(
    `The data folder ${path} is open in another running stack. Stop that one, or give this one ` +
      `another folder with --data DIR, or --data memory (and its own --port).`,
  );
}

async function readKeys(file: string): Promise<Keys> {
  try {
    // A folder of an earlier version lacks the keys that were added since.
    return { ...makeKeys(), ...JSON.parse(await Deno.readTextFile(file)) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new StackError(
        `Cannot read ${file}: ${(error as Error).message}. Delete the file to get new keys.`,
      );
    }
    const keys = makeKeys();
    await Deno.writeTextFile(file, JSON.stringify(keys, null, 2) + "\n", { mode: 0o600 });
    return keys;
  }
}

function makeKeys(): Keys {
  return {
    publishableKey: `sb_publishable_${random()}`,
    secretKey: `sb_secret_${random()}`,
    webhookSecret: random(),
    resendApiKey: `re_local_${random()}`,
    resendWebhookSecret: `whsec_${btoa(random())}`,
  };
}

function random(): string {
  return crypto.getRandomValues(new Uint8Array(24)).toHex();
}
