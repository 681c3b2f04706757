import type { Sql } from "npm:postgres@3.4.9";
import { connect, type Postgres, skipWithoutPostgres, startPostgres } from "./postgres.ts";

/** What a test gets: a database of its own, and as many connections to it as it likes. */
export interface Ground {
  /** The first connection. */
  sql: Sql;
  /** Opens up to `max` more. All are closed with the test. */
  crowd(max: number): Sql;
  /** Stops the server as a power cut would, and starts it again. */
  crash(): Promise<void>;
}

const isSkipped = await skipWithoutPostgres();
let server: Promise<Postgres> | undefined;

Deno.test.afterAll(async () => await (await server)?.stop());

/**
 * A test on a real Postgres, which the tests of a file share.
 *
 * @param needs `crash` where it is not enough to borrow the server of DATABASE_URL
 */
export function proof(
  name: string,
  fn: (ground: Ground) => Promise<void>,
  { needs }: { needs?: "crash" } = {},
): void {
  Deno.test({
    name,
    ignore: isSkipped || (needs === "crash" && Deno.env.get("DATABASE_URL") !== undefined),
    // The server belongs to the file, not to one test.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const postgres = await (server ??= startPostgres());
      const { url } = await postgres.createDatabase();
      const sql = connect(url);
      const connections = [sql];
      try {
        await fn({
          sql,
          crowd(max) {
            const more = connect(url, max);
            connections.push(more);
            return more;
          },
          crash: () => postgres.crash!(),
        });
      } finally {
        await Promise.all(connections.map((connection) => connection.end({ timeout: 0.1 })));
      }
    },
  });
}

/** Waits until something is so, and fails when it is not within two minutes. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 120_000; !await isSo();) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
