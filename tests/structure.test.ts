import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { readMigrations, readPgtapFiles, readSeed, type SqlFile } from "../local/migrations.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDERS = ["supabase/functions", "local", "setup", "tests", "bench", "board/src"];
const SQL_LINE_LENGTH = 120;

/** What each file of the project imports: files of it by their path, and packages. */
const imports = await readImports();

Deno.test("no file of the project imports itself, by whatever way", () => {
  const done = new Set<string>();
  function visit(file: string, way: string[]): void {
    assert(!way.includes(file), `A circle: ${[...way.slice(way.indexOf(file)), file].join(" → ")}`);
    if (done.has(file)) return;
    for (const { to } of imports.get(file) ?? []) visit(to, [...way, file]);
    done.add(file);
  }
  for (const file of imports.keys()) visit(file, []);
  assert(done.size > 50, `Only ${done.size} files found`);
});

Deno.test("the Edge Functions import nothing that is not deployed with them", () => {
  assertEquals(
    listImports((from, to) =>
      from.startsWith("supabase/functions/") && !/^(npm:|node:|supabase\/functions\/)/.test(to)
    ),
    [],
  );
});

Deno.test("only tests and their support import from tests/", () => {
  const isTest = (file: string) => file.startsWith("tests/") || /\.test\.tsx?$/.test(file);
  assertEquals(listImports((from, to) => to.startsWith("tests/") && !isTest(from)), []);
});

Deno.test("the webhook loads nothing of what a mail needs, now or later", () => {
  const loaded = listLoaded("calcom-webhook/index.ts", () => true);
  assert(loaded.includes("supabase/functions/calcom-webhook/handler.ts"));
  assert(loaded.some((name) => name.includes("postgrest-js")));
  // Nor the whole of supabase-js, which takes longer to load than everything else together.
  assertEquals(loaded.filter((name) => /react|ical|resend|send-emails|supabase-js/.test(name)), []);
});

Deno.test("only the rendering of a mail loads what it needs", () => {
  for (const path of ["send-emails/send.ts", "send-emails/email/message.ts"]) {
    assertEquals(listLoaded(path).filter((name) => /react|ical|templates\//.test(name)), []);
  }
  const rendering = listLoaded("send-emails/email/templates/render.tsx");
  assert(rendering.some((name) => name.startsWith("npm:@react-email/render")));
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
    all.filter(({ to }) => isWrong(from, to)).map(({ to }) => `${from} imports ${to}`)
  );
}

/** Everything that is loaded together with an Edge Function's file, before anything in it runs. */
function listLoaded(
  path: string,
  counts = ({ isLoaded }: { isLoaded: boolean }) => isLoaded,
): string[] {
  const loaded = new Set([`supabase/functions/${path}`]);
  for (const file of loaded) {
    for (const one of imports.get(file) ?? []) if (counts(one)) loaded.add(one.to);
  }
  return [...loaded];
}

async function readImports() {
  const files = new Map<string, { to: string; isLoaded: boolean }[]>();
  for (const folder of FOLDERS) {
    for await (const file of listFiles(new URL(`${folder}/`, ROOT))) {
      const text = (await Deno.readTextFile(file)).replaceAll(/^\s*(?:\/\/|\*).*$/gm, "");
      const found = text.matchAll(
        /(?:^(?:im|ex)port (?<type>type )?(?:[^;"()]* from )?|(?<dynamic>\bimport\(\s*))"(?<to>(?:\.|npm:)[^"]+)"/gm,
      );
      files.set(
        pathOf(file),
        Array.from(found, ({ groups }) => ({
          to: groups!.to!.startsWith(".") ? pathOf(new URL(groups!.to!, file)) : groups!.to!,
          isLoaded: groups!.type === undefined && groups!.dynamic === undefined,
        })),
      );
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
