import assert from "node:assert/strict";
import type { Message } from "./message.ts";
import { createDeliver } from "./resend.ts";

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
  const [status, name, isGeneral] of [
    [422, "validation_error", false],
    [403, "validation_error", false],
    [409, "invalid_idempotent_request", false],
    [409, "concurrent_idempotent_requests", false],
    [401, "missing_api_key", true],
    [403, "invalid_api_key", true],
    [429, "rate_limit_exceeded", true],
    [429, "daily_quota_exceeded", true],
    [500, "internal_server_error", true],
  ] as const
) {
  Deno.test(`${status} ${name} is the trouble of ${isGeneral ? "all mails" : "this mail"}`, async () => {
    const error = { statusCode: status, name, message: "Because." };
    assert.deepEqual(await deliver(() => Response.json(error, { status })), {
      isSent: false,
      error: `${status} ${name}: Because.`,
      isGeneral,
    });
  });
}

for (
  const [name, answer] of [
    ["an error page", () => new Response("<h1>Bad gateway</h1>", { status: 502 })],
    ["an error that is null", () => Response.json(null, { status: 500 })],
    ["a page instead of an id", () => new Response("<h1>Welcome</h1>")],
    ["no id", () => Response.json({})],
  ] as const
) {
  Deno.test(`not sent, as far as is known: ${name}`, async () => {
    const delivery = await deliver(answer);
    assert.ok(!delivery.isSent && delivery.isGeneral);
  });
}

Deno.test("an answer that does not come is not waited for", async () => {
  const delivery = await deliver(
    ({ signal }) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Response()))),
    50,
  );
  assert.ok(!delivery.isSent && delivery.isGeneral);
  assert.match(delivery.error, /no answer/);
});

Deno.test("nobody there is an error like any other", async () => {
  const delivery = await createDeliver({ apiKey: "re", baseUrl: "http://127.0.0.1:1" })(
    MESSAGE,
    "k",
  );
  assert.ok(!delivery.isSent && delivery.isGeneral);
});
