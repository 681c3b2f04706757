import { assertEquals, assertMatch, assertNotEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { retry } from "npm:deno-std@1.4.0/async/retry.js";
import { startStack } from "../local/stack/stack.ts";
import { openOutbox } from "./support/outbox.ts";
import { readFixture, sign } from "./support/webhook.ts";

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
      new URL("../supabase/functions/calcom-webhook/index.ts", import.meta.url).href,
    ],
    clearEnv: true,
    env: { ...DENO, ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("it does not start without what it needs, and names all of it", async () => {
  const { code, stderr } = await run({ DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0" }).output();
  assertNotEquals(code, 0);
  assertMatch(new TextDecoder().decode(stderr), /Cannot start without SUPABASE_URL and a secret/);
});

Deno.test("without a secret it starts, says what is missing, and refuses every request", async () => {
  const port = freePort();
  await using child = run({
    DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_SECRET_KEY: "sb_secret_test",
  });
  const body = readFixture("ping");
  const response = await post(`http://127.0.0.1:${port}/`, body, sign(body, ""));
  assertEquals(response.status, 401);
  assertMatch((await response.json()).reason, /CALCOM_WEBHOOK_SECRET is not set/);

  child.kill();
  const [first] = (await new Response(child.stdout).text()).split("\n")
    .filter((line) => line.startsWith("{"));
  await child.stderr.cancel();
  assertEquals(JSON.parse(first!), {
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
    assertEquals(response.status, 200);
    assertEquals((await response.json()).outcome, "applied");

    for (const end = Date.now() + 10_000; Date.now() < end;) {
      const [mail] = await stack.sql<{ status: string }>("select status from public.emails");
      if (mail?.status === "sent") break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assertEquals(stack.sandbox.messages().length, 1);
    assertMatch(stack.sandbox.messages()[0]!.subject, /^Confirmed: Discovery call/);
  } finally {
    await stack.close();
  }
});

Deno.test("as they are deployed, one function sends, the other hears of it", async () => {
  const stack = await startStack({ port: 0, data: "memory", functions: true });
  try {
    assertEquals(stack.functions.toSorted(), ["calcom-webhook", "resend-webhook", "send-emails"]);
    const outbox = await openOutbox(stack);
    await outbox.owe(1);

    const send = (headers: Record<string, string>) =>
      fetch(`${stack.url}/functions/v1/send-emails`, { method: "POST", headers });
    const refused = await send({ apikey: stack.publishableKey });
    assertEquals(refused.status, 401);
    await refused.body?.cancel();
    const answer = await send({ apikey: stack.secretKey });
    // The schedule of the stack may have been faster.
    assertEquals((await answer.json()).outcome, "done");
    const [message] = stack.sandbox.messages();
    assertMatch(message!.subject, /^Confirmed/);

    const report = stack.sandbox.report(message!.id, { type: "email.delivered" });
    const heard = await fetch(`${stack.url}/functions/v1/resend-webhook`, {
      method: report.method,
      headers: report.headers,
      body: report.body,
    });
    assertEquals((await heard.json()).outcome, "applied");
    assertEquals((await outbox.mails())[0]!.delivery, "delivered");
  } finally {
    await stack.close();
  }
});

/** Posts as soon as somebody listens. */
async function post(url: string, body: BodyInit, signature: string): Promise<Response> {
  const headers = { "x-cal-signature-256": signature };
  return await retry(() => fetch(url, { method: "POST", body, headers }), {
    maxAttempts: 400,
    minTimeout: 50,
    multiplier: 1,
    jitter: 0,
  });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
