import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { readMigrations, readPgtapFiles, readSeed, type SqlFile } from "../local/migrations.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDERS = ["supabase/functions", "local", "tests", "bench"];
const SQL_LINE_LENGTH = 120;

/** The files of the project that each file of the project imports. */
const imports = await readImports();

Deno.test("no file of the project imports itself, by whatever way", () => {
  const done = new Set<string>();
  function visit(file: string, way: string[]): void {
    assert(!way.includes(file), `A circle: ${[...way.slice(way.indexOf(file)), file].join(" → ")}`);
    if (done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  }
  for (const file of imports.keys()) visit(file, []);
  assert(done.size > 50, `Only ${done.size} files found`);
});

Deno.test("the Edge Functions import nothing that is not deployed with them", () => {
  assertEquals(
    listImports((from, to) =>
      from.startsWith("supabase/functions/") && !to.startsWith("supabase/functions/")
    ),
    [],
  );
});

Deno.test("only tests and their support import from tests/", () => {
  const isTest = (file: string) => file.startsWith("tests/") || /\.test\.tsx?$/.test(file);
  assertEquals(listImports((from, to) => to.startsWith("tests/") && !isTest(from)), []);
});

Deno.test(`no line of SQL is longer than ${SQL_LINE_LENGTH} characters`, async () => {
  const bench = "bench/schema.sql";
  const files = [
    ...(await readMigrations()),
    ...(await readPgtapFiles()),
    await readSeed(),
  ].map(({ name, sql }) => ({ name: `supabase/${name}`, sql }));
  files.push({ name: bench, sql: await Deno.readTextFile(new URL(bench, ROOT)) });
  const long = files.flatMap(({ name, sql }) =>
    sql.split("\n").flatMap((line, i) =>
      [...line].length > SQL_LINE_LENGTH ? `${name}:${i + 1}` : []
    )
  );
  assertEquals(long, []);
});

Deno.test("every chapter of the SQL builds on the chapters before it", async () => {
  const chapters = await readMigrations();
  const places = new Map<string, number>();
  chapters.forEach((chapter, place) => {
    for (const name of createdNames(chapter)) if (!places.has(name)) places.set(name, place);
  });
  assert(places.size > 50, `Only ${places.size} names found`);

  const early = chapters.flatMap((chapter, place) =>
    [...new Set(withoutComments(chapter.sql).match(/\b(?:crm|public)\.[a-z_0-9]+/g))]
      .filter((name) => (places.get(name) ?? 0) > place)
      .map((name) => `${chapter.name} uses ${name} of ${chapters[places.get(name)!]!.name}`)
  );
  assertEquals(early, []);
});

function createdNames({ sql }: SqlFile): string[] {
  const created =
    /\bcreate (?:or replace )?(?:function|procedure|table|view|type|domain|sequence) ([a-z]+\.[a-z_0-9]+)/g;
  return Array.from(withoutComments(sql).matchAll(created), ([, name]) => name!);
}

/** Neither `-- …` nor the texts of `comment on`, which may look ahead. */
function withoutComments(sql: string): string {
  return sql.replaceAll(/--.*$/gm, "").replaceAll(/^comment on [^;]*?'(?:[^']|'')*';/gm, "");
}

function listImports(isWrong: (from: string, to: string) => boolean): string[] {
  return [...imports].flatMap(([from, all]) =>
    all.filter((to) => isWrong(from, to)).map((to) => `${from} imports ${to}`)
  );
}

async function readImports(): Promise<Map<string, string[]>> {
  const files = new Map<string, string[]>();
  for (const folder of FOLDERS) {
    for await (const file of listFiles(new URL(`${folder}/`, ROOT))) {
      const text = (await Deno.readTextFile(file)).replaceAll(/^\s*(?:\/\/|\*).*$/gm, "");
      const found = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g);
      files.set(pathOf(file), Array.from(found, ([, path]) => pathOf(new URL(path!, file))));
    }
  }
  return files;
}

async function* listFiles(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* listFiles(new URL(`${name}/`, folder));
    else if (/\.tsx?$/.test(name)) yield new URL(name, folder);
  }
}

function pathOf(file: URL): string {
  return relative(fileURLToPath(ROOT), fileURLToPath(file)).replaceAll("\\", "/");
}
