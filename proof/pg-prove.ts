import { fileURLToPath } from "node:url";
import { readPgtapFiles, SUPABASE_FOLDER } from "../local/migrations.ts";
import { runPgtapFile } from "./pgtap-file.ts";
import { connect } from "./postgres.ts";

/** What pg_prove writes at the end: how many files and tests there were. */
const SUMMARY = /^Files=\d+, Tests=(?<tests>\d+)/m;

/** Tells whether pg_prove is on this machine. */
export async function hasPgProve(): Promise<boolean> {
  try {
    return (await new Deno.Command("pg_prove", { args: ["--version"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Runs the pgTAP tests with pg_prove, the way `supabase test db` does it.
 *
 * @param url connection string of the database
 * @returns how many tests passed
 * @throws {Error} with the words of pg_prove if a test fails
 */
export async function prove(url: string, folder: URL = SUPABASE_FOLDER): Promise<number> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const { success, stdout, stderr } = await new Deno.Command("pg_prove", {
    args: ["--ext", ".sql", "--recurse", fileURLToPath(new URL("tests/", folder))],
    env: {
      PGHOST: hostname,
      PGPORT: port || "5432",
      PGUSER: decodeURIComponent(username),
      PGPASSWORD: decodeURIComponent(password),
      PGDATABASE: pathname.slice(1),
    },
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout);
  const tests = Number(SUMMARY.exec(text)?.groups?.tests ?? 0);
  if (!success || tests === 0) {
    const failures = text.split("\n").filter((line) => !line.endsWith(".. ok")).join("\n");
    throw new Error(`Expected every pgTAP test to pass:\n${failures}${decoder.decode(stderr)}`);
  }
  return tests;
}

/** The same without pg_prove: one connection per file. */
export async function proveWithoutPgProve(
  url: string,
  folder: URL = SUPABASE_FOLDER,
): Promise<number> {
  let passed = 0;
  const problems: string[] = [];
  for (const file of await readPgtapFiles(folder)) {
    const sql = connect(url);
    try {
      const result = await runPgtapFile(file, async (text) => [await sql.unsafe(text)].flat(2));
      passed += result.passed;
      problems.push(...result.problems.map((problem) => `${file.name}: ${problem}`));
    } finally {
      await sql.end();
    }
  }
  if (problems.length > 0) {
    throw new Error(`Expected every pgTAP test to pass:\n${problems.join("\n")}`);
  }
  return passed;
}
