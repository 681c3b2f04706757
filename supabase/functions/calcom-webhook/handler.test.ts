import assert from "node:assert/strict";
import { type Stack, startStack } from "../../../local/stack/stack.ts";
import {
  emptyDatabase,
  readFixture,
  sign,
  startWebhook,
  type Webhook,
  type WebhookOptions,
} from "../_testing/webhook.ts";
import { BODY_CAP } from "../_shared/body.ts";
import { createHandler } from "./handler.ts";

const encoder = new TextEncoder();
const CREATED = readFixture("booking-created-business");

interface EventRow {
  id: string;
  payload: unknown;
  raw: string | null;
  outcome: string | null;
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
    await webhook.settle();
    assertNothingTold(webhook.lines);
  });
}

function readEvents(): Promise<EventRow[]> {
  return stack.sql<EventRow>(
    `select id, payload, encode(raw_body, 'hex') as raw, outcome, reason
     from public.calcom_events order by received_at`,
  );
}

async function assertNothingStored() {
  assert.deepEqual(await readEvents(), []);
}

/** No line may hold an address, a name, a secret or a piece of a body. */
function assertNothingTold(lines: unknown[]) {
  const told = JSON.stringify(lines);
  for (
    const piece of ["@", "Tobias", "northwind", "brightloom", "discovery", stack.webhookSecret]
  ) {
    assert.ok(!told.toLowerCase().includes(piece.toLowerCase()), `${piece} in ${told}`);
  }
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** An event that nothing follows from, padded to so many bytes. */
function bodyOfSize(size: number): Uint8Array<ArrayBuffer> {
  const empty = '{"triggerEvent":"PING","padding":""}';
  return encoder.encode(empty.replace('""', `"${"x".repeat(size - empty.length)}"`));
}

test(
  "an event is stored as it came, decided, answered with what the database said",
  {},
  async (webhook) => {
    const { status, headers, body } = await webhook.post(CREATED);
    const [event, ...others] = await readEvents();
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "application/json");
    assert.equal(body.outcome, "applied");
    assert.equal(body.trigger, "BOOKING_CREATED");
    assert.equal(body.event_id, event?.id);
    assert.deepEqual(others, []);
    assert.deepEqual(event?.payload, JSON.parse(new TextDecoder().decode(CREATED)));
    assert.equal(event?.raw, null);
    assert.equal(event?.outcome, "applied");
  },
);

test("one line a request says what happened and how long it took", {}, async (webhook) => {
  const { body } = await webhook.post(CREATED);
  const [line, ...others] = webhook.lines.filter(({ at }) => at === "calcom-webhook");
  assert.deepEqual(others, []);
  assert.equal(typeof line?.ms, "number");
  assert.deepEqual({ ...line, ms: 0 }, {
    at: "calcom-webhook",
    status: 200,
    outcome: "applied",
    trigger: "BOOKING_CREATED",
    event_id: body.event_id,
    ms: 0,
  });
});

test("the line of a trigger that is none does not repeat it", {}, async (webhook) => {
  const { status } = await webhook.post(
    JSON.stringify({ triggerEvent: "tobias@northwind.example" }),
  );
  assert.equal(status, 200);
  assert.equal(webhook.lines[0]?.trigger, undefined);
});

for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
  test(`405 with Allow: ${method}`, {}, async (webhook) => {
    const response = await fetch(webhook.url, { method });
    const text = await response.text();
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "POST");
    if (method !== "HEAD") assert.match(JSON.parse(text).reason, /POST/);
    await assertNothingStored();
  });
}

for (
  const [name, header, reason] of [
    ["a wrong signature", "0".repeat(64), /does not fit/],
    ["Cal.com without a secret", "no-secret-provided", /give the webhook in Cal.com a secret/],
    ["an empty signature", "", /64/],
  ] as const
) {
  test(`401: ${name}`, {}, async (webhook) => {
    const answer = await webhook.post(CREATED, { "x-cal-signature-256": header });
    assert.equal(answer.status, 401);
    assert.equal(answer.body.outcome, "unauthorized");
    assert.match(String(answer.body.reason), reason);
    await assertNothingStored();
  });
}

test("401: no signature header", {}, async (webhook) => {
  const response = await fetch(webhook.url, { method: "POST", body: CREATED });
  assert.equal(response.status, 401);
  assert.match((await response.json()).reason, /no X-Cal-Signature-256/);
  await assertNothingStored();
});

