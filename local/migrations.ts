/** The folder that the Supabase CLI works on: config, migrations, seed and tests. */
export const SUPABASE_FOLDER: URL = new URL("../supabase/", import.meta.url);

/**
 * What every Supabase database has before the first migration: the roles of the API and a schema
 * for extensions. Safe to run again, and by several connections at once: roles belong to the whole
 * server, so a neighbour may create them in the same moment.
 */
export const SUPABASE_BASE_SQL = `
do $$
declare
  v_role text;
begin
  foreach v_role in array array['anon', 'authenticated', 'service_role'] loop
    begin
      execute format('create role %I nologin noinherit', v_role);
      if v_role = 'service_role' then
        alter role service_role bypassrls;
      end if;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
end;
$$;
create schema if not exists extensions;
grant usage on schema public, extensions to anon, authenticated, service_role;
`;

/** One file of SQL. */
export interface SqlFile {
  /** The path below the supabase folder, for messages. */
  name: string;
  /** Its text. */
  sql: string;
}

/**
 * Reads the migrations in the order in which the Supabase CLI applies them.
 *
 * @param folder the supabase folder
 * @throws {Error} if there is none: a run without migrations would prove nothing
 */
export async function readMigrations(folder: URL = SUPABASE_FOLDER): Promise<SqlFile[]> {
  const names = await listSqlFiles("migrations", folder);
  if (names.length === 0) throw new Error(`Cannot find a migration in ${folder.pathname}`);
  return await Promise.all(names.sort().map((name) => readSql(name, folder)));
}

/**
 * Reads the demo data.
 *
 * @param folder the supabase folder
 */
export async function readSeed(folder: URL = SUPABASE_FOLDER): Promise<SqlFile> {
  return await readSql("seed.sql", folder);
}

/**
 * Reads the pgTAP tests in the order of their paths, as `supabase test db` runs them: a file at the
 * top comes before the folders.
 *
 * @param folder the supabase folder
 * @throws {Error} if there is none: a run without tests would prove nothing
 */
export async function readPgtapFiles(folder: URL = SUPABASE_FOLDER): Promise<SqlFile[]> {
  const names = await listSqlFiles("tests", folder);
  if (names.length === 0) throw new Error(`Cannot find a pgTAP test in ${folder.pathname}`);
  return await Promise.all(names.sort().map((name) => readSql(name, folder)));
}

async function listSqlFiles(path: string, folder: URL): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(new URL(`${path}/`, folder))) {
    const name = `${path}/${entry.name}`;
    if (entry.isDirectory) names.push(...await listSqlFiles(name, folder));
    else if (name.endsWith(".sql")) names.push(name);
  }
  return names;
}

async function readSql(name: string, folder: URL): Promise<SqlFile> {
  return { name, sql: await Deno.readTextFile(new URL(name, folder)) };
}
