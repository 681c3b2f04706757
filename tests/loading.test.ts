import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";

const FUNCTIONS = new URL("../supabase/functions/", import.meta.url);

interface Module {
  specifier: string;
  dependencies?: { isDynamic?: boolean; code?: { specifier?: string } }[];
}

/** Everything that is loaded together with a module, before anything in it runs. */
async function readGraph(path: string): Promise<string[]> {
  const url = new URL(path, FUNCTIONS).href;
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
  return [...loaded].map((specifier) => specifier.replace(FUNCTIONS.href, ""));
}

Deno.test("the webhook loads nothing of what a mail needs before it has answered", async () => {
  const graph = await readGraph("calcom-webhook/index.ts");
  assert(graph.includes("calcom-webhook/handler.ts"));
  assert(graph.some((name) => name.includes("supabase-js")));
  assertEquals(graph.filter((name) => /react|ical|resend|send-emails/.test(name)), [
    "send-emails/background.ts",
  ]);
});

for (const path of ["send-emails/send.ts", "send-emails/email/message.ts"]) {
  Deno.test(`${path} loads nothing that only the rendering of a mail needs`, async () => {
    const graph = await readGraph(path);
    assert(graph.length > 2);
    assertEquals(graph.filter((name) => /react|ical|templates\//.test(name)), []);
  });
}

Deno.test("a template loads React, so that the tests above can see it", async () => {
  const graph = await readGraph("send-emails/email/templates/render.tsx");
  assert(graph.some((name) => /npm:.*@react-email\/render/.test(name)));
});
