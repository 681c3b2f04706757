import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import type { ReportOptions } from "../local/resend/types.ts";
import { type Stack, startStack } from "../local/stack/stack.ts";
import { call, createDatabase, DatabaseError } from "../supabase/functions/_shared/database.ts";
import { MAX_BODY_BYTES } from "../supabase/functions/_shared/http.ts";
import { createHandler, type HandlerDeps } from "../supabase/functions/resend-webhook/handler.ts";
import { openOutbox, type Outbox } from "./support/outbox.ts";

let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startStack({ port: 0, data: "memory" });
});
Deno.test.afterAll(() => stack.close());

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

test("any of several secrets may have signed", async ({ report }) => {
  const secret = `whsec_${btoa("another secret")}`;
  const secrets = [stack.resendWebhookSecret, secret];
  for (const signed of secrets) {
    const { status } = await receive(report({ type: "email.sent", secret: signed }), { secrets });
    assertEquals(status, 200);
  }
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
    const { status, outcome } = await receive(request);
    assertEquals([status, outcome], [401, "unauthorized"], name);
  }
  assertEquals(await delivery(), null);
  assertEquals(await stack.sql("select id from public.email_deliveries"), []);
});

test("without a secret nobody is believed, and the answer says why", async ({ report }) => {
  const { status, body } = await receive(report({ type: "email.sent" }), { secrets: [] });
  assertEquals(status, 401);
  assertMatch(body.reason, /RESEND_WEBHOOK_SECRET is not set/);
});

test("a secret that is none believes nobody", async ({ report }) => {
  const secrets = ["whsec_not base64!"];
  assertEquals((await receive(report({ type: "email.sent" }), { secrets })).status, 401);
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

test("in any order of reports the mail ends in the same state", async ({ report, delivery }) => {
  const reports: ReportOptions[] = [
    { type: "email.sent" },
    { type: "email.delivery_delayed" },
    { type: "email.delivered" },
    { type: "email.opened" },
  ];
  for (const order of permutations(reports)) {
    await stack.sql("update public.emails set delivery = null, delivery_at = null");
    for (const one of [...order, ...order]) await receive(report(one));
    assertEquals(await delivery(), "opened", order.map(({ type }) => type).join(", "));
  }
});

for (
  const [type, data, delivery] of [
    ["email.bounced", PERMANENT, "bounced"],
    ["email.complained", {}, "complained"],
    ["email.suppressed", { suppressed: { message: "On the list.", type: "x" } }, "suppressed"],
  ] as const
) {
  test(`after ${type} the address gets no more mail until somebody clears it`, async (given) => {
    const { outbox, report } = given;
    await receive(report({ type, data }));
    assertEquals(await given.delivery(), delivery);
    await outbox.cancel(1);
    await outbox.send();
    const cancellation = async () =>
      (await outbox.mails()).find(({ kind }) => kind === "cancellation")!;
    const { status, reason } = await cancellation();
    assertEquals(status, "dropped");
    assertMatch(reason!, /^The address gets no mail: since \d{4}-\d\d-\d\d, .*allow_mail\(\)/);

    await stack.sql("select public.allow_mail(email) from public.people");
    await stack.sql("select public.retry_email($1::uuid)", [(await cancellation()).id]);
    await outbox.send();
    assertEquals((await cancellation()).status, "sent");
  });
}

test("a full mailbox blocks nobody", async ({ report, delivery }) => {
  await receive(
    report({
      type: "email.bounced",
      data: { bounce: { type: "Transient", subType: "MailboxFull" } },
    }),
  );
  assertEquals(await delivery(), "bounced");
  assertEquals(
    await stack.sql("select email from public.people where suppressed_at is not null"),
    [],
  );
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

test("what is no report is answered clearly", async ({ report }) => {
  const large = new Request(report({ type: "email.sent" }), {
    body: "x".repeat(MAX_BODY_BYTES + 1),
  });
  assertEquals((await receive(large)).status, 413);
  const nul = report({ type: "email.sent", data: { subject: "\0" } });
  assertEquals((({ status, outcome }) => [status, outcome])(await receive(nul)), [
    422,
    "failed",
  ]);
  const contact = await receive(
    report({ type: "contact.created", data: { email_id: "x", tags: {} } }),
  );
  assertEquals([contact.status, contact.outcome], [200, "ignored"]);
});

test("a database that is gone is told, so that Resend sends it again", async ({ report }) => {
  const process = () => Promise.reject(new DatabaseError("57P01"));
  const { status, body } = await receive(report({ type: "email.sent" }), { process });
  assertEquals([status, body.outcome], [503, "unavailable"]);
});

function permutations<T>(items: T[]): T[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, at) =>
    permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest])
  );
}
