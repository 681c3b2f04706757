import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { fileURLToPath } from "node:url";
import type { Sql } from "npm:postgres@3.4.9";
import { pgtap } from "npm:@electric-sql/pglite-pgtap@0.0.2";
import { readPgtapFiles, readSeed, type SqlFile } from "../../local/migrations.ts";
import { SHARED } from "./database.ts";
import { connect, type TestServer, withConnection } from "./postgres.ts";

const BEGINS = /^(?:\s|--.*\n)*begin\s*;/i;
const ROLLS_BACK = /\brollback\s*;\s*$/i;
const LINE = /^(?<not>not )?ok \d+(?: - )?(?<description>.*?)(?<directive> # (?:todo|skip).*)?$/i;

/** Makes one test of each pgTAP file, with a step for each of its assertions. */
export async function testPgtapFiles(prefix: string, server: () => Promise<TestServer>) {
  let connection: Promise<Sql> | undefined;
  Deno.test.afterAll(() => connection?.then((sql) => sql.end(), () => {}));
  for (const file of await readPgtapFiles()) {
    if (!file.name.endsWith(".test.sql")) continue;
    Deno.test({
      name: `${prefix}: ${file.name.replace(/^tests\//, "")}`,
      ...SHARED,
      fn: async (t) => {
        connection ??= server().then(createPgtapDatabase).then((url) => connect(url));
        await testPgtapFile(t, file, await connection);
      },
    });
  }
}

/** A database with the seed, pgTAP and what the pgTAP files share. */
async function createPgtapDatabase(server: TestServer): Promise<string> {
  const url = await server.createDatabase();
  const script = await readPgtap();
  await withConnection(
    server.asSuperuser(url),
    (sql) => sql.unsafe(`set search_path = extensions; ${script}`),
  );
  const shared = (await readPgtapFiles()).filter(({ name }) => !name.endsWith(".test.sql"));
  for (const file of [await readSeed(), ...shared]) {
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
async function testPgtapFile(t: Deno.TestContext, file: SqlFile, sql: Sql): Promise<void> {
  if (!BEGINS.test(file.sql) || !ROLLS_BACK.test(file.sql)) {
    throw new Error(`supabase/${file.name}: expected begin; first and rollback; last`);
  }
  const lines = await readLines(sql, file);
  const starts = lines.flatMap((line, i) => LINE.test(line) ? [i] : []);
  for (const [i, start] of starts.entries()) {
    const { not, description, directive } = LINE.exec(lines[start]!)!.groups!;
    // What pgTAP says about a failure comes after it.
    const diagnostics = lines.slice(start, starts[i + 1]).filter((line) => line.startsWith("#"));
    await t.step({
      name: description || `assertion ${i + 1}`,
      ignore: directive !== undefined,
      fn: () => {
        if (not === undefined) return;
        const place = placeOf(file, file.sql.indexOf(description!.replaceAll("'", "''")));
        throw new Error([place, ...diagnostics].join("\n"));
      },
    });
  }
  const plans = lines.filter((line) => /^1\.\.\d+/.test(line));
  assertEquals(plans, [`1..${starts.length}`], `supabase/${file.name}: its plan is not kept`);
}

/** Runs a file and returns what it says, line by line. */
async function readLines(sql: Sql, file: SqlFile): Promise<string[]> {
  const results = await sql.unsafe(file.sql).catch(async (error) => {
    await sql`rollback`.simple();
    const { message, code, position, detail, hint, where } = error;
    const first = `${placeOf(file, Number(position) - 1)}: ${code} ${message}`;
    throw new Error([first, detail, hint, where].filter(Boolean).join("\n"), { cause: error });
  });
  return [results].flat(2).flatMap((row) => Object.values(row))
    .flatMap((value) => `${value}`.split("\n"));
}

/** The file, and the line of a place in it where that is known. */
function placeOf({ name, sql }: SqlFile, index: number): string {
  return index >= 0
    ? `supabase/${name}:${sql.slice(0, index).split("\n").length}`
    : `supabase/${name}`;
}
