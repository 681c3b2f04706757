import { assert, assertEquals, assertMatch, fail } from "npm:deno-std@1.4.0/assert/mod.js";
import type { ReportOptions } from "../local/resend/types.ts";
import { type Stack, startStack } from "../local/stack/stack.ts";
import { call, createDatabase, DatabaseError } from "../supabase/functions/_shared/database.ts";
import { createHandler, type HandlerDeps } from "../supabase/functions/resend-webhook/handler.ts";
import { openOutbox, type Outbox } from "./support/outbox.ts";

let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startStack({ port: 0, data: "memory" });
});
Deno.test.afterAll(() => stack.close());

/** One text, whatever is wrong. */
const UNAUTHORIZED = {
  outcome: "unauthorized",
  reason: "Not accepted; the log of this function says why",
};

const PERMANENT = { bounce: { type: "Permanent", subType: "General", message: "No such user." } };

/** The webhook as it runs, with the real database client behind it. */
async function receive(request: Request, deps: Partial<HandlerDeps> = {}) {
  const lines: Record<string, unknown>[] = [];
  const database = createDatabase({ supabaseUrl: stack.url, supabaseKey: stack.secretKey });
  const handler = createHandler({
    secrets: [stack.resendWebhookSecret],
    process: (id, event) => call(database.rpc("handle_resend_event", { delivery_id: id, event })),
    log: (line) => lines.push(line),
    ...deps,
  });
  const answer = await handler(request);
  const body = await answer.json();
  assert(!JSON.stringify(lines).includes("@"), "a line holds an address");
  return { status: answer.status, outcome: body.outcome, body, lines };
}

/** A test that starts with one mail that was sent. */
function test(
  name: string,
  body: (given: {
    outbox: Outbox;
    report: (report: ReportOptions) => Request;
    delivery: () => Promise<string | null>;
  }) => Promise<void>,
) {
  Deno.test(name, async () => {
    const outbox = await openOutbox(stack);
    await outbox.owe(1);
    await outbox.send();
    const mailId = stack.sandbox.messages()[0]!.id;
    await body({
      outbox,
      report: (report) => stack.sandbox.report(mailId, report),
      delivery: async () =>
        (await outbox.mails()).find(({ kind }) => kind === "confirmation")!.delivery,
    });
  });
}

test("a genuine report is believed, and kept", async ({ report, delivery }) => {
  const { status, body, lines } = await receive(report({ type: "email.delivered" }));
  assertEquals([status, body.outcome, body.delivery], [200, "applied", "delivered"]);
  assertEquals(await delivery(), "delivered");
  assertEquals<unknown>(lines.map((line) => ({ ...line, ms: 0 })), [{
    at: "resend-webhook",
    status: 200,
    outcome: "applied",
    delivery: "delivered",
    email_id: body.email_id,
    ms: 0,
  }]);
});

test("what Resend did not sign just now is turned away", async ({ report, delivery }) => {
  const type = "email.bounced";
  const changed = report({ type });
  const body = (await changed.clone().text()).replace("bounced", "clicked");
  const withHeaders = (change: (headers: Headers) => void) => {
    const request = report({ type });
    change(request.headers);
    return request;
  };
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  const forged: Record<string, Request> = {
    "signed with another secret": report({ type, secret: `whsec_${btoa("guessed")}` }),
    "changed on the way": new Request(changed, { body }),
    "an hour old": report({ type, signedAt: minutes(-60) }),
    "from the future": report({ type, signedAt: minutes(60) }),
    "another id": withHeaders((headers) => headers.set("svix-id", "another")),
    "no id": withHeaders((headers) => headers.delete("svix-id")),
    "no time": withHeaders((headers) => headers.delete("svix-timestamp")),
    "no signature": withHeaders((headers) => headers.delete("svix-signature")),
    "not signed at all": new Request("http://127.0.0.1/", { method: "POST", body }),
  };
  for (const [name, request] of Object.entries(forged)) {
    const { status, body, lines } = await receive(request);
    assertEquals([status, body], [401, UNAUTHORIZED], name);
    assert(lines[0]!.problem, name);
  }
  assertEquals(await delivery(), null);
  assertEquals(await stack.sql("select id from public.email_deliveries"), []);
});

test("any of several secrets may have signed; one that is none, or none at all, believes nobody", async ({ report }) => {
  const other = `whsec_${btoa("another secret")}`;
  for (
    const [secrets, secret, expected] of [
      [[stack.resendWebhookSecret, other], stack.resendWebhookSecret, 200],
      [[stack.resendWebhookSecret, other], other, 200],
      [["whsec_not base64!"], other, 401],
      [[], other, 401],
    ] as const
  ) {
    const request = report({ type: "email.sent", secret });
    const { status, lines: [line] } = await receive(request, { secrets });
    assertEquals(status, expected);
    if (secrets.length === 0) {
      assertMatch(String(line!.problem), /RESEND_WEBHOOK_SECRET is not set/);
    }
  }
});

