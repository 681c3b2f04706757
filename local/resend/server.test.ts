import assert from "node:assert/strict";
import { join } from "node:path";
import { Resend } from "npm:resend@6.38.0";
import { makeFolder } from "../stack-testing.ts";
import { openSandbox } from "./server.ts";
import type { Sandbox, SandboxOptions } from "./types.ts";

const MAIL = {
  from: "Ada <team@brand.example>",
  to: "grace@customer.example",
  subject: "Confirmed",
  html: "<p>Yes</p>",
  text: "Yes",
  replyTo: "ada@brand.example",
};

/** A sandbox behind a real port, with the real SDK in front of it. */
async function serveSandbox(options: Partial<SandboxOptions> = {}) {
  const sandbox = await openSandbox({
    apiKey: "re_test",
    webhookSecret: "whsec_c2VjcmV0",
    file: null,
    verifiedDomains: () => Promise.resolve(["brand.example", "brand.invalid"]),
    ...options,
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, onError: () => new Response() },
    (request) => sandbox.fetch(request, new URL(request.url).pathname),
  );
  const baseUrl = `http://127.0.0.1:${server.addr.port}`;
  return {
    sandbox,
    baseUrl,
    resend: new Resend("re_test", { baseUrl }),
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      await server.shutdown();
    },
  };
}

Deno.test("an accepted mail is in the box as it was sent", async () => {
  await using box = await serveSandbox();

  const { data, error } = await box.resend.emails.send(
    {
      ...MAIL,
      headers: { "X-Booking": "b-1" },
      attachments: [{ filename: "a.txt", content: btoa("Hi"), contentType: "text/plain" }],
    },
    { idempotencyKey: "key-1" },
  );

  assert.equal(error, null);
  const [{ created_at, ...mail }] = box.sandbox.messages() as [ReturnType<Sandbox["messages"]>[0]];
  assert.ok(Date.now() - Date.parse(created_at) < 60_000);
  assert.deepEqual(mail, {
    id: data!.id,
    from: "Ada <team@brand.example>",
    to: ["grace@customer.example"],
    subject: "Confirmed",
    html: "<p>Yes</p>",
    text: "Yes",
    headers: { "x-booking": "b-1", "reply-to": "ada@brand.example" },
    reply_to: ["ada@brand.example"],
    attachments: [{ filename: "a.txt", content_type: "text/plain", content: btoa("Hi") }],
    idempotency_key: "key-1",
  });
});

Deno.test("the same key and body is the same mail, however often and however close", async () => {
  await using box = await serveSandbox();

  const answers = await Promise.all(
    Array.from(
      { length: 5 },
      () => box.resend.emails.send(MAIL, { idempotencyKey: "key-1" }),
    ),
  );

  assert.equal(new Set(answers.map(({ data }) => data?.id)).size, 1);
  assert.equal(box.sandbox.messages().length, 1);
});

Deno.test("the same key with another body is refused", async () => {
  await using box = await serveSandbox();
  await box.resend.emails.send(MAIL, { idempotencyKey: "key-1" });

  const { error } = await box.resend.emails.send(
    { ...MAIL, subject: "Another" },
    { idempotencyKey: "key-1" },
  );

  assert.equal(error?.statusCode, 409);
  assert.equal(error?.name, "invalid_idempotent_request");
  assert.equal(box.sandbox.messages().length, 1);
});

Deno.test("mails without a key are mails of their own, newest first", async () => {
  await using box = await serveSandbox();
  await box.resend.emails.send({ ...MAIL, subject: "First" });
  await box.resend.emails.send({ ...MAIL, subject: "Second" });

  assert.deepEqual(box.sandbox.messages().map(({ subject }) => subject), ["Second", "First"]);
});

Deno.test("what Resend would refuse is refused in its words", async () => {
  await using box = await serveSandbox();
  const refusalOf = async (change: Record<string, unknown>, idempotencyKey = "k") => {
    const { error } = await box.resend.emails.send(
      { ...MAIL, ...change } as typeof MAIL,
      { idempotencyKey },
    );
    return `${error?.statusCode} ${error?.name}`;
  };

  assert.deepEqual(
    {
      noFrom: await refusalOf({ from: undefined }),
      noBody: await refusalOf({ html: undefined, text: undefined }),
      badFrom: await refusalOf({ from: "brand.example" }),
      brokenHeader: await refusalOf({ from: "Ada\r\nBcc: x <team@brand.example>" }),
      badTo: await refusalOf({ to: "grace" }),
      madeUp: await refusalOf({ to: "grace@example.com" }),
      unverified: await refusalOf({ from: "team@elsewhere.example" }),
      subdomain: await refusalOf({ from: "team@mail.brand.example" }),
      unverifiable: await refusalOf({ from: "team@brand.invalid" }),
      longKey: await refusalOf({}, "k".repeat(257)),
    },
    {
      noFrom: "422 missing_required_field",
      noBody: "422 missing_required_field",
      badFrom: "422 validation_error",
      brokenHeader: "422 validation_error",
      badTo: "422 validation_error",
      madeUp: "422 validation_error",
      unverified: "403 validation_error",
      subdomain: "403 validation_error",
      unverifiable: "403 validation_error",
      longKey: "400 invalid_idempotency_key",
    },
  );
  assert.deepEqual(box.sandbox.messages(), []);
});

