import { assertEquals, assertMatch, assertNotMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { createHmac } from "node:crypto";
import { finish, makeFolder, spawnProgram } from "../tests/support/stack.ts";

const CREATED = '{ "triggerEvent": "BOOKING_CREATED",\r\n "payload": {"uid": "Grüße"} }';
const CANCELLED = '{"triggerEvent":"BOOKING_CANCELLED","payload":{"uid":"u-1"}}';

/** Runs the command in a folder with these files. */
async function send(files: Record<string, string>, ...args: string[]) {
  await using folder = await makeFolder(files);
  return await finish(spawnProgram("send.ts", args, folder.path));
}

/** Answers like a stack, and remembers what came. */
function serveStack(answer: (body: string, path: string) => Response) {
  const received: { url: URL; body: string; headers: Headers }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (got) => {
    const [url, body] = [new URL(got.url), await got.text()];
    received.push({ url, body, headers: got.headers });
    return answer(body, url.pathname);
  });
  return {
    received,
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("files are posted byte for byte, signed, in the order given; one that fails is told", async () => {
  const files = { "created.json": CREATED, "bad.json": "not JSON" };
  await using stack = serveStack((body) =>
    body === CREATED
      ? Response.json({ outcome: "applied", reason: null })
      : Response.json({ outcome: "failed", reason: "Not JSON" }, { status: 422 })
  );

  const names = ["missing.json", "bad.json", "created.json"];
  const { code, stdout, stderr } = await send(
    files,
    ...names,
    ...["--url", stack.url, "--secret", "a secret"],
  );

  assertEquals(stack.received.map(({ body }) => body), ["not JSON", CREATED]);
  const { headers } = stack.received[1]!;
  assertEquals(
    headers.get("x-cal-signature-256"),
    createHmac("sha256", "a secret").update(CREATED).digest("hex"),
  );
  assertEquals(headers.get("x-cal-webhook-version"), "2021-10-20");
  assertMatch(stderr, /^missing\.json: cannot be read: .*\n$/);
  assertEquals(stdout.split("\n"), [
    "bad.json      (no trigger)     failed     (422) Not JSON",
    "created.json  BOOKING_CREATED  applied",
    "",
  ]);
  assertEquals(code, 1);
});

Deno.test("a running stack is found; what a later event changed, and the booking, are told", async () => {
  const answers: Record<string, unknown> = {
    first: { event_id: "1", outcome: "waiting", reason: "Not known yet." },
    second: { event_id: "2", outcome: "applied", reason: null },
    "/rest/v1/calcom_events": [
      { id: "1", outcome: "applied", reason: "Cancelled." },
      { id: "2", outcome: "applied", reason: null },
    ],
    "/rest/v1/bookings": [{
      start_time: "2026-12-01 15:00:00+00",
      status: "CANCELLED",
      attended: false,
      people: { name: "Ada", email: "ada@acme.example" },
      deals: { status: "cancelled", stage: "booked", companies: { name: "Acme" } },
    }],
  };
  await using stack = serveStack((body, path) =>
    Response.json(answers[path] ?? answers[body === CANCELLED ? "first" : "second"])
  );
  const env = `SUPABASE_URL=${stack.url}\nSUPABASE_SECRET_KEY=key\nCALCOM_WEBHOOK_SECRET=secret\n`;
  const files = { "x.json": CANCELLED, "c.json": CREATED, "local.env": env };

  const { code, stdout, stderr } = await send(files, "x.json", "c.json", "--env", "local.env");

  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.split("\n"), [
    "x.json  BOOKING_CANCELLED  waiting    Not known yet.",
    "c.json  BOOKING_CREATED    applied",
    "",
    "Changed by what came after",
    "x.json  BOOKING_CANCELLED  applied    Cancelled.",
    "",
    "Now",
    "Ada, Tue, 01 Dec 2026 15:00 UTC: cancelled; the deal of Acme is cancelled",
    "",
  ]);
  const asked = stack.received.map(({ url }) => url.searchParams.get("calcom_uid"));
  assertEquals(asked.filter((uids) => uids !== null), ["in.(u-1,Grüße)"]);
});

Deno.test("what cannot be done gets a sentence that says why, and no stack trace", async () => {
  const files = {
    "ping.json": '{"triggerEvent":"PING","payload":{}}',
    "stale.env": "SUPABASE_URL=http://127.0.0.1:1\nCALCOM_WEBHOOK_SECRET=x\n",
  };
  const cases: [args: string, message: RegExp][] = [
    ["", /^Name at least one file/],
    ["ping.json --env none.env", /^The local stack is not running\. Start it .*task start\n$/],
    ["ping.json --env stale.env", /^Nothing answers at http:\/\/127\.0\.0\.1:1\. Start .*start\n$/],
    ["ping.json --url http://127.0.0.1:1", /^--url needs --secret/],
    ["ping.json --url foo --secret x", /^--url takes an address/],
    ["ping.json --url http://127.0.0.1:1 --secret x --port 1", /^--url names the webhook/],
    ["ping.json --port many", /^--port takes a number/],
    ["ping.json --at soon", /^--at takes a date/],
    ["ping.json --to Ada", /^--to takes a mail address/],
    ["ping.json --set title", /^--set takes path=value/],
    ["ping.json --what", /^Unknown option '--what'/],
  ];

  await Promise.all(cases.map(async ([args, message]) => {
    const { code, stdout, stderr } = await send(files, ...args.split(" ").filter(Boolean));
    assertEquals([code, stdout], [1, ""], args);
    assertMatch(stderr, message);
    assertNotMatch(stderr, /\n\s+at /);
  }));
});