test("401: a body that was changed on the way", {}, async (webhook) => {
  const signature = sign(CREATED, stack.webhookSecret);
  const answer = await webhook.post(CREATED.slice(0, -1), { "x-cal-signature-256": signature });
  assert.equal(answer.status, 401);
  await assertNothingStored();
});

test(
  "401 for everybody while no secret is set, naming the variable",
  { secrets: [] },
  async (webhook) => {
    for (const secret of ["", "none", stack.webhookSecret]) {
      const answer = await webhook.post(CREATED, { "x-cal-signature-256": sign(CREATED, secret) });
      assert.equal(answer.status, 401);
      assert.match(String(answer.body.reason), /CALCOM_WEBHOOK_SECRET/);
    }
    await assertNothingStored();
  },
);

test(
  "two secrets are good at once while one follows the other",
  { secrets: ["old", "new"] },
  async (webhook) => {
    for (const [secret, status] of [["old", 200], ["new", 200], ["older", 401]] as const) {
      const answer = await webhook.post(CREATED, { "x-cal-signature-256": sign(CREATED, secret) });
      assert.equal(answer.status, status, secret);
    }
  },
);

test("a body of exactly 1 MiB is taken", {}, async (webhook) => {
  const { status, body } = await webhook.post(bodyOfSize(BODY_CAP));
  assert.equal(BODY_CAP, 1_048_576);
  assert.equal(status, 200);
  assert.equal(body.outcome, "ignored");
});

test("413: one byte over 1 MiB, signed or not", {}, async (webhook) => {
  const body = bodyOfSize(BODY_CAP + 1);
  assert.equal((await webhook.post(body)).status, 413);
  const answer = await webhook.post(body, { "x-cal-signature-256": "x" });
  assert.equal(answer.status, 413);
  assert.match(String(answer.body.reason), /1048576 bytes/);
  await assertNothingStored();
});

test("a body in chunks, without a length, is the same body", {}, async (webhook) => {
  const response = await fetch(webhook.url, {
    method: "POST",
    body: inChunks(CREATED, 100),
    headers: { "x-cal-signature-256": sign(CREATED, stack.webhookSecret) },
  });
  assert.equal(response.status, 200);
  assert.equal((await response.json()).outcome, "applied");
});

test("413: a body in chunks that goes on past 1 MiB", {}, async (webhook) => {
  const body = bodyOfSize(BODY_CAP + 1);
  const response = await fetch(webhook.url, {
    method: "POST",
    body: inChunks(body, 64 * 1024),
    headers: { "x-cal-signature-256": sign(body, stack.webhookSecret) },
  });
  assert.equal(response.status, 413);
  await response.body?.cancel();
});

Deno.test("413: a body over 1 MiB that says it is short", async () => {
  // Over real HTTP the server cuts a body at its Content-Length; a proxy need not.
  const handle = createHandler({
    secrets: [stack.webhookSecret],
    events: { store: () => assert.fail("not to be stored"), decide: () => assert.fail() },
    sendMails: () => {},
    log: () => {},
  });
  const response = await handle(
    new Request("http://localhost/", {
      method: "POST",
      body: inChunks(bodyOfSize(BODY_CAP + 1), 64 * 1024),
      headers: { "content-length": "10", "x-cal-signature-256": "0".repeat(64) },
    }),
  );
  assert.equal(response.status, 413);
});

