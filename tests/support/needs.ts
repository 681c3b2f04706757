import { SHARED } from "./database.ts";

/** The programs of the second version of Postgres that everything has to work on, from Debian. */
export const POSTGRES_15 = "/usr/lib/postgresql/15/bin";

/** What npm cannot bring along: Debian's packages, by the file that shows that one is there. */
const NEEDS = {
  "postgresql-15": `${POSTGRES_15}/postgres`,
  "postgresql-15-plpgsql-check": "/usr/lib/postgresql/15/lib/plpgsql_check.so",
  "postgresql-15-cron": "/usr/lib/postgresql/15/lib/pg_cron.so",
};

export type Need = keyof typeof NEEDS;

export async function isThere(need: Need): Promise<boolean> {
  return await Deno.stat(NEEDS[need]).then(() => true, () => false);
}

/** A test that is skipped where something is missing, and says so; in CI it then fails. */
export async function testWith(need: Need, name: string, fn: () => Promise<void>): Promise<void> {
  if (await isThere(need)) Deno.test({ name, fn, ...SHARED });
  else {
    Deno.test({
      name: `${name} (needs Debian's ${need})`,
      ignore: Deno.env.get("CI") !== "true",
      fn: () => Promise.reject(new Error(`Cannot find ${NEEDS[need]}`)),
    });
  }
}
