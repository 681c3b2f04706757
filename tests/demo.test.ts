import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Sql } from "npm:postgres@3.4.9";
import { readSeed } from "../local/migrations.ts";
import { databaseTest, sharedServer } from "./support/database.ts";
import { empty } from "./support/snapshot.ts";

const server = sharedServer();
const seed = (await readSeed()).sql;
const DAY = 86_400_000;

databaseTest("the demo is three months of a sales team, within a few seconds", async ({ sql }) => {
  const start = performance.now();
  await sql.unsafe(seed);
  assert(performance.now() - start < 10_000);

  const [demo] = await sql`
    select
      (select count(*)::int from companies) as companies,
      (select count(*)::int from people where company_id is null) as personal,
      (select max(n)::int from (select count(*) as n from people where company_id is not null group by company_id))
        as people_of_one,
      (select count(distinct organizer_email)::int from bookings) as hosts,
      (select count(distinct split_part(organizer_email, '@', 2))::int from bookings) as brands,
      (select count(distinct date_trunc('week', start_time))::int from bookings) as weeks,
      (select array_agg(distinct stage || ' ' || status order by stage || ' ' || status) from deals) as deals,
      (select count(distinct editor)::int from hand_edits) as editors,
      (select count(*)::int from hand_edits where skipped_reason is not null) as skipped`;
  assert(demo!.companies >= 40 && demo!.companies <= 60, `${demo!.companies} companies`);
  assert(demo!.personal >= 3);
  assert(demo!.people_of_one >= 3);
  assert(demo!.hosts >= 6 && demo!.brands >= 6);
  assert(demo!.weeks >= 13);
  assertEquals(demo!.deals, ["booked active", "booked cancelled", "met active", "met cancelled"]);
  assertEquals([demo!.editors, demo!.skipped], [2, 0]);

  const triggers = await sql`
    select distinct trigger from calcom_events where outcome = 'applied' order by trigger`;
  assertEquals(triggers.map(({ trigger }) => trigger), [
    "BOOKING_CANCELLED",
    "BOOKING_CREATED",
    "BOOKING_NO_SHOW_UPDATED",
    "BOOKING_REASSIGNED",
    "BOOKING_RESCHEDULED",
    "MEETING_ENDED",
  ]);
  for (
    const [what, rows] of Object.entries({
      "a seat": await sql`select from bookings where calcom_uid = 'demo-webinar'`,
      "a series": await sql`
        select from calcom_events where payload #> '{payload,recurringEvent}' is not null`,
      "a tag": await sql`select from companies where name ~ '<script>'`,
      "a picture": await sql`select from people where name ~ '<img '`,
      "a formula": await sql`select from companies where name ~ '^='`,
    })
  ) assert(rows.length > 0, `no ${what}`);
}, server);

databaseTest(
  "the demo has a meeting today on any day, and is a log like any other",
  async ({ sql }) => {
    for (let days = 0; days < 7; days++) {
      // From the first minute of a day to the last.
      const moment = new Date(
        Math.floor(Date.now() / DAY - days) * DAY + (days * DAY) / 6 - 60_000,
      );
      await empty(sql);
      await sql.unsafe(seedAt(moment));

      const [day] = await sql`
      select
        (select count(*)::int from companies) as companies,
        (select count(*)::int from bookings where start_time::date = ${moment}::date) as today,
        (select count(*)::int from bookings
         where status = 'ACCEPTED' and date_trunc('week', start_time) = date_trunc('week', ${moment}::timestamptz))
          as this_week,
        (select count(*)::int from bookings where status = 'ACCEPTED' and start_time > ${moment}) as to_come,
        (select count(*)::int from calcom_events where received_at > now()) as early,
        (select array_agg(distinct outcome order by outcome) from calcom_events) as outcomes`;
      assert(day!.companies >= 40, `${moment.toISOString()}: ${day!.companies} companies`);
      assert(day!.today >= 4, `${moment.toISOString()}: ${day!.today} today`);
      assert(day!.this_week >= 8, `${moment.toISOString()}: ${day!.this_week} this week`);
      assert(day!.to_come >= 8, `${moment.toISOString()}: ${day!.to_come} to come`);
      assertEquals(day!.early, 0);
      assertEquals(day!.outcomes, ["applied", "ignored", "waiting"]);

      const [row] = await sql`select rebuild_everything() as changes`;
      for (const [table, changes] of Object.entries(row!.changes)) {
        assertEquals(changes, { changed: 0, created: 0, removed: 0 }, table);
      }
    }
  },
  server,
);

databaseTest("the demo writes to nobody, and nothing in it asks for somebody", async ({ sql }) => {
  await sql.unsafe(seed);

  const mails = await sql`
    select status, count(*)::int as count,
      count(*) filter (where delivery = 'bounced')::int as bounced,
      count(*) filter (where created_at > sent_at or sent_at > now())::int as wrong
    from emails group by status`;
  assertEquals(mails.map(({ status, bounced, wrong }) => [status, bounced, wrong]), [[
    "sent",
    1,
    0,
  ]]);
  assert(mails[0]!.count >= 8, `${mails[0]!.count} mails`);
  assertEquals(await claim(sql), null);

  // What is not fit for a name that may be anybody's.
  const foreign = await sql`
    select email from people
    where email !~ '\\.example$' and email !~ '\\.demo(\\+\\w+)?@(gmail|outlook|icloud)\\.com$'`;
  assertEquals([...foreign], []);

  const [health] = await sql`
    select jsonb_agg(c.finding) as wrong
    from jsonb_array_elements(health()) as c (finding) where not (c.finding -> 'ok')::boolean`;
  assertEquals(health!.wrong, null);
}, server);

/** The demo as it would have been loaded at a moment. */
function seedAt(moment: Date): string {
  return seed.replaceAll("now()", `timestamptz '${moment.toISOString()}'`);
}

async function claim(sql: Sql): Promise<unknown> {
  const [row] = await sql`select (claim_email()).id`;
  return row?.id ?? null;
}
