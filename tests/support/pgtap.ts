import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { fileURLToPath } from "node:url";
import type { Sql } from "npm:postgres@3.4.9";
import { pgtap } from "npm:@electric-sql/pglite-pgtap@0.0.2";
import { readPgtapFiles, readSeed, type SqlFile } from "../../local/migrations.ts";
import { connect, type TestServer, withConnection } from "./postgres.ts";

/** One assertion of a pgTAP file. */
interface Assertion {
  isOk: boolean;
  isSkipped: boolean;
  description: string;
  /** What pgTAP says about a failure. */
  diagnostics: string[];
}

const BEGINS = /^(?:\s|--.*\n)*begin\s*;/i;
const ROLLS_BACK = /\brollback\s*;\s*$/i;
const LINE = /^(?<not>not )?ok \d+(?: - )?(?<description>.*?)(?<directive> # (?:todo|skip).*)?$/i;

/** Makes one test of each pgTAP file, with a step for each of its assertions. */
export async function testPgtapFiles(
  prefix: string,
  server: () => Promise<TestServer>,
): Promise<void> {
  let connection: Promise<Sql> | undefined;
  for (const file of await readPgtapFiles()) {
    if (!file.name.endsWith(".test.sql")) continue;
    Deno.test({
      name: `${prefix}: ${file.name.replace(/^tests\//, "")}`,
      // The server and the connection belong to all files.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async (t) => {
        connection ??= server().then(createPgtapDatabase).then((url) => connect(url));
        await runPgtapFile(t, file, await connection);
      },
    });
  }
  Deno.test.afterAll(() => connection?.then((sql) => sql.end(), () => {}));
}

/** A database with the seed, pgTAP and what the pgTAP files share. */
async function createPgtapDatabase(server: TestServer): Promise<string> {
  const url = await server.createDatabase();
  await withConnection(server.asSuperuser(url), async (sql) => {
    await sql.unsafe(`set search_path = extensions; ${await readPgtap()}`);
  });
  await withConnection(url, async (sql) => await sql.unsafe((await readSeed()).sql));
  for (const file of (await readPgtapFiles()).filter(({ name }) => !name.endsWith(".test.sql"))) {
    const lines = await withConnection(url, (sql) => readLines(sql, file));
    if (lines.some((line) => line.startsWith("not ok"))) throw new Error(lines.join("\n"));
  }
  return url;
}

/** The script of pgTAP, out of the package that brings it for PGlite: any Postgres can run it. */
async function readPgtap(): Promise<string> {
  const { bundlePath } = await pgtap.setup(null as never, {});
  const { success, stdout, stderr } = await new Deno.Command("tar", {
    args: ["-xzOf", fileURLToPath(bundlePath!), "share/postgresql/extension/pgtap--1.3.5.sql"],
  }).output();
  if (!success) throw new Error(`Cannot read pgTAP: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Runs one file. It is one transaction that is rolled back, so the next one can use the same session. */
async function runPgtapFile(t: Deno.TestContext, file: SqlFile, sql: Sql): Promise<void> {
  if (!BEGINS.test(file.sql) || !ROLLS_BACK.test(file.sql)) {
    throw new Error(`supabase/${file.name}: expected begin; first and rollback; last`);
  }
  const lines = await readLines(sql, file);
  const assertions = readAssertions(lines);
  for (const { isOk, isSkipped, description, diagnostics } of assertions) {
    await t.step({
      name: description,
      ignore: isSkipped,
      fn: () => {
        if (!isOk) throw new Error(`${placeOf(file, description)}\n${diagnostics.join("\n")}`);
      },
    });
  }
  const plans = lines.filter((line) => /^1\.\.\d+/.test(line));
  assertEquals(plans, [`1..${assertions.length}`], `supabase/${file.name}: its plan is not kept`);
}

/** Runs a file and returns what it says, line by line. */
async function readLines(sql: Sql, file: SqlFile): Promise<string[]> {
  const results = await sql.unsafe(file.sql).catch(async (error) => {
    await sql`rollback`.simple();
    throw new Error(describeError(file, error), { cause: error });
  });
  return [results].flat(2).flatMap((row) => Object.values(row))
    .flatMap((value) => `${value}`.split("\n"));
}

function readAssertions(lines: string[]): Assertion[] {
  const assertions: Assertion[] = [];
  for (const line of lines) {
    const { not, description, directive } = LINE.exec(line)?.groups ?? {};
    if (description !== undefined) {
      assertions.push({
        isOk: not === undefined,
        isSkipped: directive !== undefined,
        description: description || `assertion ${assertions.length + 1}`,
        diagnostics: [],
      });
    } else if (line.startsWith("#")) assertions.at(-1)?.diagnostics.push(line);
  }
  return assertions;
}

/** Where the text of an assertion stands. */
function placeOf({ name, sql }: SqlFile, description: string): string {
  const index = sql.indexOf(description.replaceAll("'", "''"));
  return `supabase/${name}${index < 0 ? "" : `:${lineAt(sql, index)}`}`;
}

/** What Postgres says about an error, with the line of the file where there is one. */
function describeError({ name, sql }: SqlFile, error: Record<string, string>): string {
  const { message, code, position, detail, hint, where } = error;
  const line = position === undefined ? "" : `:${lineAt(sql, Number(position) - 1)}`;
  return [`supabase/${name}${line}: ${code} ${message}`, detail, hint, where]
    .filter(Boolean).join("\n");
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
