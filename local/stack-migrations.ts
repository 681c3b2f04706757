import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { readMigrations, type SqlFile } from "./migrations.ts";
import type { Database } from "./stack-database.ts";
import { StackError } from "./stack-error.ts";

/** The folder that holds `migrations/` and `seed.sql`, and who hears about progress. */
export interface MigrationOptions {
  supabase: string;
  log: (line: string) => void;
}

/** The tables the Supabase CLI keeps its own books in, so both read the same history. */
const BOOKS = `
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text primary key,
  statements text[],
  name text
);
create table if not exists supabase_migrations.seed_files (
  path text primary key,
  hash text not null
);`;

const FILE_NAME = /^(?<version>\d+)_(?<name>.+)\.sql$/;
const SEED_PATH = "supabase/seed.sql";

/**
 * Applies the migrations that this database has not seen, in the order of their versions.
 * Each file is one transaction together with its line in the books.
 * @throws {StackError} naming the file, the line and Postgres' own words; earlier files stay applied.
 */
export async function applyMigrations(
  database: Database,
  { supabase, log }: MigrationOptions,
): Promise<void> {
  await database.sql(BOOKS);
  const applied = new Map(
    (await database.sql<{ version: string; statements: string[] | null }>(
      "select version, statements from supabase_migrations.schema_migrations",
      [],
    )).map((row) => [row.version, row.statements?.join("\n")]),
  );

  let isEdited = false;
  for (const { name: path, sql: statements } of await readFolder(supabase)) {
    const file = basename(path);
    const { version, name } = FILE_NAME.exec(file)?.groups ?? {};
    if (!version || !name) {
      log(`Skipped ${file}: a migration is named <timestamp>_<name>.sql`);
      continue;
    }
    if (applied.has(version)) {
      if (applied.get(version) !== statements) {
        isEdited = true;
        log(`${file} was edited after it was applied here; a new --data folder gets its new text`);
      }
      continue;
    }
    try {
      await database.transaction(statements, {
        query:
          "insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)",
        parameters: [version, name, [statements]],
      });
    } catch (error) {
      throw new StackError(
        `Migration ${file} failed${inWords(error, statements)} Nothing of this file was kept and ` +
          `the files before it stay applied: mend it and start again` +
          (isEdited
            ? ", or start with a new --data folder, since some of those were edited."
            : "."),
      );
    }
    log(`Applied ${file}`);
  }
}

/**
 * Runs seed.sql unless this database has had it, in one transaction.
 * @throws {StackError} naming the line and Postgres' own words.
 */
export async function seedDatabase(
  database: Database,
  { supabase, log }: MigrationOptions,
): Promise<void> {
  const seeded = await database.sql(
    "select from supabase_migrations.seed_files where path = $1",
    [SEED_PATH],
  );
  if (seeded.length > 0) return;

  const seed = await readIfThere(join(supabase, "seed.sql"));
  if (seed === undefined) return;
  log("Seeding with seed.sql");
  try {
    await database.transaction(seed, {
      query: "insert into supabase_migrations.seed_files (path, hash) values ($1, $2)",
      parameters: [SEED_PATH, await sha256(seed)],
    });
  } catch (error) {
    throw new StackError(
      `seed.sql failed${inWords(error, seed)} Nothing of it was kept: mend it and start again.`,
    );
  }
}

async function readFolder(supabase: string): Promise<SqlFile[]> {
  try {
    return await readMigrations(pathToFileURL(`${supabase}/`));
  } catch (error) {
    throw new StackError(
      `Cannot read the migrations in ${supabase}: ${(error as Error).message}. ` +
        `Is this the whole repository?`,
    );
  }
}

/** " at line 12: syntax error at or near "x" (42601)." — from what PGlite throws. */
function inWords(error: unknown, statements: string): string {
  const { message, code, position, detail, hint } = error as Record<string, string | undefined>;
  const line = position
    ? ` at line ${[...statements].slice(0, Number(position) - 1).join("").split("\n").length}`
    : "";
  const more = [detail, hint && `Hint: ${hint}`].filter(Boolean).map((text) => ` ${text}`).join("");
  return `${line}: ${message}${code ? ` (${code})` : ""}.${more}`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex();
}
