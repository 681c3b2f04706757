import { assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { DatabaseError } from "../_shared/database.ts";
import { createHandler, type HandlerDeps } from "./handler.ts";

const SUMMARY = { sent: 2, due: 1, failed: 0, dropped: 0 };

async function post(init: RequestInit, deps: Partial<HandlerDeps> = {}) {
  let passes = 0;
  const lines: Record<string, unknown>[] = [];
  const handler = createHandler({
    secretKeys: ["sb_secret_one", "legacy.jwt.key"],
    secrets: ["the old secret of the schedule", "the secret of the schedule"],
    canSend: true,
    send: () => Promise.resolve(SUMMARY),
    log: (line) => lines.push(line),
    ...deps,
    ...(deps.send === undefined && { send: () => (passes++, Promise.resolve(SUMMARY)) }),
  });
  const answer = await handler(new Request("http://127.0.0.1/send-emails", init));
  return {
    status: answer.status,
    body: await answer.json(),
    headers: answer.headers,
    passes,
    lines,
  };
}

for (
  const [name, headers] of [
    ["a secret key in apikey", { apikey: "sb_secret_one" }],
    ["a secret key as a bearer token", { authorization: "Bearer legacy.jwt.key" }],
    ["a key beside a token of somebody's", { apikey: "sb_secret_one", authorization: "Bearer x" }],
    ["the schedule's secret", { "x-send-emails-secret": "the secret of the schedule" }],
    ["its secret of before", { "x-send-emails-secret": "the old secret of the schedule" }],
  ] as [string, Record<string, string>][]
) {
  Deno.test(`with ${name} the due mails are sent`, async () => {
    const { status, body, passes, lines } = await post({ method: "POST", headers });
    assertEquals([status, body], [200, { outcome: "done", ...SUMMARY }]);
    assertEquals(passes, 1);
    assertEquals(lines, []);
  });
}

for (
  const [name, headers] of [
    ["no key", {}],
    ["a wrong key", { apikey: "sb_secret_two" }],
    ["an empty key", { apikey: "", authorization: "Bearer " }],
    ["the start of a key", { apikey: "sb_secret_on" }],
    ["a key and more", { apikey: "sb_secret_one1" }],
    ["a publishable key", { apikey: "sb_publishable_one" }],
    ["a key as basic authorization", { authorization: "Basic sb_secret_one" }],
    ["the schedule's secret for a key", { apikey: "the secret of the schedule" }],
    ["a key for the schedule's secret", { "x-send-emails-secret": "sb_secret_one" }],
    ["an empty secret", { "x-send-emails-secret": "" }],
  ] as [string, Record<string, string>][]
) {
  Deno.test(`401 with ${name}`, async () => {
    const { status, body, passes } = await post({ method: "POST", headers });
    assertEquals([status, body.outcome, passes], [401, "unauthorized", 0]);
  });
}

Deno.test("without any secret nobody is the schedule", async () => {
  const headers = { "x-send-emails-secret": "" };
  assertEquals((await post({ method: "POST", headers }, { secrets: [] })).status, 401);
});

Deno.test("only a POST sends", async () => {
  const { status, headers, passes } = await post({ headers: { apikey: "sb_secret_one" } });
  assertEquals([status, headers.get("allow"), passes], [405, "POST", 0]);
});

const POST = { method: "POST", headers: { apikey: "sb_secret_one" } };

Deno.test("without a key of Resend it says so", async () => {
  const { status, body, passes } = await post(POST, { canSend: false });
  assertEquals(status, 503);
  assertMatch(body.reason, /RESEND_API_KEY is not set/);
  assertEquals(passes, 0);
});

for (
  const [error, reason] of [
    [new DatabaseError("57P01"), "The database answered 57P01: send it again"],
    [new TypeError("about ada@lovelace.test"), "It broke off (TypeError): send it again"],
  ] as const
) {
  Deno.test(`a pass that ends with a ${error.name} is told, without anybody's data`, async () => {
    const { status, body, lines } = await post(POST, { send: () => Promise.reject(error) });
    assertEquals([status, body], [503, { outcome: "unavailable", reason }]);
    const [{ ms: _, ...line } = {}, ...others] = lines;
    assertEquals([line, others], [
      { at: "send-emails", status: 503, outcome: "unavailable" },
      [],
    ]);
  });
}
