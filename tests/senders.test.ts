import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Sql } from "npm:postgres@3.4.9";
import { databaseTest } from "./support/database.ts";

const MAILS = 100;
const SENDERS = 8;

/** What a claim hands out. */
interface Claim {
  id: string;
  /** The number of the attempt, which every report must name. */
  attempts: number;
}

/** A test with mails that are owed, and a connection for each sender. */
function test(
  name: string,
  mails: number,
  use: (sql: Sql, senders: Sql[]) => Promise<void>,
): void {
  databaseTest(name, async ({ sql, connections }) => {
    await sql`
      select public.handle_calcom_event(jsonb_build_object(
        'triggerEvent', 'BOOKING_CREATED', 'createdAt', '2026-03-02T09:00:00Z',
        'payload', jsonb_build_object(
          'uid', 'uid-' || n, 'startTime', now() + interval '7 days',
          'endTime', now() + interval '7 days 30 minutes',
          'attendees', jsonb_build_array(jsonb_build_object(
            'email', 'ada@company-' || n || '.example', 'name', 'Ada'
          ))
        )
      )) from generate_series(1, ${mails}::integer) as n`;
    await use(sql, Array.from({ length: SENDERS }, () => connections(1)));
    const [row] = await sql<{ deadlocks: string }[]>`
      select deadlocks from pg_catalog.pg_stat_database where datname = current_database()`;
    assertEquals(row?.deadlocks, "0");
  });
}

async function claim(sql: Sql): Promise<Claim | undefined> {
  const [mail] = await sql<Claim[]>`select id, attempts from public.claim_email()`;
  return mail;
}

/** What this attempt has to send; null when it is not to send anything. */
async function start(sql: Sql, { id, attempts }: Claim, subject: string) {
  const [row] = await sql<{ body: { subject: string } | null }[]>`
    select public.start_email_attempt(${id}, ${attempts}, ${sql.json({ subject })}) as body`;
  return row!.body;
}

async function finish(
  sql: Sql,
  { id, attempts }: Claim,
  outcome: string,
  resendId: string | null = null,
): Promise<string> {
  const [row] = await sql<{ status: string }[]>`
    select public.finish_email_attempt(${id}, ${attempts}, ${outcome}, ${resendId}) as status`;
  return row!.status;
}

test(
  "senders that claim at once get every mail, and none gets another's",
  MAILS,
  async (sql, senders) => {
    const claimed = (await Promise.all(senders.map(async (sender) => {
      const ids: string[] = [];
      for (let mail = await claim(sender); mail !== undefined; mail = await claim(sender)) {
        ids.push(mail.id);
      }
      return ids;
    }))).flat();
    while (await claim(sql) !== undefined) claimed.push("left over");
    assertEquals(new Set(claimed).size, claimed.length, "a mail was claimed twice");
    assertEquals(claimed.length, MAILS);
    const [row] = await sql`select max(attempts) as attempts from public.emails`;
    assertEquals(row?.attempts, 1);
  },
);

test("a sender does not wait for what another is about to claim", 2, async (_sql, [one, other]) => {
  await one!.begin(async (open) => {
    const first = await claim(open as unknown as Sql);
    await other!`set lock_timeout = '2s'`;
    const second = await claim(other!);
    assert(first && second && first.id !== second.id);
  });
});

test("senders that start one attempt at once send one text", 1, async (sql, senders) => {
  const mail = await claim(sql);
  const texts = await Promise.all(
    senders.map(async (sender, i) => (await start(sender, mail!, `${i}`))!.subject),
  );
  assertEquals(new Set(texts).size, 1);
});

/** Two senders with the same mail: the lease of the first ended before it said anything. */
async function claimTwice(slow: Sql, fast: Sql): Promise<[Claim, Claim]> {
  const first = await claim(slow);
  assertEquals(await claim(fast), undefined, "a claimed mail was claimed");
  await slow`update public.emails set next_attempt_at = now() - interval '1 second'`;
  const second = await claim(fast);
  assertEquals(second, { id: first!.id, attempts: first!.attempts + 1 });
  return [first!, second!];
}

test("a sender that was too slow gets nothing to send, and one mail goes out", 1, async (
  sql,
  [slow, fast],
) => {
  const [first, second] = await claimTwice(slow!, fast!);
  assertEquals(await start(fast!, second, "from the second"), { subject: "from the second" });
  assertEquals(await start(slow!, first, "from the first"), null);
  assertEquals(await finish(fast!, second, "sent", "re_2"), "sent");

  assertEquals(await finish(slow!, first, "unknown"), "sent");
  const [mail] = await sql`select status, resend_id, attempts from public.emails`;
  assertEquals({ ...mail }, { status: "sent", resend_id: "re_2", attempts: 2 });
});

for (const outcome of ["throttled", "rejected", "conflict", "configuration", "quota"]) {
  test(
    `a late report of "${outcome}" leaves the attempt alone that is under way`,
    1,
    async (sql, [slow, fast]) => {
      const [first, second] = await claimTwice(slow!, fast!);
      await start(fast!, second, "from the second");
      const before = await readMail(sql, second);

      await start(slow!, first, "from the first");
      assertEquals(await finish(slow!, first, outcome), "due");
      assertEquals(await readMail(sql, second), before);

      // The second sender dies. Whoever comes next may not write a new text.
      await sql`update public.emails set next_attempt_at = now() - interval '1 second'`;
      const third = await claim(slow!);
      assertEquals(await start(slow!, third!, "from the third"), { subject: "from the second" });
      assertEquals(await finish(slow!, third!, "sent", "re_3"), "sent");
    },
  );
}

/** The mail, and the attempt that is under way. */
async function readMail(sql: Sql, { id, attempts }: Claim) {
  const rows = await sql`
    select to_jsonb(e) as mail, to_jsonb(a) as attempt
    from public.emails as e
    join public.email_attempts as a on a.email_id = e.id and a.attempt = ${attempts}
    where e.id = ${id}`;
  return JSON.stringify(rows);
}

test("a report that arrives many times at once counts once", 1, async (sql, senders) => {
  const mail = await claim(sql);
  await start(sql, mail!, "Confirmed");
  await finish(sql, mail!, "sent", "re_1");
  const report = { type: "email.complained", data: { email_id: "re_1" } };
  const outcomes = await Promise.all(senders.map(async (sender) => {
    const [row] = await sender<{ outcome: string }[]>`
      select public.handle_resend_event('msg_1', ${sender.json(report)}) ->> 'outcome' as outcome`;
    return row!.outcome;
  }));
  assertEquals(outcomes.toSorted(), ["applied", ...Array(SENDERS - 1).fill("duplicate")]);
});
