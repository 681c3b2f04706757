import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { createHandler, type HandlerDeps } from "./handler.ts";

const TALLY = { sent: 2, due: 1, failed: 0, dropped: 0 };

async function knock(init: RequestInit, deps: Partial<HandlerDeps> = {}) {
  let passes = 0;
  const lines: Record<string, unknown>[] = [];
  const handler = createHandler({
    secretKeys: ["sb_secret_one", "legacy.jwt.key"],
    canSend: true,
    send: () => Promise.resolve(TALLY),
    log: (line) => lines.push(line),
    ...deps,
    ...(deps.send === undefined && { send: () => (passes++, Promise.resolve(TALLY)) }),
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
    ["in apikey", { apikey: "sb_secret_one" }],
    ["as a bearer token", { authorization: "Bearer legacy.jwt.key" }],
    ["beside a token of somebody's", { apikey: "sb_secret_one", authorization: "Bearer x" }],
  ] as [string, Record<string, string>][]
) {
  Deno.test(`with a secret key ${name} the due mails are sent`, async () => {
    const { status, body, passes, lines } = await knock({ method: "POST", headers });
    assert.deepEqual([status, body], [200, { outcome: "done", ...TALLY }]);
    assert.equal(passes, 1);
    assert.deepEqual(lines, []);
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
  ] as [string, Record<string, string>][]
) {
  Deno.test(`with ${name} nobody is let in`, async () => {
    const { status, body, passes } = await knock({ method: "POST", headers });
    assert.deepEqual([status, body.outcome, passes], [401, "unauthorized", 0]);
  });
}

Deno.test("only a POST sends", async () => {
  const { status, headers, passes } = await knock({ headers: { apikey: "sb_secret_one" } });
  assert.deepEqual([status, headers.get("allow"), passes], [405, "POST", 0]);
});

const POST = { method: "POST", headers: { apikey: "sb_secret_one" } };

Deno.test("without a key of Resend it says so", async () => {
  const { status, body, passes } = await knock(POST, { canSend: false });
  assert.equal(status, 503);
  assert.match(body.reason, /RESEND_API_KEY is not set/);
  assert.equal(passes, 0);
});

for (
  const [error, reason] of [
    [new DatabaseError("57P01"), "The database answered 57P01"],
    [new TypeError("about ada@lovelace.test"), "It broke off: TypeError"],
  ] as const
) {
  Deno.test(`a pass that ends with a ${error.name} is told, without anybody's data`, async () => {
    const { status, body, lines } = await knock(POST, { send: () => Promise.reject(error) });
    assert.deepEqual([status, body], [503, { outcome: "unavailable", reason }]);
    assert.deepEqual(lines, [{ at: "send-emails", status: 503, outcome: "unavailable" }]);
  });
}
