import assert from "node:assert/strict";
import { startStack } from "../../../local/stack/stack.ts";
import { readFixture, sign } from "../_testing/webhook.ts";

/** What Deno itself needs to find its cache. */
const DENO = Object.fromEntries(
  ["HOME", "PATH", "DENO_DIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }),
);

function run(env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      "--allow-env",
      "--allow-net=127.0.0.1",
      new URL("index.ts", import.meta.url).href,
    ],
    clearEnv: true,
    env: { ...DENO, ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("it does not start without what it needs, and names all of it", async () => {
  const { code, stderr } = await run({ DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0" }).output();
  assert.notEqual(code, 0);
  assert.match(new TextDecoder().decode(stderr), /Cannot start without SUPABASE_URL and a secret/);
});

Deno.test("without a secret it starts, says what is missing, and lets nobody in", async () => {
  const port = freePort();
  await using child = run({
    DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_SECRET_KEY: "sb_secret_test",
  });
  const body = readFixture("ping");
  const response = await post(`http://127.0.0.1:${port}/`, body, sign(body, ""));
  assert.equal(response.status, 401);
  assert.match((await response.json()).reason, /CALCOM_WEBHOOK_SECRET is not set/);

  child.kill();
  const [first] = (await new Response(child.stdout).text()).split("\n")
    .filter((line) => line.startsWith("{"));
  await child.stderr.cancel();
  assert.deepEqual(JSON.parse(first!), {
    at: "calcom-webhook",
    outcome: "started",
    missing: ["CALCOM_WEBHOOK_SECRET", "RESEND_API_KEY"],
  });
});

Deno.test("as it is deployed, it books, and the mail goes out", async () => {
  const stack = await startStack({ port: 0, data: "memory", functions: true });
  try {
    const body = readFixture("booking-created-business");
    const url = `${stack.url}/functions/v1/calcom-webhook`;
    const response = await post(url, body, sign(body, stack.webhookSecret));
    assert.equal(response.status, 200);
    assert.equal((await response.json()).outcome, "applied");

    for (const end = Date.now() + 10_000; Date.now() < end;) {
      const [mail] = await stack.sql<{ status: string }>("select status from public.emails");
      if (mail?.status === "sent") break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(stack.sandbox.messages().length, 1);
    assert.match(stack.sandbox.messages()[0]!.subject, /^Confirmed: Discovery call/);
  } finally {
    await stack.close();
  }
});

/** Posts as soon as somebody listens. */
async function post(url: string, body: BodyInit, signature: string): Promise<Response> {
  const headers = { "x-cal-signature-256": signature };
  for (const end = Date.now() + 20_000;;) {
    try {
      return await fetch(url, { method: "POST", body, headers });
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
