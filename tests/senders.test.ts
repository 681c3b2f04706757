import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Sql } from "npm:postgres@3.4.9";
import { databaseTest } from "./support/database.ts";

const MAILS = 100;
const SENDERS = 8;

/** A test with mails that are owed, and a connection for each sender. */
function test(
  name: string,
  mails: number,
  use: (sql: Sql, senders: Sql[]) => Promise<void>,
): void {
  databaseTest(name, async ({ sql, connections }) => {
    await sql`
      select public.handle_calcom_event(jsonb_build_object(
        'triggerEvent', 'BOOKING_CREATED', 'createdAt', '2037-03-02T09:00:00Z',
        'payload', jsonb_build_object(
          'uid', 'uid-' || n, 'startTime', now() + interval '7 days',
          'endTime', now() + interval '7 days 30 minutes',
          'attendees', jsonb_build_array(jsonb_build_object(
            'email', 'ada@company-' || n || '.example', 'name', 'Ada'
          ))
        )
      )) from generate_series(1, ${mails}::integer) as n`;
    await use(sql, Array.from({ length: SENDERS }, () => connections(1)));
    const [row] = await sql`
      select deadlocks from pg_catalog.pg_stat_database where datname = current_database()`;
    assertEquals(row?.deadlocks, "0");
  });
}

/** Claims a mail; `attempts` is the number of the attempt. */
async function claim(sql: Sql) {
  const [mail] = await sql<{ id: string; attempts: number }[]>`
    select id, attempts from public.claim_email()`;
  return mail;
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
  const texts = await Promise.all(senders.map(async (sender, i) => {
    const [row] = await sender`
      select public.start_email_attempt(${mail!.id}, 1, ${sender.json({ subject: i })}) as body`;
    return row!.body.subject;
  }));
  assertEquals(new Set(texts).size, 1);
});

test("a report that arrives many times at once counts once", 1, async (sql, senders) => {
  const mail = await claim(sql);
  await sql`select public.start_email_attempt(${mail!.id}, 1, '{}')`;
  await sql`select public.finish_email_attempt(${mail!.id}, 1, 'sent', 're_1')`;
  const report = { type: "email.complained", data: { email_id: "re_1" } };
  const outcomes = await Promise.all(senders.map(async (sender) => {
    const [row] = await sender`
      select public.handle_resend_event('msg_1', ${sender.json(report)}) ->> 'outcome' as outcome`;
    return row!.outcome;
  }));
  assertEquals(outcomes.toSorted(), ["applied", ...Array(SENDERS - 1).fill("duplicate")]);
});
