import { assert, assertEquals, assertNotEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { readMigrations } from "../local/migrations.ts";
import { SHARED, sharedServer } from "./support/database.ts";
import { withConnection } from "./support/postgres.ts";
import { advise, generateTypes, listVersions, push } from "./support/supabase-cli.ts";
import { TYPES_FILE } from "./types.ts";

/** The advisors' remarks that are meant to be there, each with its reason. */
const ACCEPTED_ADVICE: Record<string, string> = {
  rls_enabled_no_policy: "no policy is the policy: only service_role, which needs none, may look",
  unused_index: "it counts queries, and this database has had none",
};

/** A procedure that commits may not pin its search_path: every name in it has its schema. */
const COMMITS = "public.handle_pending_events";

const server = sharedServer();

/** The database that the Supabase CLI has filled, as someone has it who installs this project. */
let pushed: string;

/** A test whose server belongs to the file. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ...SHARED, fn });
}

test("supabase db push takes the config, every migration and the seed", async () => {
  pushed = await (await server()).createEmptyDatabase();
  await push(pushed);
  const versions = await listVersions(pushed);
  assertEquals(versions.length, (await readMigrations()).length);
  for (const { local, remote } of versions) assertEquals(remote, local);

  const events = await withConnection(pushed, (sql) => sql`select from public.calcom_events`);
  assertNotEquals(events.length, 0, "the seed left no event");
});

test("the advisors have nothing to say", async () => {
  // Names in a body that is parsed when the function is made (`return …`) are bound for good.
  const bound = await withConnection(pushed, (sql) =>
    sql<{ name: string }[]>`
      select format('%s.%s', p.pronamespace::regnamespace, p.proname) as name
      from pg_catalog.pg_proc as p
      where p.prosqlbody is not null`);
  const unpinned = [COMMITS, ...bound.map(({ name }) => name)].map((name) => `\`${name}\``);
  const unexpected = (await advise(pushed)).filter(({ name, detail }) =>
    !(name in ACCEPTED_ADVICE) &&
    !(name === "function_search_path_mutable" && unpinned.some((one) => detail.includes(one)))
  );
  assertEquals(unexpected.map(({ level, name, detail }) => `${level} ${name}: ${detail}`), []);
});

test("the advisors do speak up", async () => {
  const url = await (await server()).createDatabase();
  await withConnection(url, (sql) =>
    sql.unsafe(`
      create table public.unlocked (id uuid primary key, company_id uuid references public.companies);
      grant select on public.unlocked to anon;
      create function public.loose() returns int language sql as 'select 1'`));
  const names = new Set((await advise(url)).map(({ name }) => name));
  assert(names.has("rls_disabled_in_public"), "a table without RLS goes unnoticed");
  assert(names.has("unindexed_foreign_keys"), "a foreign key without index goes unnoticed");
  assert(names.has("function_search_path_mutable"), "a loose search_path goes unnoticed");
});

test("database.types.ts is what the migrations make it", async () => {
  const generated = await generateTypes(pushed);
  const isCurrent = await Deno.readTextFile(TYPES_FILE) === generated;
  assert(isCurrent, "database.types.ts is not what the migrations make it: run deno task types");
});
