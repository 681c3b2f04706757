import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StackError } from "./error.ts";

/** The keys of one local installation. They mean nothing anywhere else. */
export interface Keys {
  publishableKey: string;
  secretKey: string;
  databasePassword: string;
  webhookSecret: string;
  resendApiKey: string;
  /** Signs what the sandbox reports about its mails. */
  resendWebhookSecret: string;
  /** What the schedule shows to send-emails. */
  sendEmailsSecret: string;
  /** Signs the tokens of who is signed in. */
  jwtSecret: string;
}

/** Where one stack keeps what has to survive a restart. */
export interface DataDir {
  keys: Keys;
  /** The folder of Postgres; undefined when nothing is kept. */
  database: string | undefined;
  /** The file of the Resend sandbox's mails; null when nothing is kept. */
  mails: string | null;
  /** Lets another stack open it. */
  release(): void;
}

/** What a stack keeps its data in, unless told otherwise. */
export const DEFAULT_DATA: string = fileURLToPath(
  new URL("../../supabase/.temp/local-data", import.meta.url),
);

const LOCK = "stack.lock";
const KEYS = "keys.json";

/**
 * Opens a data folder and keeps every other stack out of it until `release`.
 * @param path the folder, created when missing, or "memory" for a folder that is not there at all
 * @throws {StackError} when it cannot be written, is open elsewhere, or holds other files.
 */
export async function openDataDir(path: string | "memory"): Promise<DataDir> {
  if (path === "memory") {
    return { keys: makeKeys(), database: undefined, mails: null, release: () => {} };
  }

  const lock = await lockDataDir(path);
  try {
    // The in-process Postgres of earlier versions kept its files in a folder of this name.
    if (await exists(join(path, "postgres"))) {
      throw new StackError(
        `The database in ${path} was made by an earlier version of this project, and the Postgres ` +
          `of today cannot read it. "task reset" deletes it, or give --data another folder.`,
      );
    }
    const mails = join(path, "mails.jsonl");
    (await Deno.open(mails, { create: true, append: true, mode: 0o600 })).close();
    return {
      keys: await readKeys(join(path, KEYS)),
      database: join(path, "database"),
      mails,
      release: () => lock.close(),
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * Deletes a data folder with the database, the mails and the keys in it.
 * @param onDelete called before, when there is one that may be deleted
 * @returns whether there was one
 * @throws {StackError} when a stack has it open, it holds other files, or it cannot be deleted.
 */
export async function deleteDataDir(path: string, onDelete = () => {}): Promise<boolean> {
  if (!await exists(path)) return false;
  const lock = await lockDataDir(path);
  try {
    onDelete();
    await Deno.remove(path, { recursive: true });
    return true;
  } catch (error) {
    throw new StackError(`Cannot delete all of ${path}: ${(error as Error).message}.`);
  } finally {
    lock.close();
  }
}

async function lockDataDir(path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
    if (names.length > 0 && !names.includes(LOCK)) {
      throw new StackError(
        `The folder ${path} holds other files. Give --data a new folder, or one of an earlier start.`,
      );
    }
    await Deno.chmod(path, 0o700);
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
    `The data folder ${path} is open in another running stack. Stop that one, or choose another ` +
      `folder with --data DIR.`,
  );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

async function readKeys(file: string): Promise<Keys> {
  const text = await Deno.readTextFile(file).catch(() => "{}");
  const made = makeKeys();
  try {
    const keys = { ...made, ...JSON.parse(text) };
    // A new folder has none, and one of an earlier version lacks what was added since.
    const isComplete = Object.keys(made).every((name) => text.includes(`"${name}"`));
    if (!isComplete) await Deno.writeTextFile(file, JSON.stringify(keys, null, 2), { mode: 0o600 });
    return keys;
  } catch (error) {
    throw new StackError(
      `Cannot read ${file}: ${(error as Error).message}. "task reset" begins afresh.`,
    );
  }
}

function makeKeys(): Keys {
  return {
    publishableKey: `sb_publishable_${random()}`,
    secretKey: `sb_secret_${random()}`,
    databasePassword: random(),
    webhookSecret: random(),
    resendApiKey: `re_local_${random()}`,
    resendWebhookSecret: `whsec_${btoa(random())}`,
    sendEmailsSecret: random(),
    jwtSecret: random(),
  };
}

function random(): string {
  return crypto.getRandomValues(new Uint8Array(24)).toHex();
}