Deno.test("only the right key may send", async () => {
  await using box = await serveSandbox();
  const wrong = await new Resend("re_wrong", { baseUrl: box.baseUrl }).emails.send(MAIL);
  const none = await fetch(`${box.baseUrl}/emails`, { method: "POST", body: JSON.stringify(MAIL) });

  assert.equal(wrong.error?.statusCode, 403);
  assert.equal(wrong.error?.name, "invalid_api_key");
  assert.deepEqual(await none.json(), {
    statusCode: 401,
    name: "missing_api_key",
    message: "Missing API key in the authorization header.",
  });
});

Deno.test("a planned refusal happens once, and keeps nothing", async () => {
  await using box = await serveSandbox();
  box.sandbox.refuseNext({
    status: 429,
    name: "rate_limit_exceeded",
    headers: { "retry-after": "3" },
  });

  const refused = await box.resend.emails.send(MAIL);
  const accepted = await box.resend.emails.send(MAIL);

  assert.equal(refused.error?.name, "rate_limit_exceeded");
  assert.equal(refused.headers?.["retry-after"], "3");
  assert.equal(accepted.error, null);
  assert.equal(box.sandbox.messages().length, 1);
});

Deno.test("a dropped answer leaves the sender in the dark, and the mail in the box", async () => {
  await using box = await serveSandbox();
  box.sandbox.dropNextResponse();

  const lost = await box.resend.emails.send(MAIL, { idempotencyKey: "key-1" });
  const again = await box.resend.emails.send(MAIL, { idempotencyKey: "key-1" });

  assert.equal(lost.data, null);
  assert.equal(lost.error?.statusCode, null);
  assert.equal(again.data?.id, box.sandbox.messages()[0]?.id);
  assert.equal(box.sandbox.messages().length, 1);
});

Deno.test("mails and their keys survive a restart, and a line that a crash cut short", async () => {
  await using folder = await makeFolder();
  const file = join(folder.path, "mails.jsonl");
  await using before = await serveSandbox({ file });
  const first = await before.resend.emails.send(MAIL, { idempotencyKey: "key-1" });
  await Deno.writeTextFile(file, '\n{"id":"cut sho', { append: true });

  await using after = await serveSandbox({ file });
  const again = await after.resend.emails.send(MAIL, { idempotencyKey: "key-1" });
  const next = await after.resend.emails.send(MAIL, { idempotencyKey: "key-2" });
  await using later = await serveSandbox({ file });

  assert.equal(again.data?.id, first.data?.id);
  if (Deno.build.os !== "windows") assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
  assert.deepEqual(
    later.sandbox.messages().map(({ id }) => id),
    [next.data?.id, first.data?.id],
  );
});

Deno.test("a mail to a test address is reported as by Resend, until it is heard", async () => {
  const { webhooks } = new Resend("re_test");
  const heard: { to: string; type: string; detail: unknown }[] = [];
  let refusals = 1;
  await using box = await serveSandbox({
    report: async (request) => {
      if (refusals-- > 0) return new Response("Not now", { status: 503 });
      const event = webhooks.verify({
        payload: await request.text(),
        headers: {
          id: request.headers.get("svix-id")!,
          timestamp: request.headers.get("svix-timestamp")!,
          signature: request.headers.get("svix-signature")!,
        },
        webhookSecret: "whsec_c2VjcmV0",
      }) as { type: string; data: { to: string[]; bounce?: unknown; suppressed?: unknown } };
      const { to: [to], bounce, suppressed } = event.data;
      heard.push({ to: to!.split("@")[0]!, type: event.type, detail: bounce ?? suppressed });
      return Response.json({});
    },
  });

  for (const name of ["delivered", "bounced+a", "Complained", "suppressed"]) {
    await box.resend.emails.send({ ...MAIL, to: `${name}@resend.dev` });
  }
  await box.resend.emails.send(MAIL);
  await box.resend.emails.send({ ...MAIL, to: "constructor@resend.dev" });
  const ends = ["delivered", "bounced", "complained", "suppressed"].map((end) => `email.${end}`);
  for (const until = Date.now() + 10_000; Date.now() < until;) {
    if (ends.every((type) => heard.some((report) => report.type === type))) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  const typesOf = (name: string) => heard.filter(({ to }) => to === name).map(({ type }) => type);
  assert.deepEqual(typesOf("delivered"), ["email.sent", "email.delivered"]);
  assert.deepEqual(typesOf("bounced+a"), ["email.sent", "email.bounced"]);
  assert.deepEqual(typesOf("Complained"), ["email.sent", "email.delivered", "email.complained"]);
  assert.deepEqual(typesOf("suppressed"), ["email.suppressed"]);
  assert.equal(heard.length, 8);
  const detailOf = (type: string) => heard.find((report) => report.type === type)!.detail;
  assert.partialDeepStrictEqual(detailOf("email.bounced"), { type: "Permanent" });
  assert.partialDeepStrictEqual(detailOf("email.suppressed"), { type: "OnAccountSuppressionList" });
});
