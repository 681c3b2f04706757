import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { fileURLToPath } from "node:url";

const LOCK = fileURLToPath(new URL("../deno.lock", import.meta.url));
const FUNCTIONS = [...Deno.readDirSync(new URL("../supabase/functions/", import.meta.url))]
  .flatMap(({ name, isDirectory }) => isDirectory && name !== "_shared" ? [name] : []).toSorted();

for (const name of FUNCTIONS) {
  Deno.test(`what ${name} imports is in the lock that the tests run under`, async () => {
    const { success, error } = await deno("cache", "--frozen", `--lock=${LOCK}`, indexOf(name));
    assert(success, error);
  });
}

Deno.test("the webhook has no package of which a deploy could take another version", async () => {
  // A deploy reads no lock: it takes the newest version that each range allows.
  const { success, output, error } = await deno(
    "info",
    "--no-lock",
    "--json",
    indexOf("calcom-webhook"),
  );
  assert(success, error);
  const { npmPackages } = JSON.parse(output) as {
    npmPackages: Record<string, { name: string; version: string }>;
  };
  const packages = Object.values(npmPackages);
  assertEquals(packages.map((one) => one.name).toSorted(), [
    "@supabase/postgrest-js",
    "deno-std",
    "tslib",
  ]);
  const main = import.meta.resolve("npm:@supabase/postgrest-js@2.119.1");
  for (const { name, version } of packages) {
    const file = main.replace(/@supabase\/postgrest-js\/.*$/, `${name}/${version}/package.json`);
    const { dependencies = {} } = JSON.parse(await Deno.readTextFile(new URL(file)));
    for (const [other, range] of Object.entries(dependencies)) {
      assertEquals(range, packages.find((one) => one.name === other)?.version, `${name}: ${other}`);
    }
  }
});

Deno.test("every package that a function names has one version", async () => {
  for (const name of ["_shared", ...FUNCTIONS]) {
    for await (
      const text of readTexts(new URL(`../supabase/functions/${name}/`, import.meta.url))
    ) {
      for (const [, specifier] of text.matchAll(/"npm:([^"]+)"/g)) {
        assert(/^(@[\w-]+\/)?[\w.-]+@\d+\.\d+\.\d+(\/|$)/.test(specifier!), specifier);
      }
    }
  }
});

function indexOf(name: string): string {
  return fileURLToPath(new URL(`../supabase/functions/${name}/index.ts`, import.meta.url));
}

async function deno(...args: string[]) {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout), error: decoder.decode(stderr) };
}

async function* readTexts(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* readTexts(new URL(`${name}/`, folder));
    else if (/\.tsx?$/.test(name)) yield await Deno.readTextFile(new URL(name, folder));
  }
}
