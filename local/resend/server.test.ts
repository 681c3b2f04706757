import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { delay } from "npm:deno-std@1.4.0/async/delay.js";
import { join } from "node:path";
import { type CreateEmailOptions, Resend } from "npm:resend@6.38.0";
import { makeFolder } from "../../tests/support/stack.ts";
import { openSandbox } from "./server.ts";
import type { SandboxOptions } from "./types.ts";

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
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => sandbox.fetch(request, new URL(request.url).pathname),
  );
  const baseUrl = `http://127.0.0.1:${server.addr.port}`;
  const { emails } = new Resend("re_test", { baseUrl });
  return {
    baseUrl,
    messages: sandbox.messages,
    send: (change: Partial<CreateEmailOptions> = {}, key?: string) =>
      emails.send(
        { ...MAIL, ...change } as CreateEmailOptions,
        key === undefined ? {} : { idempotencyKey: key },
      ),
    [Symbol.asyncDispose]: async () => {
      await sandbox.close();
      await server.shutdown();
    },
  };
}

Deno.test("an accepted mail is in the box as it was sent, the newest first", async () => {
  await using box = await serveSandbox();
  const { data } = await box.send({
    headers: { "X-Booking": "b-1" },
    attachments: [{ filename: "a.txt", content: btoa("Hi"), contentType: "text/plain" }],
  }, "key-1");
  await box.send({ subject: "Without a key" });
  await box.send({ subject: "Without a key" });

  const [first, ...others] = box.messages().reverse();
  assertEquals(others.map(({ subject }) => subject), ["Without a key", "Without a key"]);
  assert(Date.now() - Date.parse(first!.created_at) < 60_000);
  assertEquals<unknown>({ ...first, created_at: "" }, {
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
    created_at: "",
  });
});

Deno.test("a key is one mail, however often and however close, and no other", async () => {
  await using box = await serveSandbox();

  const answers = await Promise.all(Array.from({ length: 5 }, () => box.send({}, "key-1")));
  const other = await box.send({ subject: "Another" }, "key-1");

  assertEquals(new Set(answers.map(({ data }) => data!.id)).size, 1);
  assertEquals([other.error?.statusCode, other.error?.name], [409, "invalid_idempotent_request"]);
  assertEquals(box.messages().length, 1);
});

Deno.test("what Resend would refuse is refused in its words", async () => {
  await using box = await serveSandbox();
  const wrongKey = new Resend("re_wrong", { baseUrl: box.baseUrl }).emails;

  const answers = await Promise.all([
    box.send({ to: "grace" }),
    box.send({ to: "grace@example.com" }),
    box.send({ from: "team@elsewhere.example" }),
    box.send({ from: "team@mail.brand.example" }),
    box.send({ from: "team@brand.invalid" }),
    wrongKey.send(MAIL),
  ]);

  assertEquals(answers.map(({ error }) => `${error?.statusCode} ${error?.name}`), [
    ...["422 validation_error", "422 validation_error"],
    ...["403 validation_error", "403 validation_error", "403 validation_error"],
    "400 validation_error",
  ]);
  assertEquals(box.messages(), []);
});

Deno.test("mails and their keys survive a restart, and a line that a crash cut short", async () => {
  await using folder = await makeFolder();
  const file = join(folder.path, "mails.jsonl");
  await using before = await serveSandbox({ file });
  const first = await before.send({}, "key-1");
  await Deno.writeTextFile(file, '\n{"id":"cut sho', { append: true });

  await using after = await serveSandbox({ file });
  const again = await after.send({}, "key-1");
  const next = await after.send({}, "key-2");
  await using later = await serveSandbox({ file });

  assertEquals(again.data!.id, first.data!.id);
  assertEquals(later.messages().map(({ id }) => id), [next.data!.id, first.data!.id]);
  if (Deno.build.os !== "windows") assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
});

Deno.test("a report that nobody takes comes again under the same id", async () => {
  const ids: (string | null)[] = [];
  await using box = await serveSandbox({
    report: (request) => {
      ids.push(request.headers.get("svix-id"));
      return Promise.resolve(new Response(null, { status: ids.length === 1 ? 503 : 204 }));
    },
  });

  await box.send({ to: "Suppressed+anybody@resend.dev" });
  await box.send({ to: "anybody@resend.dev" });
  for (const end = Date.now() + 10_000; ids.length < 2 && Date.now() < end;) await delay(50);

  assertEquals(ids.length, 2);
  assert(ids[0]);
  assertEquals(ids[1], ids[0]);
});
