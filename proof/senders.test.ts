import assert from "node:assert/strict";
import { connect, type Postgres, skipWithoutPostgres, withPostgres } from "../local/postgres.ts";

const MAILS = 100;
const SENDERS = 8;

const ignore = await skipWithoutPostgres();

function test(name: string, fn: (server: Postgres) => Promise<void>) {
  Deno.test({ name, ignore, fn: () => withPostgres(fn) });
}

/** Owes as many mails as asked for, and hands out one connection, and one for each sender. */
async function withOutbox(
  server: Postgres,
  count: number,
  use: (sql: ReturnType<typeof connect>, senders: ReturnType<typeof connect>[]) => Promise<void>,
): Promise<void> {
  const { url } = await server.createDatabase();
  const sql = connect(url);
  const senders = Array.from({ length: SENDERS }, () => connect(url));
  try {
    await sql`
      select public.handle_calcom_event(jsonb_build_object(
        'triggerEvent', 'BOOKING_CREATED', 'createdAt', '2026-03-02T09:00:00Z',
        'payload', jsonb_build_object(
          'uid', 'uid-' || n, 'startTime', '2026-03-09T15:00:00Z', 'endTime', '2026-03-09T15:30:00Z',
          'attendees', jsonb_build_array(jsonb_build_object('email', 'ada@company-' || n || '.example', 'name', 'Ada'))
        )
      )) from generate_series(1, ${count}::integer) as n`;
    await use(sql, senders);
    const [row] = await sql<{ deadlocks: string }[]>`
      select deadlocks from pg_catalog.pg_stat_database where datname = current_database()`;
    assert.equal(row?.deadlocks, "0");
  } finally {
    await Promise.all([sql, ...senders].map((one) => one.end()));
  }
}

test("senders that claim at once get every mail, and none gets another's", (server) =>
  withOutbox(server, MAILS, async (sql, senders) => {
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
  }));

test("a sender does not wait for what another is about to claim", (server) =>
  withOutbox(server, 2, async (_sql, [one, other]) => {
    await one!.begin(async (open) => {
      const [first] = await open<{ id: string }[]>`select id from public.claim_emails(1)`;
      await other!`set lock_timeout = '2s'`;
      const [second] = await other!<{ id: string }[]>`select id from public.claim_emails(1)`;
      assert.ok(first && second && first.id !== second.id);
    });
  }));

test("senders that freeze a mail at once send one text", (server) =>
  withOutbox(server, 1, async (sql, senders) => {
    const [mail] = await sql<{ id: string }[]>`select id from public.claim_emails(1)`;
    const texts = await Promise.all(senders.map(async (sender, index) => {
      const [row] = await sender<{ message: { subject: string } }[]>`
        select public.freeze_email(${mail!.id}, ${
        sender.json({ subject: `${index}` })
      }) as message`;
      return row!.message.subject;
    }));
    assert.equal(new Set(texts).size, 1);
  }));

test("a report that is delivered many times at once counts once", (server) =>
  withOutbox(server, 1, async (sql, senders) => {
    const [mail] = await sql<{ id: string }[]>`select id from public.claim_emails(1)`;
    await sql`select public.record_email_sent(${mail!.id}, 're_1')`;
    const report = { type: "email.complained", data: { email_id: "re_1" } };
    const outcomes = await Promise.all(senders.map(async (sender) => {
      const [row] = await sender<{ outcome: string }[]>`
        select public.record_delivery('msg_1', ${sender.json(report)}) ->> 'outcome' as outcome`;
      return row!.outcome;
    }));
    assert.deepEqual(outcomes.toSorted(), ["applied", ...Array(SENDERS - 1).fill("duplicate")]);
  }));
