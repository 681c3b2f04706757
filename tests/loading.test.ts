import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";

interface Module {
  specifier: string;
  dependencies?: { isDynamic?: boolean; code?: { specifier?: string } }[];
}

/** Everything that is loaded together with a module, before anything in it runs. */
async function readGraph(path: string): Promise<string[]> {
  const url = new URL(path, import.meta.url).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", url],
    stderr: "null",
  }).output();
  const { modules, redirects = {} } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: Module[];
    redirects?: Record<string, string>;
  };
  const all = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set<string>();
  const open = [url];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const specifier = redirects[next] ?? next;
    if (loaded.has(specifier)) continue;
    loaded.add(specifier);
    for (const { isDynamic, code } of all.get(specifier)?.dependencies ?? []) {
      if (!isDynamic && code?.specifier) open.push(code.specifier);
    }
  }
  return [...loaded];
}

for (const path of ["../calcom-webhook/index.ts", "send.ts", "message.ts"]) {
  Deno.test(`${path} loads nothing that only the writing of a mail needs`, async () => {
    const graph = await readGraph(path);
    assert(graph.length > 2);
    assertEquals(graph.filter((specifier) => /react|ical|templates\//.test(specifier)), []);
  });
}

Deno.test("a template loads React, so that the tests above can see it", async () => {
  const graph = await readGraph("templates/render.tsx");
  assert(graph.some((specifier) => /npm:.*@react-email\/render/.test(specifier)));
});
