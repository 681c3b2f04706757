import assert from "node:assert/strict";
import { readMigrations, readSeed } from "../local/migrations.ts";
import { hasPgProve, prove, proveWithoutPgProve } from "./pg-prove.ts";
import { connect, type Database, skipWithoutPostgres, startPostgres } from "./postgres.ts";
import { advise, generateTypes, lint, listVersions, push } from "./supabase-cli.ts";
import { TYPES_FILE } from "./types.ts";

/** The advisors' remarks that are meant to be there, each with its reason. */
const ACCEPTED_ADVICE: Record<string, string> = {
  rls_enabled_no_policy: "no policy is the policy: only service_role, which needs none, may look",
  unused_index: "it counts queries, and this database has had none",
};

const postgres = await skipWithoutPostgres() ? null : await startPostgres();
const isStrict = Deno.env.get("CI") === "true";
const usesPgProve = await hasPgProve();
let pushed: Promise<Database> | undefined;

Deno.test.afterAll(() => postgres?.stop());

/** A test that is skipped where something is missing, except in CI, where it then fails. */
function proof(name: string, needs: string[], fn: () => Promise<void>): void {
  const missing = needs.some((extension) => postgres?.missingExtensions.includes(extension));
  Deno.test({
    name: `real Postgres${postgres === null ? "" : ` ${postgres.majorVersion}`}: ${name}`,
    ignore: postgres === null || (missing && !isStrict),
    // The server and its connection belong to the file, not to one test.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

/** The database that the Supabase CLI has filled, as someone has it who installs this project. */
function pushedDatabase(): Promise<Database> {
  return pushed ??= (async () => {
    const database = await postgres!.createEmptyDatabase();
    await push(database.url);
    return database;
  })();
}

async function execute(url: string, statements: string): Promise<Record<string, unknown>[]> {
  const sql = connect(url);
  try {
    return [await sql.unsafe(statements)].flat(2);
  } finally {
    await sql.end();
  }
}

/** One line per mistake that plpgsql_check sees in a function of ours. */
async function lintAsLines(url: string): Promise<string[]> {
  return (await lint(url, ["public", "crm"])).flatMap(({ function: name, issues }) =>
    issues.map(({ level, message, detail }) =>
      `${name}: ${level}: ${message}${detail === undefined ? "" : ` (${detail})`}`
    )
  );
}

proof("supabase db push takes the config, every migration and the seed", [], async () => {
  const { url } = await pushedDatabase();
  const versions = await listVersions(url);
  assert.equal(versions.length, (await readMigrations()).length);
  for (const { local, remote } of versions) assert.equal(remote, local);

  const [events] = await execute(url, "select count(*)::int as count from public.calcom_events");
  assert.notEqual(events?.count, 0, "the seed left no event");
});

proof("the advisors have nothing to say", [], async () => {
  const advice = await advise((await pushedDatabase()).url);
  const unexpected = advice.filter(({ name }) => !(name in ACCEPTED_ADVICE));
  assert.deepEqual(unexpected.map(({ level, name, detail }) => `${level} ${name}: ${detail}`), []);
});

proof("the advisors do speak up", [], async () => {
  const { url } = await postgres!.createDatabase();
  await execute(
    url,
    `create table public.open_door (id uuid primary key, company_id uuid references public.companies);
     grant select on public.open_door to anon;
     create function public.loose() returns int language sql as 'select 1';`,
  );
  const names = new Set((await advise(url)).map(({ name }) => name));
  assert.ok(names.has("rls_disabled_in_public"), "a table without RLS goes unnoticed");
  assert.ok(names.has("unindexed_foreign_keys"), "a foreign key without index goes unnoticed");
  assert.ok(names.has("function_search_path_mutable"), "a loose search_path goes unnoticed");
});

proof("db lint finds no mistake in a function", ["plpgsql_check"], async () => {
  assert.deepEqual(await lintAsLines((await pushedDatabase()).url), []);
});

proof("db lint does find mistakes", ["plpgsql_check"], async () => {
  const { url } = await postgres!.createDatabase();
  await execute(
    url,
    `create function public.wrong() returns int language plpgsql as 'begin return nope; end';
     create function crm.untidy() returns int language plpgsql
       as 'declare v_unused int; begin return 1; end';`,
  );
  const lines = await lintAsLines(url);
  assert.ok(lines.includes('public.wrong: error: column "nope" does not exist'), `${lines}`);
  assert.ok(lines.includes('crm.untidy: warning: unused variable "v_unused"'), `${lines}`);
});

const runner = usesPgProve ? "with pg_prove" : "without pg_prove, which is not on this machine";
proof(`every pgTAP test passes on top of the seed, ${runner}`, ["pgtap"], async () => {
  const { url } = await postgres!.createDatabase();
  await execute(url, (await readSeed()).sql);
  assert.ok(usesPgProve || !isStrict, "Cannot find pg_prove");
  await (usesPgProve ? prove : proveWithoutPgProve)(url);
});

proof("database.types.ts is what the migrations make it", [], async () => {
  const generated = await generateTypes((await pushedDatabase()).url);
  const isCurrent = await Deno.readTextFile(TYPES_FILE) === generated;
  assert.ok(isCurrent, "database.types.ts is not what the migrations make it: run deno task types");
});
