import { PGlite } from "npm:@electric-sql/pglite@0.4.5";
import { pgtap } from "npm:@electric-sql/pglite-pgtap@0.0.2";
import {
  readMigrations,
  readPgtapFiles,
  readSeed,
  type SqlFile,
  SUPABASE_BASE_SQL,
  SUPABASE_FOLDER,
} from "../local/migrations.ts";
import { describeError, failure, type Run, runPgtapFile } from "./pgtap-file.ts";
import type { Tally, TapResult } from "./tap.ts";

/** Called for every file or check that is done. */
export type OnResult = (name: string, result: TapResult) => void;

/** The tables in which a second run of the seed may change nothing. */
const SEEDED_TABLES = ["companies", "people", "bookings", "deals", "emails", "calcom_events"];

/**
 * Runs the pgTAP tests on an embedded Postgres (PGlite) with migrations and seed applied, and
 * checks on the way that the seed can run twice.
 *
 * @param onResult hears of every file as soon as it is done
 * @param folder the supabase folder
 */
export async function runPgtap(onResult: OnResult, folder: URL = SUPABASE_FOLDER): Promise<Tally> {
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  function report(name: string, result: TapResult): void {
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
    onResult(name, result);
  }

  const database = await PGlite.create({ extensions: { pgtap } });
  const run: Run = async (sql) => (await database.exec(sql)).flatMap(({ rows }) => rows);
  try {
    await run(SUPABASE_BASE_SQL);
    await run("create extension pgtap with schema extensions");
    await freshSession(run);
    const setUp = await readMigrations(folder);
    for (const file of setUp) {
      const result = await attempt(file, async () => void await run(file.sql));
      if (result.failed > 0) {
        report(file.name, result);
        return total;
      }
    }
    const seed = await readSeed(folder);
    report(`${seed.name}, twice`, await attempt(seed, () => seedTwice(seed, run)));
    for (const file of await readPgtapFiles(folder)) {
      report(file.name, await runFile(file, run));
    }
  } finally {
    await database.close();
  }
  return total;
}

async function seedTwice(seed: SqlFile, run: Run): Promise<void> {
  await run(seed.sql);
  const once = await snapshot(run);
  await run(seed.sql);
  const twice = await snapshot(run);
  for (const table of SEEDED_TABLES) {
    if (once.get(table) === "") throw new Error(`Expected rows in ${table}, found none`);
    if (once.get(table) !== twice.get(table)) {
      throw new Error(`Expected the same ${table} after a second run, found
${once.get(table)}
and then
${twice.get(table)}`);
    }
  }
}

/** Every table's rows as text, in an order that does not depend on where they are stored. */
async function snapshot(run: Run): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const table of SEEDED_TABLES) {
    const rows = await run(`select to_jsonb(t)::text as row from public.${table} as t order by 1`);
    texts.set(table, rows.map(({ row }) => row).join("\n"));
  }
  return texts;
}

async function runFile(file: SqlFile, run: Run): Promise<TapResult> {
  try {
    return await runPgtapFile(file, run);
  } finally {
    await freshSession(run);
  }
}

/** PGlite has one session for everything; psql opens one per file, and pgTAP counts on that. */
async function freshSession(run: Run): Promise<void> {
  await run("rollback");
  await run("discard all");
  await run(`set search_path = "$user", public, extensions`);
}

/** One check: passed when `work` does not throw. */
async function attempt(file: SqlFile, work: () => Promise<void>): Promise<TapResult> {
  try {
    await work();
    return { passed: 1, failed: 0, skipped: 0, problems: [] };
  } catch (error) {
    return failure(describeError(error, file.sql));
  }
}