test("a report that is delivered again counts once", async ({ report }) => {
  const first = report({ type: "email.complained", id: "msg_1" });
  const again = report({ type: "email.complained", id: "msg_1", signedAt: new Date() });
  assertEquals((await receive(first)).outcome, "applied");
  await stack.sql("select public.allow_mail(email) from public.people");
  assertEquals((await receive(again)).outcome, "duplicate");
  assertEquals(
    await stack.sql("select email from public.people where suppressed_at is not null"),
    [],
  );
});

test("an address that bounced gets no more mail until somebody clears it", async (given) => {
  const { outbox, report } = given;
  await receive(report({ type: "email.bounced", data: PERMANENT }));
  assertEquals(await given.delivery(), "bounced");
  await outbox.cancel(1);
  await outbox.send();
  const cancellation = async () =>
    (await outbox.mails()).find(({ kind }) => kind === "cancellation")!;
  const { id, status, reason } = await cancellation();
  assertEquals(status, "dropped");
  assertMatch(reason!, /^The address gets no mail: since \d{4}-\d\d-\d\d, .*allow_mail\(\)/);

  await stack.sql("select public.allow_mail(email) from public.people");
  await stack.sql("select public.retry_email($1::uuid)", [id]);
  await outbox.send();
  assertEquals((await cancellation()).status, "sent");
});

test("a report tells of a mail whose answer was lost", async ({ outbox }) => {
  await outbox.owe(2);
  stack.sandbox.dropNextResponse();
  await outbox.send();
  const lost = (await outbox.mails()).find(({ status }) => status === "due")!;
  const mail = stack.sandbox.messages().find((one) => one.idempotency_key === lost.id)!;
  await receive(stack.sandbox.report(mail.id, { type: "email.delivered" }));

  const found = (await outbox.mails()).find(({ id }) => id === lost.id)!;
  assertEquals([found.status, found.resend_id, found.delivery], ["sent", mail.id, "delivered"]);
  await outbox.letTimePass();
  await outbox.send();
  assertEquals(outbox.accepted(lost), { byKey: 1, byContent: 1 });
});

for (
  const [name, message] of [
    ["NUL", "No \0 such user"],
    ["half a surrogate pair", "No \ud83d such user"],
  ] as const
) {
  test(`a bounce whose text holds ${name} counts, without it`, async ({ report, delivery }) => {
    const bounce = { type: "Permanent", subType: "General", message };
    const { status, outcome } = await receive(report({ type: "email.bounced", data: { bounce } }));
    assertEquals([status, outcome, await delivery()], [200, "applied", "bounced"]);
    assertEquals(
      await stack.sql(
        `select v.payload #>> '{data,bounce,message}' as message, p.suppressed_at is null as has_mail
         from public.email_deliveries as v, public.people as p`,
      ),
      [{ message: "No \ufffd such user", has_mail: false }],
    );
  });
}

test("no signature is looked for in a body whose headers have none", async ({ report }) => {
  for (const [name, value] of [["svix-timestamp", "now"], ["svix-signature", "v2,abc"]] as const) {
    const { headers } = report({ type: "email.sent" });
    headers.set(name, value);
    const body = new ReadableStream({ pull: () => fail("not to be read") }, { highWaterMark: 0 });
    const request = new Request("http://127.0.0.1/", { method: "POST", headers, body });
    const { status, lines } = await receive(request);
    assertEquals(status, 401);
    assert(String(lines[0]!.problem).startsWith(name));
  }
});

test("what is no report is answered clearly", async ({ report }) => {
  const answer = async (request: Request) => {
    const { status, outcome } = await receive(request);
    return [status, outcome];
  };
  const contact = report({ type: "contact.created", data: { email_id: "x", tags: {} } });
  assertEquals(await answer(contact), [200, "ignored"]);
  const process = () => Promise.reject(new DatabaseError("22P05"));
  assertEquals((await receive(report({ type: "email.sent" }), { process })).status, 422);
});

test("a database that is gone is told, so that Resend sends it again", async ({ report }) => {
  const process = () => Promise.reject(new DatabaseError("57P01"));
  const { status, body } = await receive(report({ type: "email.sent" }), { process });
  assertEquals([status, body.outcome], [503, "unavailable"]);
});
