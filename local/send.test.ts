import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { finish, makeFolder, spawnProgram } from "./stack-testing.ts";

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
    "ping.json       PING             ignored    A test\n" +
      `${join("a", "created.json")}  BOOKING_CREATED  applied\n`,
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

  assert.equal(stdout, "ping.json  (no trigger)  ignored\n");
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
    "bad.json   (no trigger)  failed     (422) Not JSON\nping.json  (no trigger)  ignored\n",
  );
  assert.equal(code, 1);
});

Deno.test("what a later event changed is told at the end, and how the booking stands", async () => {
  const answers: Record<string, unknown> = {
    "/functions/v1/calcom-webhook": null,
    "/rest/v1/calcom_events": [
      { id: "1", outcome: "applied", reason: "Cancelled." },
      { id: "2", outcome: "applied", reason: "Booked." },
    ],
    "/rest/v1/bookings": [{
      start_time: "2026-12-01 15:00:00+00",
      status: "CANCELLED",
      attended: false,
      people: { name: "Ada", email: "ada@acme.example" },
      deals: { status: "cancelled", stage: "booked", companies: { name: "Acme" } },
    }],
  };
  const asked: string[] = [];
  await using server = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(decodeURIComponent(search));
    if (pathname.startsWith("/rest")) return Response.json(answers[pathname]);
    return Response.json(
      (await request.text()).includes("CANCELLED")
        ? { event_id: "1", outcome: "waiting", reason: "Not known yet." }
        : { event_id: "2", outcome: "applied", reason: "Booked." },
    );
  });
  await using folder = await makeFolder({
    "x.json": '{"triggerEvent":"BOOKING_CANCELLED","payload":{"uid":"u-1"}}',
    "c.json": '{"triggerEvent":"BOOKING_CREATED","payload":{"uid":"u-1"}}',
    "local.env": [
      `SUPABASE_URL=http://127.0.0.1:${server.addr.port}`,
      "SUPABASE_SECRET_KEY=key",
      `CALCOM_WEBHOOK_SECRET=${SECRET}`,
    ].join("\n"),
  });

  const { stdout, stderr } = await finish(
    spawnProgram("send.ts", ["x.json", "c.json", "--env", "local.env"], folder.path),
  );

  assert.equal(stderr, "");
  assert.deepEqual(stdout.split("\n"), [
    "x.json  BOOKING_CANCELLED  waiting    Not known yet.",
    "c.json  BOOKING_CREATED    applied    Booked.",
    "",
    "Changed by what came after",
    "x.json  BOOKING_CANCELLED  applied    Cancelled.",
    "",
    "Now",
    "Ada, 1 Dec 2026, 15:00 UTC: cancelled; the deal of Acme is cancelled",
    "",
  ]);
  assert.ok(asked.some((query) => query.includes('calcom_uid=in.("u-1")')));
});

Deno.test("a wrong argument gets a sentence, and no stack trace", async () => {
  await using folder = await makeFolder({ "ping.json": '{"triggerEvent":"PING","payload":{}}' });
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await finish(
      spawnProgram("send.ts", ["ping.json", ...args], folder.path),
    );
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.doesNotMatch(stderr, /\n\s+at /);
    return stderr;
  };

  const messages = await Promise.all([
    run("--url", "foo", "--secret", "x"),
    run("--port", "many"),
    run("--at", "soon"),
    run("--to", "Ada"),
    run("--set", "title"),
    run("--url", "http://127.0.0.1:1", "--secret", "x", "--set", "a.b=1", "--port", "1"),
    run("--what"),
  ]);

  for (
    const [place, words] of [
      /^--url takes an address/,
      /^--port takes a number/,
      /^--at takes a date/,
      /^--to takes a mail address/,
      /^--set takes path=value/,
      /^--url names the webhook/,
      /^Unknown option '--what'/,
    ].entries()
  ) assert.match(messages[place]!, words);
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
