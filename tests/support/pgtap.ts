import type { SqlFile } from "../local/migrations.ts";
import { readTap, type TapResult } from "./tap.ts";

/** Runs statements, and gives back all rows of all of them. */
export type Run = (sql: string) => Promise<Record<string, unknown>[]>;

/** Created for all tests and kept: the only files that do not roll back. */
const SHARED_FILE = /^tests\/[^/]+$/;

const BEGINS = /^(?:\s|--.*\n)*begin\s*;/i;
const ROLLS_BACK = /\brollback\s*;\s*$/i;

/**
 * Runs one pgTAP file. An error that reaches us is a failure, and so is a file that would leave
 * something behind for the next one.
 *
 * @param run a session of its own for this file
 */
export async function runPgtapFile(file: SqlFile, run: Run): Promise<TapResult> {
  if (!SHARED_FILE.test(file.name) && !(BEGINS.test(file.sql) && ROLLS_BACK.test(file.sql))) {
    return failure("Expected the file to begin with begin; and to end with rollback;");
  }
  try {
    const rows = await run(file.sql);
    return readTap(rows.flatMap((row) => Object.values(row)).map(String).join("\n"));
  } catch (error) {
    return failure(describeError(error, file.sql));
  }
}

/** A file or check that came to nothing but this problem. */
export function failure(problem: string): TapResult {
  return { passed: 0, failed: 1, skipped: 0, problems: [problem] };
}

/** What Postgres says about an error, with the line of the file where there is one. */
export function describeError(error: unknown, sql: string): string {
  const { message, code, position, detail, hint, where } = error as Record<string, string>;
  const line = position ? sql.slice(0, Number(position) - 1).split("\n").length : null;
  return [
    `raised ${code ?? ""} ${message}${line === null ? "" : ` (line ${line})`}`,
    detail && `  detail: ${detail}`,
    hint && `  hint: ${hint}`,
    where && `  where: ${where}`,
  ].filter(Boolean).join("\n");
}
