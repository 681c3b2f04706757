/** Something that npm cannot bring along. */
export interface Need {
  /** What it is, and where it comes from, as in "Debian's postgresql-15". */
  name: string;
  isThere: boolean;
}

const DEBIAN_15 = "/usr/lib/postgresql/15";

/** The second version of Postgres that everything has to work on. */
export const POSTGRES_15: Need & { programs: string } = {
  name: "Debian's postgresql-15",
  isThere: exists(`${DEBIAN_15}/bin/postgres`),
  programs: `${DEBIAN_15}/bin`,
};

export const PLPGSQL_CHECK: Need = {
  name: "Debian's postgresql-15-plpgsql-check",
  isThere: exists(`${DEBIAN_15}/lib/plpgsql_check.so`),
};

export const PG_CRON: Need = {
  name: "Debian's postgresql-15-cron",
  isThere: exists(`${DEBIAN_15}/lib/pg_cron.so`),
};

/** A test that is skipped where something is missing, and says so; in CI it then fails. */
export function testWith(need: Need, name: string, fn: () => Promise<void>): void {
  // Servers belong to a file, not to one test.
  const shared = { sanitizeOps: false, sanitizeResources: false };
  if (need.isThere) Deno.test({ name, fn, ...shared });
  else {
    Deno.test({
      name: `${name} (needs ${need.name})`,
      ignore: Deno.env.get("CI") !== "true",
      fn: () => Promise.reject(new Error(`Cannot find ${need.name}`)),
    });
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
