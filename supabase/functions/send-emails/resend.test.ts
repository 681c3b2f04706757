import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Message } from "./email/types.ts";
import { createResend, type SendFailure } from "./resend.ts";

const MESSAGE: Message = {
  from: "team@outboundsolutions.com",
  to: "tobias.reyes@northwindcargo.example",
  subject: "Confirmed",
  html: "<p>Hello</p>",
  text: "Hello",
  replyTo: "mara@brightloom.example",
  tags: [{ name: "email_id", value: "1" }],
};

/** Serves one answer and sends one mail to it. */
async function send(answer: (request: Request) => Response | Promise<Response>, timeout = 5000) {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  const baseUrl = `http://127.0.0.1:${server.addr.port}`;
  return await createResend({ apiKey: "re_test", baseUrl, timeout })(MESSAGE, "key-1");
}

Deno.test("a mail goes out with its key, and comes back with Resend's id", async () => {
  let seen: { key: string | null; auth: string | null; body: unknown } | undefined;
  const result = await send(async (request) => {
    const { headers } = request;
    seen = {
      key: headers.get("idempotency-key"),
      auth: headers.get("authorization"),
      body: await request.json(),
    };
    return Response.json({ id: "resend-1" });
  });
  assertEquals(result, { outcome: "sent", resendId: "resend-1" });
  const { replyTo, ...rest } = MESSAGE;
  assertEquals(seen, {
    key: "key-1",
    auth: "Bearer re_test",
    body: { ...rest, reply_to: replyTo },
  });
});

for (
  const [status, name, outcome, stopsBatch] of [
    [400, "invalid_idempotency_key", "rejected", false],
    [401, "missing_api_key", "configuration", true],
    [401, "restricted_api_key", "configuration", true],
    [403, "invalid_api_key", "configuration", true],
    [403, "validation_error", "rejected", false],
    [404, "not_found", "configuration", true],
    [405, "method_not_allowed", "configuration", true],
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
  Deno.test(`${status} ${name} is ${outcome}${stopsBatch ? " and stops the batch" : ""}`, async () => {
    const error = { statusCode: status, name, message: "Because." };
    const result = await send(() => Response.json(error, { status })) as SendFailure;
    const { reason, ...rest } = result;
    assertEquals(rest, {
      outcome,
      error: `${status} ${name}: Because.`,
      retryAfter: null,
      stopsBatch,
    });
    // Who reads "rejected" has to learn what for.
    assertEquals(reason.includes("Because."), outcome === "rejected");
  });
}

// Not as its documentation has it, but as Resend answers.
for (const status of [400, 401, 403]) {
  for (const message of ["API key is invalid", "API key is not active"]) {
    Deno.test(`${status} "${message}" is about the key and not about the mail`, async () => {
      const error = { statusCode: status, name: "validation_error", message };
      const result = await send(() => Response.json(error, { status })) as SendFailure;
      assertEquals([result.outcome, result.stopsBatch], ["configuration", true]);
      assertMatch(result.reason, /RESEND_API_KEY/);
    });
  }
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
    const { retryAfter } = await send(() =>
      Response.json(error, { status: 429, headers: { "retry-after": header } })
    ) as SendFailure;
    // A date has whole seconds, and some time has passed since.
    const isClose = seconds !== null && retryAfter !== null && Math.abs(seconds - retryAfter) <= 2;
    assert(seconds === 60 ? isClose : retryAfter === seconds, String(retryAfter));
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
    const result = await send(answer);
    assert(result.outcome === "unknown" && result.stopsBatch);
  });
}

Deno.test("an answer that does not come is not waited for", async () => {
  const result = await send(
    ({ signal }) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Response()))),
    50,
  );
  assert(result.outcome === "unknown" && result.stopsBatch);
  assertMatch(result.error, /no answer/);
});

Deno.test("nobody there is an error like any other", async () => {
  const result = await createResend({ apiKey: "re", baseUrl: "http://127.0.0.1:1" })(
    MESSAGE,
    "k",
  );
  assert(result.outcome === "unknown" && result.stopsBatch);
});
