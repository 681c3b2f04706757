import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { type Stack, startStack } from "../local/stack/stack.ts";
import { renderMessage } from "../supabase/functions/send-emails/email/message.ts";
import { openOutbox, type Outbox } from "./support/outbox.ts";

let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startStack({ port: 0, data: "memory" });
});
Deno.test.afterAll(() => stack.close());

function test(name: string, body: (outbox: Outbox) => Promise<void>) {
  Deno.test(name, async () => body(await openOutbox(stack)));
}

const ONCE = { byKey: 1, byContent: 1 };

test("a mail that is due is sent, with its id as its key, and recorded", async (outbox) => {
  await outbox.owe(1);
  const { summary, lines } = await outbox.send();
  const [mail] = await outbox.mails();
  const message = stack.sandbox.messages().find((one) => one.idempotency_key === mail!.id)!;
  assertEquals({ ...mail, id: "", to_address: "", wait: 0 }, {
    id: "",
    kind: "confirmation",
    status: "sent",
    reason: null,
    attempts: 1,
    is_claimed: false,
    wait: 0,
    error: null,
    resend_id: message.id,
    to_address: "",
    delivery: null,
  });
  assertEquals(outbox.accepted(mail!), ONCE);
  assertMatch(message.subject, /^Confirmed: Discovery call/);
  assertEquals(summary, { sent: 1, due: 0, failed: 0, dropped: 0 });
  assertEquals(lines, [
    { at: "send-emails", outcome: "sent", email_id: mail!.id, kind: "confirmation" },
  ]);
});

test("a mail that is rejected has failed, and the others go out", async (outbox) => {
  await outbox.owe(3);
  stack.sandbox.refuseNext({ status: 422, name: "validation_error", message: "Bad address" });
  const { summary } = await outbox.send();
  assertEquals(summary, { sent: 2, due: 0, failed: 1, dropped: 0 });
  const [failed] = (await outbox.mails()).filter(({ status }) => status === "failed");
  assertEquals(failed!.reason, "Resend does not accept it: Bad address");
  assertEquals(failed!.error, "422 validation_error: Bad address");
});

test("a mail that cannot be rendered has failed, and the others go out", async (outbox) => {
  await outbox.owe(2);
  let count = 0;
  const { summary } = await outbox.send({
    render: async (email) => {
      if (++count === 1) throw new RangeError(email.to_address);
      return await renderMessage(email);
    },
  });
  assertEquals(summary, { sent: 1, due: 0, failed: 1, dropped: 0 });
  const [failed] = (await outbox.mails()).filter(({ status }) => status === "failed");
  assertEquals(failed!.reason, "It cannot be rendered: RangeError");
});

test("while Resend is in trouble no further mail is tried, and all stay due", async (outbox) => {
  await outbox.owe(7);
  stack.sandbox.refuseNext({ status: 500, name: "internal_server_error", message: "Sorry" });
  const { lines } = await outbox.send();
  assertEquals(lines.map(({ outcome, problem }) => [outcome, problem]), [["due", "unknown"]]);
  const mails = await outbox.mails();
  assert(mails.every(({ status, is_claimed }) => status === "due" && !is_claimed));
  assertEquals(mails.filter(({ attempts }) => attempts > 0).map((mail) => mail.error), [
    "500 internal_server_error: Sorry",
  ]);
});

test("what is sent for a key stays what it was, whatever has changed since", async (outbox) => {
  await outbox.owe(1);
  stack.sandbox.dropNextResponse();
  await outbox.send();
  const [mail] = await outbox.mails();
  assertEquals(mail!.status, "due");

  // Another text under the same key would be refused.
  await stack.sql(`update public.emails set template_data = template_data || '{"title": "Other"}'`);
  await outbox.letTimePass();
  await outbox.send();
  const [again] = await outbox.mails();
  assertEquals(again!.status, "sent");
  assertEquals(outbox.accepted(again!), ONCE);
});

test("a booking that is cancelled between claim and attempt is not confirmed", async (outbox) => {
  await outbox.owe(1);
  // Older than the seconds in which a mail goes out as the event told it.
  await stack.sql("update public.emails set created_at = created_at - interval '1 minute'");
  const { summary } = await outbox.send({
    fetch: async (input, init) => {
      if (String(input).includes("/rpc/start_email_attempt")) await outbox.cancel(1);
      return await fetch(input, init);
    },
  });
  assertEquals(summary, { sent: 1, due: 0, failed: 0, dropped: 1 });
  assertEquals((await outbox.mails()).map(({ kind, status }) => [kind, status]), [
    ["cancellation", "sent"],
    ["confirmation", "dropped"],
  ]);
});

test("without a key of Resend nothing is claimed", async (outbox) => {
  await outbox.owe(1);
  await outbox.send({ resendApiKey: null });
  const [mail] = await outbox.mails();
  assertEquals(mail!.attempts, 0);
  assert(!mail!.is_claimed && mail!.wait <= 0);
});

/** One attempt of each mail, oldest first, as the log of attempts has it. */
function readAttempts(): Promise<{ attempt: number; outcome: string | null }[]> {
  return stack.sql(
    "select attempt, outcome from public.email_attempts order by email_id, attempt",
  );
}

/** A fetch that, before its first call of a function, lets another sender overtake this one. */
function overtakenBefore(name: string, overtake: () => Promise<unknown>): typeof fetch {
  let isOvertaken = false;
  return async (input, init) => {
    if (String(input).includes(`/rpc/${name}`) && !isOvertaken) {
      isOvertaken = true;
      await overtake();
    }
    return await fetch(input, init);
  };
}

test("a sender that was overtaken after its claim sends nothing", async (outbox) => {
  await outbox.owe(1);
  const { summary } = await outbox.send({
    fetch: overtakenBefore("start_email_attempt", async () => {
      await outbox.letTimePass();
      await outbox.send();
    }),
  });
  assertEquals(summary, { sent: 0, due: 0, failed: 0, dropped: 1 });
  const [mail] = await outbox.mails();
  assertEquals([mail!.status, mail!.attempts], ["sent", 2]);
  assertEquals(outbox.accepted(mail!), ONCE);
  assertEquals((await readAttempts())[1], { attempt: 2, outcome: "sent" });
});

test("a sender that was overtaken before its report changes nothing", async (outbox) => {
  await outbox.owe(1);
  stack.sandbox.refuseNext({ status: 429, name: "daily_quota_exceeded" });
  await outbox.send({
    fetch: overtakenBefore("finish_email_attempt", async () => {
      await outbox.letTimePass();
      stack.sandbox.dropNextResponse();
      await outbox.send();
    }),
  });
  // The other's request may be out, so the mail must not wait for a quota, nor be without doubt.
  const [mail] = await outbox.mails();
  assertEquals([mail!.status, mail!.attempts], ["due", 2]);
  assertMatch(mail!.reason ?? "", /no answer/);
  assertEquals((await readAttempts()).map(({ attempt }) => attempt), [1, 2]);
  assertEquals((await readAttempts())[1]!.outcome, "unknown");

  await outbox.letTimePass();
  await outbox.send();
  assertEquals((await outbox.mails())[0]!.status, "sent");
  assertEquals(outbox.accepted(mail!), ONCE);
});
