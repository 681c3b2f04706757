import { createPgliteConnection, type PgliteConnection } from "npm:@supabase/lite@0.10.0/pglite";
import { SUPABASE_BASE_SQL } from "./migrations.ts";
import { StackError } from "./stack-error.ts";

/** Postgres inside this process, and the one queue everybody has to stand in. */
export interface Database {
  /** What @supabase/lite serves REST and Studio from. */
  connection: PgliteConnection;
  /** Runs `work` while nobody else uses the database. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** One query as the superuser; without parameters also several statements (rows of the last). */
  sql<T>(query: string, parameters?: unknown[]): Promise<T[]>;
  /** Runs `statements` and then one query in a transaction: all of it or nothing. */
  transaction(statements: string, then: { query: string; parameters: unknown[] }): Promise<void>;
  close(): Promise<void>;
}

/** Types of Postgres, by number. */
const BYTEA = 17;
const JSON_TYPES = [114, 3802];

/**
 * PostgREST takes bytea as hex and a text for a jsonb column as a JSON string. @supabase/lite hands
 * both down as they are, and PGlite takes bytea only as bytes and a text only when it is JSON.
 */
const SERIALIZERS = {
  [BYTEA]: (value: unknown) =>
    typeof value === "string" ? value : `\\x${(value as Uint8Array).toHex()}`,
  ...Object.fromEntries(JSON_TYPES.map((type) => [type, toJson])),
};

function toJson(value: unknown): string {
  return typeof value === "string" && isJson(value) ? value : JSON.stringify(value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Opens the database in a folder, or in memory, with the roles of a Supabase project.
 * The caller makes sure that nobody else has the folder open.
 * @throws {StackError} when there is something in the folder that Postgres cannot open.
 */
export async function openDatabase(folder: string | "memory"): Promise<Database> {
  const connection = await createPgliteConnection({
    url: folder === "memory" ? "memory://" : folder,
    pgliteOptions: { serializers: SERIALIZERS },
  });
  const postgres = connection.driver;
  try {
    await keepingExitCode(() => postgres.waitReady);
  } catch (error) {
    throw new StackError(
      `Postgres cannot open ${folder} (${(error as Error).message}). It may be damaged, or of ` +
        `another version: start with another --data folder.`,
    );
  }

  // Left alone, @supabase/lite grants every table to every role once it meets row level security.
  // The grants of the migrations have to be the only ones, or nothing here tells about production.
  Object.assign(connection, { rlsState: "active" });

  // PGlite is a single connection and @supabase/lite opens transactions on it without a lock: two
  // requests at once would share one transaction, and its role. Hence one queue for all of them.
  let last: Promise<unknown> = Promise.resolve();
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(() => keepingExitCode(work));
    last = turn.catch(() => {});
    return turn;
  }

  await alone(() => postgres.exec(SUPABASE_BASE_SQL));

  return {
    connection,
    alone,
    sql: <T>(query: string, parameters?: unknown[]) =>
      alone(async () => {
        if (parameters) return (await postgres.query<T>(query, parameters)).rows;
        const results = await postgres.exec(query);
        return (results.at(-1)?.rows ?? []) as T[];
      }),
    transaction: (statements, then) =>
      alone(async () => {
        await postgres.transaction(async (transaction) => {
          await transaction.exec(statements);
          await transaction.query(then.query, then.parameters);
        });
      }),
    close: () => alone(() => connection.close()),
  };
}

/** PGlite leaves numbers of its own in the exit code of the process; a test runner would trip. */
async function keepingExitCode<T>(work: () => Promise<T>): Promise<T> {
  const before = Deno.exitCode;
  try {
    return await work();
  } finally {
    Deno.exitCode = before;
  }
}