test("503: a body that breaks off", {}, async (webhook) => {
  const lines = webhook.lines;
  const { hostname, port } = new URL(webhook.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(
    encoder.encode("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"),
  );
  connection.close();
  await until(() => lines.length > 0);
  assert.equal(lines[0]?.status, 503);
  await assertNothingStored();
});

for (
  const [name, text, reason] of [
    ["empty", "", /not JSON/],
    ["form-encoded", "name=Tobias&event=discovery", /not JSON/],
    ["a template that was no JSON", "false", /not an object/],
    ["null", "null", /is null/],
    ["a list", "[]", /not an object/],
    ["a text", '"BOOKING_CREATED"', /not an object/],
    ["an empty object", "{}", /"triggerEvent" is missing/],
    ["a trigger that is no text", '{"triggerEvent":{"a":1}}', /"triggerEvent" is missing/],
    ["nested deeply", "[".repeat(100_000) + "]".repeat(100_000), /nested/],
  ] as const
) {
  test(`422, and kept with the reason: ${name}`, {}, async (webhook) => {
    const { status, body } = await webhook.post(text);
    const [event, ...others] = await readEvents();
    assert.equal(status, 422);
    assert.equal(body.outcome, "failed");
    assert.match(String(body.reason), reason);
    assert.equal(body.event_id, event?.id);
    assert.deepEqual(others, []);
    assert.equal(event?.outcome, "failed");
    assert.ok(event?.reason);
    if (event?.raw === null) assert.deepEqual(event.payload, JSON.parse(text));
    else assert.equal(event?.raw, toHex(encoder.encode(text)));
  });
}

test(
  "what JSON can say and Postgres cannot is mended, and its bytes are kept",
  {},
  async (webhook) => {
    const text = '{"triggerEvent":"PING","a\\u0000":"\\u0000 \\ud800 \\ud83d\\ude00","n":1e999999}';
    const { status, body } = await webhook.post(text);
    const [event] = await readEvents();
    assert.equal(status, 200);
    assert.equal(body.outcome, "ignored");
    assert.deepEqual(event?.payload, {
      triggerEvent: "PING",
      "a\ufffd": "\ufffd \ufffd 😀",
      n: null,
    });
    assert.equal(event?.raw, toHex(encoder.encode(text)));
  },
);

test("a byte order mark does no harm", {}, async (webhook) => {
  const { body } = await webhook.post("\ufeff" + new TextDecoder().decode(CREATED));
  assert.equal(body.outcome, "applied");
});

for (
  const [code, times, payload] of [
    ["22P05", 1, new TextDecoder().decode(CREATED)],
    ["54001", 1, new TextDecoder().decode(CREATED)],
    ["23514", 2, ""],
  ] as const
) {
  const sent: string[] = [];
  test(
    `422, and its bytes kept, what the database refuses with ${code}, ${times} times`,
    { fetch: refuse(code, times, sent) },
    async (webhook) => {
      const { status, body } = await webhook.post(CREATED);
      const [event, ...others] = await readEvents();
      assert.equal(status, 422);
      assert.match(String(body.reason), new RegExp(`cannot keep the body as JSON \\(${code}\\)`));
      assert.equal(body.event_id, event?.id);
      assert.deepEqual(others, []);
      assert.equal(JSON.parse(sent[times]!).payload, payload);
      assert.equal(event?.raw, toHex(CREATED));
    },
  );
}

test(
  "503 with Retry-After: nobody there",
  { supabaseUrl: "http://127.0.0.1:1" },
  async (webhook) => {
    const start = performance.now();
    const { status, headers, body } = await webhook.post(CREATED);
    assert.equal(status, 503);
    assert.ok(Number(headers.get("retry-after")) > 0);
    assert.equal(body.outcome, "unavailable");
    assert.match(String(body.reason), /could not store the event.*send it again/);
    assert.ok(performance.now() - start < 2000);
    assert.equal(webhook.lines[0]?.outcome, "unavailable");
  },
);

test(
  "503: a database that does not answer is not waited for",
  {
    fetch: hang("/calcom_events"),
    patience: { pauses: [], lastAttempt: 0, store: 50, decide: 50 },
  },
  async (webhook) => {
    assert.equal((await webhook.post(CREATED)).status, 503);
    await assertNothingStored();
  },
);

test("503: a key that may not write", { fetch: answerAll(403, "42501") }, async (webhook) => {
  const { status, body } = await webhook.post(CREATED);
  assert.equal(status, 503);
  assert.match(String(body.reason), /42501/);
});

for (const failures of [1, 2]) {
  const fetch = failFirst(failures);
  test(`${failures} short failures of the database are not noticed`, { fetch }, async (webhook) => {
    const { status, body } = await webhook.post(CREATED);
    assert.equal(status, 200);
    assert.equal(body.outcome, "applied");
    assert.equal((await readEvents()).length, 1);
  });
}

for (
  const [name, options] of [
    ["fails", { fetch: breakCalls("/rpc/handle_calcom_event") }],
    ["does not answer", {
      fetch: hang("/rpc/handle_calcom_event"),
      patience: { pauses: [], lastAttempt: 0, store: 5000, decide: 50 },
    }],
    ["answers nonsense", { fetch: answerRpc({ hello: "world" }) }],
  ] as const
) {
  test(`200 failed, and safe, when the decision ${name}`, { ...options }, async (webhook) => {
    const { status, body } = await webhook.post(CREATED);
    const [event] = await readEvents();
    assert.equal(status, 200);
    assert.equal(body.outcome, "failed");
    assert.equal(body.event_id, event?.id);
    assert.match(String(body.reason), /is stored/);
    assert.equal(event?.outcome, null);
  });

  test(
    `422, and kept, when the decision about no event ${name}`,
    { ...options },
    async (webhook) => {
      const { status, body } = await webhook.post("{}");
      const [event] = await readEvents();
      assert.equal(status, 422);
      assert.equal(body.event_id, event?.id);
      assert.match(String(body.reason), /"triggerEvent" is missing/);
    },
  );
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

  assert.equal((await webhook.post(CREATED)).body.outcome, "applied");
  await asked.promise;
  assert.deepEqual(await readMails(), [{ status: "due", resend_id: null }]);
  answer.resolve();
  await webhook.settle();
  assert.deepEqual(await readMails(), [{ status: "sent", resend_id: "resend-1" }]);
});

