import assert from "node:assert/strict";
import { type Stack, startStack } from "../../../local/stack.ts";
import { createDatabase } from "../_shared/database.ts";
import { emptyDatabase, readFixture } from "../_testing/webhook.ts";
import { sendDueEmails } from "./send.ts";

interface MailRow {
  id: string;
  status: string;
  attempts: number;
  is_leased: boolean;
  is_postponed: boolean;
  last_error: string | null;
  resend_id: string | null;
  to_address: string;
}

type Line = Record<string, unknown>;

let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startStack({ port: 0, data: "memory" });
});
Deno.test.afterAll(() => stack.close());

function test(name: string, body: () => Promise<void>) {
  Deno.test(name, async () => {
    await emptyDatabase(stack);
    await body();
  });
}

/** Books with so many companies, so that a confirmation is owed to each. */
async function owe(count: number): Promise<void> {
  const event = JSON.parse(new TextDecoder().decode(readFixture("booking-created-business")));
  for (let index = 1; index <= count; index++) {
    const email = `guest@company-${index}.example`;
    const { payload } = event;
    payload.uid = `booking-${index}`;
    payload.attendees[0].email = email;
    payload.responses.email.value = email;
    await stack.sql("select public.handle_calcom_event($1::jsonb)", [event]);
  }
}

async function send(
  { resendApiKey = stack.resendApiKey, fetch }: {
    resendApiKey?: string | null;
    fetch?: typeof globalThis.fetch;
  } = {},
): Promise<Line[]> {
  const lines: Line[] = [];
  await sendDueEmails({
    database: createDatabase({
      supabaseUrl: stack.url,
      supabaseKey: stack.secretKey,
      ...(fetch && { fetch }),
    }),
    env: { resendApiKey, resendBaseUrl: stack.resendUrl },
    log: (line) => lines.push(line),
  });
  assert.ok(!JSON.stringify(lines).includes("@"), "a line holds an address");
  return lines;
}

function readMails(): Promise<MailRow[]> {
  return stack.sql<MailRow>(
    `select id, status, attempts, leased_until is not null as is_leased,
       next_attempt_at > now() as is_postponed, last_error, resend_id, to_address
     from public.emails order by to_address`,
  );
}

/** As if the wait were over, and the lease of whoever died too. */
async function letTimePass() {
  await stack.sql("update public.emails set next_attempt_at = now(), leased_until = null");
}

function accepted(id: string) {
  return stack.sandbox.messages().filter((mail) => mail.idempotency_key === id);
}

test("a mail that is due is sent, with its id as its key, and recorded", async () => {
  await owe(1);
  const lines = await send();
  const [mail] = await readMails();
  const [message, ...others] = accepted(mail!.id);
  assert.deepEqual(others, []);
  assert.deepEqual({ ...mail, id: "" }, {
    id: "",
    status: "sent",
    attempts: 1,
    is_leased: false,
    is_postponed: false,
    last_error: null,
    resend_id: message!.id,
    to_address: "guest@company-1.example",
  });
  assert.match(message!.subject, /^Confirmed: Discovery call/);
  assert.match(message!.text ?? "", /9:00 – 9:30 AM, Central Standard Time \(America\/Chicago\)/);
  assert.match(message!.html ?? "", /href="https:\/\/app.cal.com\/video\/kX3vQ9mTzR4bLs7WdYn2Pa"/);
  assert.deepEqual(lines, [
    { at: "send-emails", outcome: "sent", email_id: mail!.id, kind: "confirmation" },
  ]);
});

test("more mails than one batch go out, each once", async () => {
  await owe(7);
  await send();
  const mails = await readMails();
  assert.equal(mails.length, 7);
  for (const mail of mails) {
    assert.equal(mail.status, "sent");
    assert.equal(accepted(mail.id).length, 1);
  }
});

test("two at it at once send each mail once", async () => {
  await owe(6);
  const lines = (await Promise.all([send(), send()])).flat();
  assert.equal(lines.length, 6);
  for (const mail of await readMails()) {
    assert.equal(mail.attempts, 1);
    assert.equal(accepted(mail.id).length, 1);
  }
});

test("a mail that is refused stays due with its error, and the others go out", async () => {
  await owe(3);
  stack.sandbox.refuseNext({ status: 422, name: "validation_error", message: "Bad address" });
  const lines = await send();
  const mails = await readMails();
  const [due, ...others] = mails.filter(({ status }) => status === "due");
  assert.deepEqual(others, []);
  assert.equal(due!.last_error, "422 validation_error: Bad address");
  assert.equal(due!.attempts, 1);
  assert.ok(due!.is_postponed && !due!.is_leased);
  assert.deepEqual(lines.map(({ outcome }) => outcome).toSorted(), ["due", "sent", "sent"]);

  await letTimePass();
  await send();
  const sent = (await readMails()).find(({ id }) => id === due!.id);
  assert.equal(sent?.status, "sent");
  assert.equal(sent?.last_error, null);
});

test("while Resend is in trouble no further mail is tried, and all stay due", async () => {
  await owe(7);
  stack.sandbox.refuseNext({ status: 500, name: "internal_server_error", message: "Sorry" });
  const lines = await send();
  assert.equal(lines.length, 1);
  const mails = await readMails();
  assert.ok(mails.every(({ status }) => status === "due"));
  const tried = mails.filter(({ attempts }) => attempts > 0);
  assert.ok(tried.length < 7);
  for (const { last_error, is_leased } of tried) {
    assert.equal(last_error, "500 internal_server_error: Sorry");
    assert.ok(!is_leased);
  }
});

test("an answer that is lost does not send the mail twice, whatever has changed since", async () => {
  await owe(1);
  stack.sandbox.dropNextAnswer();
  await send();
  const [mail] = await readMails();
  assert.equal(mail!.status, "due");
  assert.ok(mail!.last_error);

  // Another text under the same key would be refused: what is sent was frozen.
  await stack.sql(`update public.emails set details = details || '{"title": "Other"}'`);
  await letTimePass();
  await send();
  const [again] = await readMails();
  assert.equal(again!.status, "sent");
  assert.equal(again!.resend_id, accepted(mail!.id)[0]!.id);
  assert.equal(accepted(mail!.id).length, 1);
});

test("a database that is gone after the mail went out does not send it twice", async () => {
  await owe(1);
  await assert.rejects(
    send({
      fetch: (input, init) =>
        String(input).includes("/rpc/record_email_sent")
          ? Promise.resolve(
            Response.json({ code: "57P01", message: "x@y.example" }, { status: 500 }),
          )
          : fetch(input, init),
    }),
    /The database answered 57P01$/,
  );
  const [mail] = await readMails();
  assert.equal(mail!.status, "due");
  assert.ok(mail!.is_leased);

  await letTimePass();
  await send();
  assert.equal((await readMails())[0]!.status, "sent");
  assert.equal(accepted(mail!.id).length, 1);
});

test("without a key of Resend nothing is claimed", async () => {
  await owe(1);
  await send({ resendApiKey: null });
  const [mail] = await readMails();
  assert.equal(mail!.attempts, 0);
  assert.ok(!mail!.is_leased && !mail!.is_postponed);
});
