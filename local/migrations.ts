import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import { StackError } from "./stack/error.ts";

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

/** The tables in which the Supabase CLI keeps its history, so that both read the same one. */
const HISTORY_SQL = `
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text primary key,
  statements text[],
  name text
);
create table if not exists supabase_migrations.seed_files (
  path text primary key,
  hash text not null
)`;

const FILE_NAME = /^(?<version>\d+)_(?<name>.+)\.sql$/;

/** What files are run in. */
export interface SqlRunner {
  /** One query; without parameters also several statements (rows of the last). */
  sql<T>(query: string, parameters?: unknown[]): Promise<T[]>;
  /** Runs `statements` and then one query in a transaction: all of it or nothing. */
  transaction(statements: string, then: { query: string; parameters: unknown[] }): Promise<void>;
}

/** One file of SQL. */
export interface SqlFile {
  /** The path below the supabase folder, for messages. */
  name: string;
  /** Its text. */
  sql: string;
}

/** Reads the migrations in the order in which the Supabase CLI applies them. */
export async function readMigrations(folder: URL = SUPABASE_FOLDER): Promise<SqlFile[]> {
  return await readSqlFiles("migrations", folder);
}

/** Reads the pgTAP tests in the order in which `supabase test db` runs them. */
export async function readPgtapFiles(): Promise<SqlFile[]> {
  return await readSqlFiles("tests", SUPABASE_FOLDER);
}

/** Reads the demo data. */
export async function readSeed(folder: URL = SUPABASE_FOLDER): Promise<SqlFile> {
  return await readSqlFile("seed.sql", folder);
}

/** @throws {Error} if there is none: a run without migrations or tests would prove nothing */
async function readSqlFiles(name: string, folder: URL): Promise<SqlFile[]> {
  const paths = (await readdir(new URL(name, folder), { recursive: true }))
    .filter((path) => path.endsWith(".sql")).sort();
  if (paths.length === 0) throw new Error(`There is no SQL in ${new URL(name, folder).pathname}`);
  return await Promise.all(paths.map((path) => readSqlFile(`${name}/${path}`, folder)));
}

async function readSqlFile(name: string, folder: URL): Promise<SqlFile> {
  return { name, sql: await Deno.readTextFile(new URL(name, folder)) };
}

/**
 * Applies the migrations that this database has not seen, in the order of their versions.
 * Each file is one transaction together with its line in the history.
 * @returns what is different between the files and what was applied earlier, in sentences
 * @throws {StackError} naming the file, the line and Postgres' own words; earlier files stay applied.
 */
export async function applyMigrations(
  database: SqlRunner,
  folder: URL,
  log: (line: string) => void,
): Promise<string[]> {
  await database.sql(HISTORY_SQL);
  const history = await database.sql<{ version: string; name: string; statements: string[] }>(
    "select * from supabase_migrations.schema_migrations order by version",
  );
  const applied = new Map(history.map((row) => [row.version, row]));

  const changes: string[] = [];
  for (const { name: path, sql } of await readMigrations(folder)) {
    const file = basename(path);
    const { version, name } = FILE_NAME.exec(file)?.groups ?? {};
    if (!version || !name) {
      changes.push(`${file} was skipped: a migration is named <timestamp>_<name>.sql`);
      continue;
    }
    const earlier = applied.get(version);
    applied.delete(version);
    if (earlier) {
      const isSame = withoutSpace(earlier.statements?.join("") ?? "") === withoutSpace(sql);
      if (!isSame) changes.push(`${file} was edited after it was applied here`);
      continue;
    }
    await runFile(database, { name: path, sql }, {
      query: `insert into supabase_migrations.schema_migrations (version, name, statements)
        values ($1, $2, $3)`,
      parameters: [version, name, [sql]],
    });
    log(`Applied ${file}`);
  }
  for (const { version, name } of applied.values()) {
    changes.push(
      `${version}_${name}.sql was applied here and is not in supabase/migrations any more`,
    );
  }
  return changes;
}

/**
 * Runs seed.sql, if there is one, unless this database has had it, in one transaction.
 * @throws {StackError} naming the line and Postgres' own words.
 */
export async function seedDatabase(
  database: SqlRunner,
  folder: URL,
  log: (line: string) => void,
): Promise<void> {
  const seed = await readSeed(folder).catch(() => null);
  const done = await database.sql("select from supabase_migrations.seed_files");
  if (!seed || done.length > 0) return;
  log("Seeding with seed.sql");
  await runFile(database, seed, {
    query: "insert into supabase_migrations.seed_files (path, hash) values ($1, $2)",
    parameters: ["supabase/seed.sql", createHash("sha256").update(seed.sql).digest("hex")],
  });
}

async function runFile(
  database: SqlRunner,
  { name, sql }: SqlFile,
  record: { query: string; parameters: unknown[] },
): Promise<void> {
  await database.transaction(sql, record).catch((error) => {
    throw new StackError(
      `${name} failed${inWords(error, sql)} Nothing of this file was kept, and what came before ` +
        `it stays: mend it and start again, or begin afresh with "task reset".`,
    );
  });
}

/**
 * What Postgres says about a statement, as the end of a sentence: " at line 2: syntax error at or
 * near "x" (42601)." and its detail and hint.
 */
export function inWords(error: unknown, statements: string): string {
  const { message, code, position, detail, hint } = error as Record<string, string | undefined>;
  const before = [...statements].slice(0, Number(position)).join("");
  const place = position ? ` at line ${before.split("\n").length}` : "";
  const more = [detail, hint && `Hint: ${hint}`].filter(Boolean).map((text) => ` ${text}`).join("");
  return `${place}: ${message}${code ? ` (${code})` : ""}.${more}`;
}

/** The CLI cuts a file into its statements and keeps those. */
function withoutSpace(sql: string): string {
  return sql.replaceAll(/[\s;]+/g, "");
}