function readMails() {
  return stack.sql<{ status: string; resend_id: string | null }>(
    "select status, resend_id from public.emails",
  );
}

Deno.test("nothing that only the mail needs is loaded before the answer", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("index.ts", import.meta.url).href],
    stdout: "piped",
    stderr: "null",
  }).output();
  const graph = JSON.parse(new TextDecoder().decode(stdout)) as {
    roots: string[];
    modules: {
      specifier: string;
      dependencies?: { isDynamic?: boolean; code?: { specifier: string } }[];
    }[];
  };
  const loaded = new Set<string>();
  const open = [...graph.roots];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (loaded.has(next)) continue;
    loaded.add(next);
    const module = graph.modules.find(({ specifier }) => specifier === next);
    for (const { isDynamic, code } of module?.dependencies ?? []) {
      if (!isDynamic && code !== undefined) open.push(code.specifier);
    }
  }
  const names = [...loaded].map((specifier) => specifier.replace(/^.*\/functions\//, "")).sort();
  assert.ok(names.includes("calcom-webhook/handler.ts"));
  assert.ok(names.some((name) => name.includes("supabase-js")));
  assert.deepEqual(names.filter((name) => /resend|send-emails/.test(name)), [
    "send-emails/background.ts",
  ]);
});

/** Waits for something that another connection does. */
async function until(isTrue: () => boolean) {
  for (const end = Date.now() + 5000; !isTrue() && Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function inChunks(
  body: Uint8Array<ArrayBuffer>,
  size: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset >= body.length) return controller.close();
      controller.enqueue(body.slice(offset, offset += size));
    },
  });
}

type Fetch = typeof globalThis.fetch;

function urlOf(input: Parameters<Fetch>[0]): string {
  return input instanceof Request ? input.url : String(input);
}

/** Nobody answers calls of this path. */
function breakCalls(path: string): Fetch {
  return (input, init) =>
    urlOf(input).includes(path)
      ? Promise.reject(new TypeError("fetch failed"))
      : fetch(input, init);
}

/** Calls of this path take for ever. */
function hang(path: string): Fetch {
  return (input, init) =>
    urlOf(input).includes(path)
      ? new Promise((_, reject) =>
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason))
      )
      : fetch(input, init);
}

/** The first calls find nobody, or a database that is starting. */
function failFirst(failures: number): Fetch {
  let left = failures;
  return (input, init) => {
    if (left === 0) return fetch(input, init);
    left--;
    return left % 2 === 0
      ? Promise.reject(new TypeError("fetch failed"))
      : Promise.resolve(Response.json({ code: "57P03", message: "starting" }, { status: 503 }));
  };
}

function answerAll(status: number, code: string): Fetch {
  return () => Promise.resolve(Response.json({ code, message: "no" }, { status }));
}

/** The first calls are refused for what they hold; all bodies end up in `sent`. */
function refuse(code: string, times: number, sent: string[]): Fetch {
  return (input, init) => {
    sent.push(String(init?.body));
    return sent.length > times
      ? fetch(input, init)
      : Promise.resolve(Response.json({ code, message: "no" }, { status: 400 }));
  };
}

function answerRpc(answer: unknown): Fetch {
  return (input, init) =>
    urlOf(input).includes("/rpc/") ? Promise.resolve(Response.json(answer)) : fetch(input, init);
}
