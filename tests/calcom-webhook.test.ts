import { encodeHex } from "npm:deno-std@1.4.0/encoding/hex.js";
import { deadline } from "npm:deno-std@1.4.0/async/deadline.js";
import { delay } from "npm:deno-std@1.4.0/async/delay.js";
import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { type Stack, startStack } from "../local/stack/stack.ts";
import { MAX_BODY_BYTES } from "../supabase/functions/_shared/http.ts";
import {
  emptyDatabase,
  faultyFetch,
  hang,
  readFixture,
  refuse,
  sign,
  startWebhook,
  type Webhook,
  type WebhookOptions,
} from "./support/webhook.ts";

const encoder = new TextEncoder();
const CREATED = readFixture("booking-created-business");
/** One attempt to store and one to decide; whoever hangs is not waited for. */
const SHORT = { pause: 0, lastAttempt: 0, store: 5000, process: 50 };

interface EventRow {
  id: string;
  payload: unknown;
  raw: string | null;
  outcome: string;
  reason: string | null;
}

let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startStack({ port: 0, data: "memory" });
});
Deno.test.afterAll(() => stack.close());

/** Runs a test on an empty database with the webhook as it would be, but for `options`. */
function test(name: string, options: WebhookOptions, body: (webhook: Webhook) => Promise<void>) {
  Deno.test(name, async () => {
    await emptyDatabase(stack);
    await using webhook = startWebhook(stack, options);
    await body(webhook);
    await webhook.finish();
    assertNothingTold(webhook.lines);
  });
}

function readEvents(): Promise<EventRow[]> {
  return stack.sql<EventRow>(
    `select id, payload, encode(raw_body, 'hex') as raw, outcome, reason
     from public.calcom_events order by received_at`,
  );
}

/** The one event that there is. */
async function readEvent(): Promise<EventRow> {
  const events = await readEvents();
  assertEquals(events.length, 1);
  return events[0]!;
}

/** No line may hold an address, a name, a secret or a piece of a body. */
function assertNothingTold(lines: unknown[]) {
  const told = JSON.stringify(lines).toLowerCase();
  const pieces = ["@", "Tobias", "northwind", "brightloom", "discovery", stack.webhookSecret];
  for (const piece of pieces) assert(!told.includes(piece.toLowerCase()), `${piece} in ${told}`);
}

/** An event that nothing follows from, padded to so many bytes. */
function bodyOfSize(size: number): Uint8Array<ArrayBuffer> {
  const empty = '{"triggerEvent":"PING","padding":""}';
  return encoder.encode(empty.replace('""', `"${"x".repeat(size - empty.length)}"`));
}

test(
  "an event is stored as it came and decided; the answer and a line say so",
  {},
  async (webhook) => {
    const { status, headers, body } = await webhook.post(CREATED);
    const event = await readEvent();
    assertEquals([status, headers.get("content-type")], [200, "application/json"]);
    assertEquals([body.outcome, body.trigger], ["applied", "BOOKING_CREATED"]);
    assertEquals(body.event_id, event.id);
    assertEquals(event.payload, JSON.parse(new TextDecoder().decode(CREATED)));
    assertEquals([event.raw, event.outcome], [null, "applied"]);

    const [line, ...others] = webhook.lines.filter(({ at }) => at === "calcom-webhook");
    assertEquals(others, []);
    assertEquals({ ...line, ms: 0 }, {
      at: "calcom-webhook",
      status: 200,
      outcome: "applied",
      trigger: "BOOKING_CREATED",
      event_id: body.event_id,
      ms: 0,
    });
  },
);

test("401, and nothing is stored: no signature, or not this body's", {}, async (webhook) => {
  const refusals = [];
  for (const header of ["0".repeat(64), "no-secret-provided", ""]) {
    refusals.push(await webhook.post(CREATED, { "x-cal-signature-256": header }));
  }
  const signature = sign(CREATED, stack.webhookSecret);
  refusals.push(await webhook.post(CREATED.slice(0, -1), { "x-cal-signature-256": signature }));
  await using unset = startWebhook(stack, { secrets: [] });
  refusals.push(await unset.post(CREATED));

  // A stranger does not learn which of it is wrong, nor whether a secret is set; the log says it.
  const [first] = refusals;
  assertEquals(first!.body.outcome, "unauthorized");
  for (const { status, body } of refusals) assertEquals([status, body], [401, first!.body]);
  const problems = [...webhook.lines, ...unset.lines].map(({ problem }) => String(problem));
  assertEquals(new Set(problems).size, 4);
  assertMatch(problems.at(-1)!, /CALCOM_WEBHOOK_SECRET is not set/);
  assertEquals(await readEvents(), []);
});

