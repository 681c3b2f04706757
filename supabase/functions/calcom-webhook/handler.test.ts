import { createHmac } from "node:crypto";
import { assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { createHandler } from "./handler.ts";
import type { Payload } from "../_shared/payload.ts";
import type { Decision, Stored } from "./store.ts";

const SECRET = "a secret";
const STORED: Stored = { kind: "stored", eventId: "id-1" };
const APPLIED: Decision = { event_id: "id-1", outcome: "applied", trigger: "BOOKING_CREATED" };

/** Posts a signed body to a handler whose database answers as told. */
async function post(
  body: string,
  { stored = [STORED], decision = APPLIED }: { stored?: Stored[]; decision?: Decision | null } = {},
) {
  const payloads: Payload[] = [];
  const lines: Record<string, unknown>[] = [];
  let sends = 0;
  const handle = createHandler({
    secrets: [SECRET],
    events: {
      store: (payload) => Promise.resolve(stored[payloads.push(payload) - 1]!),
      process: () => Promise.resolve(decision),
    },
    sendMails: () => sends++,
    log: (line) => lines.push(line),
  });
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  const answer = await handle(
    new Request("http://localhost/", {
      method: "POST",
      body,
      headers: { "x-cal-signature-256": signature },
    }),
  );
  return { status: answer.status, body: await answer.json(), payloads, lines, sends };
}

Deno.test("200 with the database's answer, and the mails are sent", async () => {
  const { status, body, lines, sends } = await post("{}");
  assertEquals([status, body, sends], [200, APPLIED, 1]);
  assertEquals([lines[0]?.trigger, lines[0]?.event_id], ["BOOKING_CREATED", "id-1"]);
});

Deno.test("an event that failed is safe: 200", async () => {
  const decision: Decision = { ...APPLIED, outcome: "failed", reason: "Names no booking" };
  assertEquals((await post("{}", { decision })).status, 200);
});

Deno.test("422 when the database finds no event in the body", async () => {
  const decision: Decision = { ...APPLIED, outcome: "failed", trigger: null, reason: "No trigger" };
  const { status, body, sends } = await post("{}", { decision });
  assertEquals([status, body.reason, sends], [422, "No trigger", 0]);
  assertMatch((await post("no JSON", { decision })).body.reason, /not JSON/);
});

Deno.test("422 for nothing at all, of which nothing is kept", async () => {
  const { status, body, payloads } = await post("");
  assertEquals([status, body.outcome, payloads], [422, "empty", []]);
});

Deno.test("an event that changes nothing is no error, with a trigger or without", async () => {
  const decision: Decision = { ...APPLIED, outcome: "ignored", trigger: null };
  const { status, sends } = await post("{}", { decision });
  assertEquals([status, sends], [200, 0]);
});

Deno.test("200 failed, and no mails, when the decision did not come", async () => {
  const { status, body, sends } = await post("{}", { decision: null });
  assertEquals([status, body.outcome, body.event_id, sends], [200, "failed", "id-1", 0]);
  assertMatch(body.reason, /is stored/);
});

Deno.test("of what the database refuses as JSON only the bytes are stored", async () => {
  const refused: Stored = { kind: "refused", code: "22P05" };
  const { payloads, body } = await post('{"a":1}', {
    stored: [refused, STORED],
    decision: { ...APPLIED, outcome: "failed", trigger: null },
  });
  assertEquals(payloads.map(({ value }) => value), [{ a: 1 }, ""]);
  assertMatch(body.reason, /cannot keep the body as JSON \(22P05\)/);
});

Deno.test("503 when it cannot be stored", async () => {
  const { status, body } = await post("{}", { stored: [{ kind: "unavailable", code: "57P03" }] });
  assertEquals(status, 503);
  assertMatch(body.reason, /could not store the event \(57P03\)/);
});

Deno.test("a trigger that is none does not reach the log", async () => {
  const decision: Decision = { ...APPLIED, trigger: "tobias@northwind.example" };
  assertEquals((await post("{}", { decision })).lines[0]?.trigger, undefined);
});
