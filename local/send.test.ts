import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { finish, makeFolder, spawnProgram } from "../tests/support/stack.ts";

const SECRET = "a secret";
const CREATED = '{ "triggerEvent": "BOOKING_CREATED",\r\n "payload": {"title": "Grüße"} }';

/** Answers like the webhook, and remembers what came. */
function serveWebhook(answer: (body: string) => Response) {
  const received: { body: string; headers: Headers }[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const body = await request.text();
      received.push({ body, headers: request.headers });
      return answer(body);
    },
  );
  return {
    received,
    url: `http://127.0.0.1:${server.addr.port}/hook`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("each file is posted byte for byte, signed, in the order given", async () => {
  await using folder = await makeFolder({
    "a/created.json": CREATED,
    "ping.json": '{"triggerEvent":"PING"}',
  });
  await using webhook = serveWebhook((body) =>
    Response.json(
      body.includes("PING")
        ? { outcome: "ignored", reason: "A test" }
        : { outcome: "applied", reason: null },
    )
  );

  const { code, stdout } = await finish(spawnProgram(
    "send.ts",
    ["ping.json", join("a", "created.json"), "--url", webhook.url, "--secret", SECRET],
    folder.path,
  ));

  assert.deepEqual(webhook.received.map(({ body }) => body), ['{"triggerEvent":"PING"}', CREATED]);
  const { headers } = webhook.received[1]!;
  assert.equal(
    headers.get("x-cal-signature-256"),
    createHmac("sha256", SECRET).update(CREATED).digest("hex"),
  );
  assert.equal(headers.get("x-cal-webhook-version"), "2021-10-20");
  assert.equal(headers.get("content-type"), "application/json");
  assert.equal(
    stdout,
    "ping.json: PING  200  ignored  A test\n" +
      `${join("a", "created.json")}: BOOKING_CREATED  200  applied\n`,
  );
  assert.equal(code, 0);
});

Deno.test("the address and the secret of a running stack are found", async () => {
  await using webhook = serveWebhook(() => Response.json({ outcome: "ignored" }));
  await using folder = await makeFolder({
    "ping.json": "{}",
    "local.env": `SUPABASE_URL=${new URL(webhook.url).origin}\nCALCOM_WEBHOOK_SECRET=${SECRET}\n`,
  });

  const { code, stdout } = await finish(
    spawnProgram("send.ts", ["ping.json", "--env", "local.env"], folder.path),
  );

  assert.equal(stdout, "ping.json: (no trigger)  200  ignored\n");
  assert.equal(code, 0);
});

Deno.test("one failure is told and the rest still goes out", async () => {
  await using folder = await makeFolder({ "bad.json": "not JSON", "ping.json": "{}" });
  await using webhook = serveWebhook((body) =>
    body === "{}"
      ? Response.json({ outcome: "ignored" })
      : Response.json({ outcome: "failed", reason: "Not JSON" }, { status: 422 })
  );

  const { code, stdout, stderr } = await finish(spawnProgram(
    "send.ts",
    ["missing.json", "bad.json", "ping.json", "--url", webhook.url, "--secret", SECRET],
    folder.path,
  ));

  assert.match(stderr, /^missing\.json: cannot be read: .*\n$/);
  assert.equal(
    stdout,
    "bad.json: (no trigger)  422  failed  Not JSON\nping.json: (no trigger)  200  ignored\n",
  );
  assert.equal(code, 1);
});

Deno.test("without a stack, or without a file, it says what to do", async () => {
  await using folder = await makeFolder({
    "ping.json": "{}",
    "stale.env": "SUPABASE_URL=http://127.0.0.1:1\nCALCOM_WEBHOOK_SECRET=x\n",
  });
  const run = (...args: string[]) => finish(spawnProgram("send.ts", args, folder.path));

  const [never, gone, nothing, half] = await Promise.all([
    run("ping.json", "--env", "none.env"),
    run("ping.json", "--env", "stale.env"),
    run(),
    run("ping.json", "--url", "http://127.0.0.1:1"),
  ]);

  assert.match(never.stderr, /^The local stack is not running\. Start it .*task start\n$/);
  assert.match(gone.stderr, /^Nothing answers at http:\/\/127\.0\.0\.1:1\. Start .*task start\n$/);
  assert.match(nothing.stderr, /^Name at least one file/);
  assert.match(half.stderr, /^--url needs --secret/);
  assert.deepEqual([never, gone, nothing, half].map(({ code }) => code), [1, 1, 1, 1]);
});
