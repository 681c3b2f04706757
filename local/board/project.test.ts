import { assertEquals, assertRejects } from "npm:deno-std@1.4.0/assert/mod.js";
import { StackError } from "../stack/error.ts";
import { readProject } from "./project.ts";

const URL_ = "https://abcdefghijklmnopqrst.supabase.co";

function read(values: Record<string, string>) {
  return readProject((name) => values[name]);
}

Deno.test("the board's project is the one that the environment names", async () => {
  assertEquals(
    await read({ SUPABASE_URL: `${URL_}/`, SUPABASE_PUBLISHABLE_KEY: "sb_publishable_1" }),
    { supabaseUrl: URL_, publishableKey: "sb_publishable_1" },
  );
  assertEquals(
    await read({
      SUPABASE_PROJECT_REF: "abcdefghijklmnopqrst",
      SUPABASE_PUBLISHABLE_KEY: "sb_publishable_1",
    }),
    { supabaseUrl: URL_, publishableKey: "sb_publishable_1" },
  );
});

Deno.test("what is missing, or no address, is said", async () => {
  await assertRejects(() => read({}), StackError, "Which project?");
  await assertRejects(() => read({ SUPABASE_URL: URL_ }), StackError, "Which key?");
  await assertRejects(
    () => read({ SUPABASE_URL: "abc.supabase.co", SUPABASE_PUBLISHABLE_KEY: "sb_publishable_1" }),
    StackError,
    "SUPABASE_URL is no address",
  );
});

Deno.test("a key that may do everything does not get into a page", async () => {
  const token = (role: string) => `e30.${btoa(JSON.stringify({ role }))}.x`;
  for (const key of ["sb_secret_1", token("service_role")]) {
    await assertRejects(
      () => read({ SUPABASE_URL: URL_, SUPABASE_PUBLISHABLE_KEY: key }),
      StackError,
      "is a secret key",
    );
  }
  const anon = token("anon");
  const { publishableKey } = await read({ SUPABASE_URL: URL_, SUPABASE_PUBLISHABLE_KEY: anon });
  assertEquals(publishableKey, anon);
});

Deno.test("without a key Supabase is asked for the one of a page", async () => {
  const asked: string[] = [];
  let keys: unknown = [
    { name: "service_role", type: "legacy", api_key: "secret" },
    { name: "anon", type: "legacy", api_key: "anon key" },
    { name: "default", type: "publishable", api_key: "sb_publishable_2" },
  ];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    asked.push(`${new URL(request.url).pathname} ${request.headers.get("authorization")}`);
    return keys === null ? new Response("no", { status: 403 }) : Response.json(keys);
  });
  const ask = () =>
    read({
      SUPABASE_API_URL: `http://127.0.0.1:${server.addr.port}`,
      SUPABASE_PROJECT_REF: "abcdefghijklmnopqrst",
      SUPABASE_ACCESS_TOKEN: "sbp_1",
    });
  try {
    assertEquals((await ask()).publishableKey, "sb_publishable_2");
    assertEquals(asked, ["/v1/projects/abcdefghijklmnopqrst/api-keys Bearer sbp_1"]);
    keys = [{ name: "anon", type: "legacy", api_key: "anon key" }];
    assertEquals((await ask()).publishableKey, "anon key");
    keys = null;
    await assertRejects(ask, StackError, "does not tell the key of abcdefghijklmnopqrst (403)");
  } finally {
    await server.shutdown();
  }
});