/**
 * Sends the head of a POST and then nothing, or a body that drips.
 * @returns the status of what comes back; rejects when nothing does.
 */
async function sendHead(port: number, headers: Record<string, string>, drips = false) {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const write = (text: string) => connection.write(encoder.encode(text));
  await write(`POST / HTTP/1.1\r\nhost: 127.0.0.1\r\n${head}\r\n`);
  const answered = new AbortController();
  const dripping = (async () => {
    while (drips && await delay(20, answered).then(() => true, () => false)) await write(" ");
  })();
  const answer = new Uint8Array(100);
  await deadline(connection.read(answer), 10_000);
  answered.abort();
  await dripping;
  return Number(new TextDecoder().decode(answer).split(" ")[1]);
}

const SIGNED = { "x-cal-signature-256": "0".repeat(64) };

test(
  "who shows no signature, or too large a body, is refused before it comes",
  {},
  async ({ port }) => {
    assertEquals(await sendHead(port, { "content-length": "1000" }), 401);
    assertEquals(await sendHead(port, { ...SIGNED, "content-length": "999999999" }), 413);
    assertEquals(await readEvents(), []);
  },
);

test("a hundred bodies that drip hold up nobody", { bodyTimeout: 500 }, async (webhook) => {
  const headers = { ...SIGNED, "content-length": "1000" };
  const dripping = Promise.all(
    Array.from({ length: 100 }, () => sendHead(webhook.port, headers, true)),
  );
  assertEquals((await webhook.post(CREATED)).body.outcome, "applied");
  assertEquals(new Set(await dripping), new Set([503]));
});

test("a body of 1 MiB is stored, one byte more is 413", {}, async (webhook) => {
  const { status, body } = await webhook.post(bodyOfSize(MAX_BODY_BYTES));
  assertEquals([status, body.outcome], [200, "ignored"]);
  assertEquals((await webhook.post(bodyOfSize(MAX_BODY_BYTES + 1))).status, 413);
  assertEquals((await readEvents()).length, 1);
});

for (
  const [name, text, reason] of [
    ["a blank", " ", /not JSON/],
    ["form-encoded", "name=Tobias&event=discovery", /not JSON/],
    ["a template that was no JSON", "false", /not a JSON object/],
    ["null", "null", /is null/],
    ["a list", "[]", /not a JSON object/],
    ["a text", '"BOOKING_CREATED"', /not a JSON object/],
    ["an empty object", "{}", /no "triggerEvent"/],
    ["a trigger that is an object", '{"triggerEvent":{"a":1}}', /no "triggerEvent"/],
    ["a number for a trigger", '{"triggerEvent":5}', /no "triggerEvent"/],
    ["a blank trigger", '{"triggerEvent":" "}', /no "triggerEvent"/],
    ["nested deeply", "[".repeat(100_000) + "]".repeat(100_000), /nested/],
  ] as const
) {
  test(`422, and kept with the reason: ${name}`, {}, async (webhook) => {
    const { status, body } = await webhook.post(text);
    const event = await readEvent();
    assertEquals([status, body.outcome, body.event_id], [422, "failed", event.id]);
    assertMatch(String(body.reason), reason);
    assertEquals(event.outcome, "failed");
    assert(event.reason);
    if (event.raw === null) assertEquals(event.payload, JSON.parse(text));
    else assertEquals(event.raw, encodeHex(text));
  });
}

test("422 for nothing at all, of which no row is kept", {}, async (webhook) => {
  const { status, body } = await webhook.post("");
  assertEquals([status, body.outcome], [422, "empty"]);
  assertEquals(await readEvents(), []);
});

