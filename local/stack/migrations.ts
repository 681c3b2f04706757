import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { readMigrations } from "../migrations.ts";
import type { Database } from "./database.ts";
import { StackError } from "./error.ts";

/** The folder that holds `migrations/` and `seed.sql`, and who hears about progress. */
export interface MigrationOptions {
  supabase: string;
  log: (line: string) => void;
}

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
const SEED_PATH = "supabase/seed.sql";

/** A line of the history. */
interface Applied {
  version: string;
  name: string | null;
  statements: string[] | null;
}

/**
 * Applies the migrations that this database has not seen, in the order of their versions.
 * Each file is one transaction together with its line in the history.
 * @returns what is different between the files and what was applied earlier, in sentences
 * @throws {StackError} naming the file, the line and Postgres' own words; earlier files stay applied.
 */
export async function applyMigrations(
  database: Database,
  { supabase, log }: MigrationOptions,
): Promise<string[]> {
  await database.sql(HISTORY_SQL);
  const applied = new Map(
    (await database.sql<Applied>(
      "select version, name, statements from supabase_migrations.schema_migrations order by version",
    )).map((row) => [row.version, row]),
  );

  const changes: string[] = [];
  const files = await readMigrations(pathToFileURL(`${supabase}/`)).catch((error: Error) => {
    throw new StackError(`Cannot read the migrations in ${supabase}: ${error.message}.`);
  });
  for (const { name: path, sql: text } of files) {
    const file = basename(path);
    const { version, name } = FILE_NAME.exec(file)?.groups ?? {};
    if (!version || !name) {
      changes.push(`${file} was skipped: a migration is named <timestamp>_<name>.sql`);
      continue;
    }
    const earlier = applied.get(version);
    applied.delete(version);
    if (earlier) {
      const isSame = withoutSpace(earlier.statements?.join("") ?? "") === withoutSpace(text);
      if (!isSame) changes.push(`${file} was edited after it was applied here`);
      continue;
    }
    try {
      await database.transaction(text, {
        query: `insert into supabase_migrations.schema_migrations (version, name, statements)
          values ($1, $2, $3)`,
        parameters: [version, name, [text]],
      });
    } catch (error) {
      throw new StackError(
        `Migration ${file} failed${inWords(error, text)} Nothing of this file was kept and ` +
          `the files before it stay applied: mend it and start again` +
          (changes.length > 0
            ? `. Mind that ${changes.join(", ")}: "task reset" begins afresh.`
            : "."),
      );
    }
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

  const seed = await Deno.readTextFile(join(supabase, "seed.sql")).catch(() => null);
  if (seed === null) return;
  log("Seeding with seed.sql");
  try {
    await database.transaction(seed, {
      query: "insert into supabase_migrations.seed_files (path, hash) values ($1, $2)",
      parameters: [SEED_PATH, createHash("sha256").update(seed).digest("hex")],
    });
  } catch (error) {
    throw new StackError(
      `seed.sql failed${inWords(error, seed)} Nothing of it was kept: mend it and start again.`,
    );
  }
}

/**
 * What Postgres says about a statement, as the end of a sentence: " at line 2, column 7: syntax
 * error at or near "x" (42601)." and its detail and hint.
 */
export function inWords(error: unknown, statements: string): string {
  const { message, code, position, detail, hint } = error as Record<string, string | undefined>;
  const before = [...statements].slice(0, Number(position) - 1).join("").split("\n");
  const place = position
    ? ` at line ${before.length}, column ${[...before.at(-1)!].length + 1}`
    : "";
  const more = [detail, hint && `Hint: ${hint}`].filter(Boolean).map((text) => ` ${text}`).join("");
  return `${place}: ${message}${code ? ` (${code})` : ""}.${more}`;
}

/** The CLI cuts a file into its statements and keeps those. */
function withoutSpace(sql: string): string {
  return sql.replaceAll(/[\s;]+/g, "");
}
