import assert from "node:assert/strict";
import { type Stack, startStack } from "../../../local/stack.ts";
import { openOutbox, type Outbox } from "../_testing/outbox.ts";
import { writeMessage } from "./send.ts";

let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startStack({ port: 0, data: "memory" });
});
Deno.test.afterAll(() => stack.close());

function test(name: string, body: (outbox: Outbox) => Promise<void>) {
  Deno.test(name, async () => body(await openOutbox(stack)));
}

const ONCE = { byKey: 1, byContent: 1 };

/** Makes every mail older than the seconds in which it goes out as the event told it. */
async function letMailsWait(): Promise<void> {
  await stack.sql("update public.emails set created_at = created_at - interval '1 minute'");
}

test("a mail that is due is sent, with its id as its key, and recorded", async (outbox) => {
  await outbox.owe(1);
  const { tally, lines } = await outbox.send();
  const [mail] = await outbox.mails();
  const message = stack.sandbox.messages().find((one) => one.idempotency_key === mail!.id)!;
  assert.deepEqual({ ...mail, id: "", to_address: "", wait: 0 }, {
    id: "",
    kind: "confirmation",
    status: "sent",
    reason: null,
    attempts: 1,
    is_leased: false,
    wait: 0,
    last_error: null,
    resend_id: message.id,
    to_address: "",
    delivery: null,
  });
  assert.deepEqual(outbox.accepted(mail!), ONCE);
  assert.match(message.subject, /^Confirmed: Discovery call/);
  assert.deepEqual(tally, { sent: 1, due: 0, failed: 0, dropped: 0 });
  assert.deepEqual(lines, [
    { at: "send-emails", outcome: "sent", email_id: mail!.id, kind: "confirmation" },
  ]);
});

test("all that is due goes out, each once", async (outbox) => {
  await outbox.owe(7);
  await outbox.send();
  const mails = await outbox.mails();
  assert.equal(mails.length, 7);
  for (const mail of mails) {
    assert.equal(mail.status, "sent");
    assert.deepEqual(outbox.accepted(mail), ONCE);
  }
});

test("several at it at once send each mail once", async (outbox) => {
  await outbox.owe(6);
  const passes = await Promise.all([outbox.send(), outbox.send(), outbox.send()]);
  assert.equal(passes.flatMap(({ lines }) => lines).length, 6);
  for (const mail of await outbox.mails()) {
    assert.equal(mail.attempts, 1);
    assert.deepEqual(outbox.accepted(mail), ONCE);
  }
});

test("a mail that is rejected is given up with its reason, and the others go out", async (outbox) => {
  await outbox.owe(3);
  stack.sandbox.refuseNext({ status: 422, name: "validation_error", message: "Bad address" });
  const { tally } = await outbox.send();
  assert.deepEqual(tally, { sent: 2, due: 0, failed: 1, dropped: 0 });
  const [failed] = (await outbox.mails()).filter(({ status }) => status === "failed");
  assert.equal(failed!.reason, "Resend does not accept it: Bad address");
  assert.equal(failed!.last_error, "422 validation_error: Bad address");
});

test("a mail that cannot be written is given up, and the others go out", async (outbox) => {
  await outbox.owe(2);
  let count = 0;
  const { tally } = await outbox.send({
    write: async (email) => {
      if (++count === 1) throw new RangeError(email.to_address);
      return await writeMessage(email);
    },
  });
  assert.deepEqual(tally, { sent: 1, due: 0, failed: 1, dropped: 0 });
  const [failed] = (await outbox.mails()).filter(({ status }) => status === "failed");
  assert.equal(failed!.reason, "It cannot be put into words: RangeError");
});

test("while Resend is in trouble no further mail is tried, and all stay due", async (outbox) => {
  await outbox.owe(7);
  stack.sandbox.refuseNext({ status: 500, name: "internal_server_error", message: "Sorry" });
  const { lines } = await outbox.send();
  assert.deepEqual(lines.map(({ outcome, problem }) => [outcome, problem]), [["due", "unknown"]]);
  const mails = await outbox.mails();
  assert.ok(mails.every(({ status, is_leased }) => status === "due" && !is_leased));
  assert.deepEqual(mails.filter(({ attempts }) => attempts > 0).map((mail) => mail.last_error), [
    "500 internal_server_error: Sorry",
  ]);
});

test("what is sent for a key stays what it was, whatever has changed since", async (outbox) => {
  await outbox.owe(1);
  stack.sandbox.dropNextResponse();
  await outbox.send();
  const [mail] = await outbox.mails();
  assert.equal(mail!.status, "due");

  // Another text under the same key would be refused.
  await stack.sql(`update public.emails set details = details || '{"title": "Other"}'`);
  await outbox.letTimePass();
  await outbox.send();
  const [again] = await outbox.mails();
  assert.equal(again!.status, "sent");
  assert.deepEqual(outbox.accepted(again!), ONCE);
});

test("a booking that is cancelled while its mail waits is not confirmed", async (outbox) => {
  await outbox.owe(1);
  await letMailsWait();
  await outbox.cancel(1);
  await outbox.send();
  const [cancellation, confirmation] = await outbox.mails();
  assert.equal(cancellation!.status, "sent");
  assert.equal(confirmation!.status, "dropped");
  assert.equal(confirmation!.reason, "The booking was cancelled meanwhile.");
  assert.deepEqual(outbox.accepted(confirmation!), { byKey: 0, byContent: 0 });
});

test("a booking that is cancelled between claim and attempt is not confirmed", async (outbox) => {
  await outbox.owe(1);
  await letMailsWait();
  const { tally } = await outbox.send({
    fetch: async (input, init) => {
      if (String(input).includes("/rpc/freeze_email")) await outbox.cancel(1);
      return await fetch(input, init);
    },
  });
  assert.deepEqual(tally, { sent: 1, due: 0, failed: 0, dropped: 1 });
  assert.deepEqual((await outbox.mails()).map(({ kind, status }) => [kind, status]), [
    ["cancellation", "sent"],
    ["confirmation", "dropped"],
  ]);
});

test("without a key of Resend nothing is claimed", async (outbox) => {
  await outbox.owe(1);
  await outbox.send({ resendApiKey: null });
  const [mail] = await outbox.mails();
  assert.equal(mail!.attempts, 0);
  assert.ok(!mail!.is_leased && mail!.wait <= 0);
});
