import type { Sql } from "npm:postgres@3.4.9";
import { deadline } from "npm:deno-std@1.4.0/async/deadline.js";
import { poll } from "npm:deno-std@1.4.0/async/poll.js";
import { connect, startTestServer, type TestServer } from "./postgres.ts";

/** What a test gets: a migrated database of its own, and as many connections to it as it likes. */
export interface TestDatabase {
  /** The first connection. */
  sql: Sql;
  /** Opens up to `max` more. All are closed with the test. */
  connections(max: number): Sql;
  /** Stops the server as a power cut would, and starts it again. */
  crash(): Promise<void>;
}

/** A server or something on it belongs to a file, not to one test. */
export const SHARED = { sanitizeOps: false, sanitizeResources: false };

/** A server that starts when it is first asked for, and stops with the last test of the file. */
export function sharedServer(
  start: () => Promise<TestServer> = startTestServer,
): () => Promise<TestServer> {
  let server: Promise<TestServer> | undefined;
  Deno.test.afterAll(() => server?.then(({ close }) => close(), () => {}));
  return () => server ??= start();
}

const defaultServer = sharedServer();

/**
 * A test on a database of its own.
 *
 * @param server another server than that of {@linkcode startTestServer}
 */
export function databaseTest(
  name: string,
  fn: (database: TestDatabase) => Promise<void>,
  server: () => Promise<TestServer> = defaultServer,
): void {
  Deno.test({
    name,
    ...SHARED,
    fn: async () => {
      const { createDatabase, crash } = await server();
      const url = await createDatabase();
      const opened: Sql[] = [];
      const connections = (max: number) => {
        opened.push(connect(url, max));
        return opened.at(-1)!;
      };
      try {
        await fn({ sql: connections(1), connections, crash });
      } finally {
        await Promise.all(opened.map((sql) => sql.end({ timeout: 0.1 })));
      }
    },
  });
}

/** Lets `use` work in a transaction of its own that leaves nothing behind. */
export async function inRollback<T>(sql: Sql, use: (sql: Sql) => Promise<T>): Promise<T> {
  await sql`begin`;
  try {
    return await use(sql);
  } finally {
    await sql`rollback`;
  }
}

/** Has nothing analyse the tables: the planner knows nothing of them. No mail is held back by a limit. */
export async function leaveUnanalysed(sql: Sql): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', t.schemaname, t.relname) as name from pg_stat_user_tables as t`;
  for (const { name } of tables) {
    await sql.unsafe(`alter table ${name} set (autovacuum_enabled = off)`);
  }
  await sql`update public.settings as s set value = '999999999' where s.name = 'mails_per_hour'`;
}

/** Waits until something is so, and fails when it is not within two minutes. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  try {
    await deadline(poll(async () => await isSo(), (so) => so, { interval: 25 }), 120_000);
  } catch (error) {
    throw new Error(`Waited in vain until ${what}`, { cause: error });
  }
}

/** Like `Promise.all`, but waits for all of them even when one fails: nothing goes on behind a test. */
export async function allDone<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
