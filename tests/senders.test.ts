import assert from "node:assert/strict";
import type { Sql } from "npm:postgres@3.4.9";
import { type Ground, proof } from "./testing.ts";

const MAILS = 100;
const SENDERS = 8;

/** A test with mails that are owed, and a connection for each sender. */
function test(
  name: string,
  mails: number,
  use: (sql: Sql, senders: Sql[]) => Promise<void>,
): void {
  proof(name, async ({ sql, crowd }: Ground) => {
    await sql`
      select public.handle_calcom_event(jsonb_build_object(
        'triggerEvent', 'BOOKING_CREATED', 'createdAt', '2026-03-02T09:00:00Z',
        'payload', jsonb_build_object(
          'uid', 'uid-' || n, 'startTime', '2026-03-09T15:00:00Z', 'endTime', '2026-03-09T15:30:00Z',
          'attendees', jsonb_build_array(jsonb_build_object('email', 'ada@company-' || n || '.example', 'name', 'Ada'))
        )
      )) from generate_series(1, ${mails}::integer) as n`;
    await use(sql, Array.from({ length: SENDERS }, () => crowd(1)));
    const [row] = await sql<{ deadlocks: string }[]>`
      select deadlocks from pg_catalog.pg_stat_database where datname = current_database()`;
    assert.equal(row?.deadlocks, "0");
  });
}

test(
  "senders that claim at once get every mail, and none gets another's",
  MAILS,
  async (sql, senders) => {
    const claimed = (await Promise.all(senders.map(async (sender) => {
      const ids: string[] = [];
      for (;;) {
        const rows = await sender<{ id: string }[]>`select id from public.claim_emails(3)`;
        if (rows.length === 0) return ids;
        ids.push(...rows.map(({ id }) => id));
      }
    }))).flat();
    const left = await sql`select from public.claim_emails(${MAILS})`;
    assert.equal(new Set(claimed).size, claimed.length, "a mail was claimed twice");
    assert.equal(claimed.length + left.length, MAILS);
    const [row] = await sql<
      { attempts: number }[]
    >`select max(attempts) as attempts from public.emails`;
    assert.equal(row?.attempts, 1);
  },
);

test("a sender does not wait for what another is about to claim", 2, async (_sql, [one, other]) => {
  await one!.begin(async (open) => {
    const [first] = await open<{ id: string }[]>`select id from public.claim_emails(1)`;
    await other!`set lock_timeout = '2s'`;
    const [second] = await other!<{ id: string }[]>`select id from public.claim_emails(1)`;
    assert.ok(first && second && first.id !== second.id);
  });
});

test("senders that freeze a mail at once send one text", 1, async (sql, senders) => {
  const [mail] = await sql<{ id: string }[]>`select id from public.claim_emails(1)`;
  const texts = await Promise.all(senders.map(async (sender, index) => {
    const [row] = await sender<{ message: { subject: string } }[]>`
      select public.freeze_email(${mail!.id}, ${sender.json({ subject: `${index}` })}) as message`;
    return row!.message.subject;
  }));
  assert.equal(new Set(texts).size, 1);
});

test("a report that is delivered many times at once counts once", 1, async (sql, senders) => {
  const [mail] = await sql<{ id: string }[]>`select id from public.claim_emails(1)`;
  await sql`select public.record_email_sent(${mail!.id}, 're_1')`;
  const report = { type: "email.complained", data: { email_id: "re_1" } };
  const outcomes = await Promise.all(senders.map(async (sender) => {
    const [row] = await sender<{ outcome: string }[]>`
      select public.record_delivery('msg_1', ${sender.json(report)}) ->> 'outcome' as outcome`;
    return row!.outcome;
  }));
  assert.deepEqual(outcomes.toSorted(), ["applied", ...Array(SENDERS - 1).fill("duplicate")]);
});