test(
  "what Postgres cannot hold of JSON is replaced, and its bytes are kept",
  {},
  async (webhook) => {
    const text = '{"triggerEvent":"PING","a\\u0000":"\\u0000 \\ud800 \\ud83d\\ude00","n":1e999999}';
    const { status, body } = await webhook.post(text);
    const event = await readEvent();
    assertEquals([status, body.outcome], [200, "ignored"]);
    assertEquals(event.payload, {
      triggerEvent: "PING",
      "a\ufffd": "\ufffd \ufffd 😀",
      n: null,
    });
    assertEquals(event.raw, encodeHex(text));
  },
);

/** Answers of the database that it does not give. */
const answer = (body: unknown, status = 200) => Promise.resolve(Response.json(body, { status }));
const isDecision = (url: string) => url.includes("/rpc/handle_calcom_event");

for (const code of ["22P05", "23514", "54001"]) {
  const fetch = faultyFetch((count) => count === 1 ? answer({ code, message: "no" }, 400) : null);
  test(
    `422, its bytes kept, what the database refuses with ${code}`,
    { fetch },
    async (webhook) => {
      const { status, body } = await webhook.post(CREATED);
      const event = await readEvent();
      assertEquals([status, body.event_id], [422, event.id]);
      assertMatch(String(body.reason), new RegExp(`cannot keep the body as JSON \\(${code}\\)`));
      assertEquals([event.payload, event.raw], ["", encodeHex(CREATED)]);
    },
  );
}

for (
  const [name, options, reason] of [
    ["nobody there", { supabaseUrl: "http://127.0.0.1:1" }, /could not store.*send it again/],
    ["a key that may not write", {
      fetch: faultyFetch(() => answer({ code: "42501", message: "no" }, 403)),
    }, /42501/],
    ["a database that does not answer", {
      fetch: faultyFetch((_, __, signal) => hang(signal)),
      timeouts: { ...SHORT, store: 50 },
    }, /could not store/],
  ] as const
) {
  test(`503 with Retry-After, soon: ${name}`, { ...options }, async (webhook) => {
    const start = performance.now();
    const { status, headers, body } = await webhook.post(CREATED);
    assertEquals([status, body.outcome], [503, "unavailable"]);
    assert(Number(headers.get("retry-after")) > 0);
    assertMatch(String(body.reason), reason);
    assert(performance.now() - start < 5000);
    assertEquals(await readEvents(), []);
  });
}

const STARTING = { code: "57P03", message: "starting" };
const shortFailures = faultyFetch((count) =>
  [() => answer(STARTING, 503), refuse][count - 1]?.() ?? null
);
test(
  "short failures of the database are not noticed",
  { fetch: shortFailures },
  async (webhook) => {
    const { status, body } = await webhook.post(CREATED);
    assertEquals([status, body.outcome], [200, "applied"]);
    await readEvent();
  },
);

for (
  const [name, fault] of [
    ["fails", refuse],
    ["does not come", hang],
    ["is nonsense", () => answer({ hello: "world" })],
    ["is an outcome that nobody knows", () => answer({ event_id: "1", outcome: "lost" })],
  ] as const
) {
  const fetch = faultyFetch((_, url, signal) => isDecision(url) ? fault(signal) : null);
  const options = { fetch, timeouts: SHORT };
  test(`200 failed, and safe, when the decision ${name}`, options, async (webhook) => {
    const { status, body } = await webhook.post(CREATED);
    const event = await readEvent();
    assertEquals([status, body.outcome, body.event_id], [200, "failed", event.id]);
    assertMatch(String(body.reason), /is stored/);
    assertEquals(event.outcome, "pending");
  });
}

test("the answer does not wait for the mail", {}, async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  await using resend = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
    asked.resolve();
    await answer.promise;
    return Response.json({ id: "resend-1" });
  });
  await using webhook = startWebhook(stack, {
    resendBaseUrl: `http://127.0.0.1:${resend.addr.port}`,
  });
  const readMails = () => stack.sql("select status, resend_id from public.emails");

  assertEquals((await webhook.post(CREATED)).body.outcome, "applied");
  await asked.promise;
  assertEquals(await readMails(), [{ status: "due", resend_id: null }]);
  answer.resolve();
  await webhook.finish();
  assertEquals(await readMails(), [{ status: "sent", resend_id: "resend-1" }]);
});
