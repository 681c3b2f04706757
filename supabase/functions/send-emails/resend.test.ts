import assert from "node:assert/strict";
import type { Message } from "./message.ts";
import { createDeliver, type Failure } from "./resend.ts";

const MESSAGE: Message = {
  from: "team@outboundsolutions.com",
  to: "tobias.reyes@northwindcargo.example",
  subject: "Confirmed",
  html: "<p>Hello</p>",
  text: "Hello",
  replyTo: "mara@brightloom.example",
};

/** Serves one answer and delivers one mail to it. */
async function deliver(answer: (request: Request) => Response | Promise<Response>, timeout = 5000) {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  const baseUrl = `http://127.0.0.1:${server.addr.port}`;
  return await createDeliver({ apiKey: "re_test", baseUrl, timeout })(MESSAGE, "key-1");
}

Deno.test("a mail goes out with its key, and comes back with Resend's id", async () => {
  let seen: { key: string | null; auth: string | null; body: unknown } | undefined;
  const delivery = await deliver(async (request) => {
    const { headers } = request;
    seen = {
      key: headers.get("idempotency-key"),
      auth: headers.get("authorization"),
      body: await request.json(),
    };
    return Response.json({ id: "resend-1" });
  });
  assert.deepEqual(delivery, { isSent: true, resendId: "resend-1" });
  const { replyTo, ...rest } = MESSAGE;
  assert.deepEqual(seen, {
    key: "key-1",
    auth: "Bearer re_test",
    body: { ...rest, reply_to: replyTo },
  });
});

for (
  const [status, name, kind, isGeneral] of [
    [400, "invalid_idempotency_key", "rejected", false],
    [401, "missing_api_key", "setup", true],
    [401, "restricted_api_key", "setup", true],
    [403, "invalid_api_key", "setup", true],
    [403, "validation_error", "rejected", false],
    [404, "not_found", "setup", true],
    [405, "method_not_allowed", "setup", true],
    [408, "application_error", "unknown", true],
    [409, "invalid_idempotent_request", "conflict", false],
    [409, "concurrent_idempotent_requests", "unknown", false],
    [422, "validation_error", "rejected", false],
    [422, "missing_required_field", "rejected", false],
    [429, "rate_limit_exceeded", "throttled", true],
    [429, "a_name_of_tomorrow", "throttled", true],
    [429, "daily_quota_exceeded", "quota", true],
    [429, "monthly_quota_exceeded", "quota", true],
    [451, "security_error", "rejected", false],
    [500, "internal_server_error", "unknown", true],
    [503, "application_error", "unknown", true],
  ] as const
) {
  Deno.test(`${status} ${name} is ${kind}, the trouble of ${isGeneral ? "all mails" : "this mail"}`, async () => {
    const error = { statusCode: status, name, message: "Because." };
    const delivery = await deliver(() => Response.json(error, { status })) as Failure;
    const { reason, ...rest } = delivery;
    assert.deepEqual(rest, {
      isSent: false,
      kind,
      error: `${status} ${name}: Because.`,
      retryAfter: null,
      isGeneral,
    });
    // Who reads "rejected" has to learn what for.
    assert.equal(reason.includes("Because."), kind === "rejected");
  });
}

for (
  const [name, header, seconds] of [
    ["zero", "0", 0],
    ["whole", "2", 2],
    ["not whole", "1.2", 2],
    ["a date to come", new Date(Date.now() + 60_000).toUTCString(), 60],
    ["a date gone by", new Date(0).toUTCString(), 0],
    ["absurd", "99999999999999999999", 1_000_000],
    ["no number", "soon", null],
  ] as const
) {
  Deno.test(`a retry-after that is ${name} is ${seconds} seconds`, async () => {
    const error = { statusCode: 429, name: "rate_limit_exceeded", message: "Slow down." };
    const { retryAfter } = await deliver(() =>
      Response.json(error, { status: 429, headers: { "retry-after": header } })
    ) as Failure;
    // A date has whole seconds, and some time has passed since.
    const isClose = seconds !== null && retryAfter !== null && Math.abs(seconds - retryAfter) <= 2;
    assert.ok(seconds === 60 ? isClose : retryAfter === seconds, String(retryAfter));
  });
}

for (
  const [name, answer] of [
    ["an error page", () => new Response("<h1>Bad gateway</h1>", { status: 502 })],
    ["an error that is null", () => Response.json(null, { status: 500 })],
    ["an error without a status", () => Response.json({ message: "Blocked" }, { status: 422 })],
    ["an error page of its own making", () => new Response("<h1>No</h1>", { status: 503 })],
    ["a page instead of an id", () => new Response("<h1>Welcome</h1>")],
    ["no id", () => Response.json({})],
  ] as const
) {
  Deno.test(`not sent, as far as is known: ${name}`, async () => {
    const delivery = await deliver(answer);
    assert.ok(!delivery.isSent && delivery.isGeneral);
    assert.equal(delivery.kind, "unknown");
  });
}

Deno.test("an answer that does not come is not waited for", async () => {
  const delivery = await deliver(
    ({ signal }) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Response()))),
    50,
  );
  assert.ok(!delivery.isSent && delivery.isGeneral);
  assert.equal(delivery.kind, "unknown");
  assert.match(delivery.error, /no answer/);
});

Deno.test("nobody there is an error like any other", async () => {
  const delivery = await createDeliver({ apiKey: "re", baseUrl: "http://127.0.0.1:1" })(
    MESSAGE,
    "k",
  );
  assert.ok(!delivery.isSent && delivery.isGeneral);
  assert.equal(delivery.kind, "unknown");
});
