import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Sql } from "npm:postgres@3.4.9";
import { type Body, booking, type Meeting, meetingEnded, newMeeting } from "./support/bodies.ts";
import { databaseTest, leaveUnanalysed } from "./support/database.ts";
import { handle } from "./support/snapshot.ts";

const COMPANIES = 1000;
/** Twice the events that a company has here, and a multiple of what a plan by index reads. */
const MOST_ROWS = 60;

databaseTest(
  "no plan depends on statistics: an event reads few rows of a database that was never analysed",
  async ({ sql, connections }) => {
    await leaveUnanalysed(sql);
    // The first session makes its plans while the tables are empty, the second while they are full.
    const numbers = Array.from({ length: COMPANIES }, (_, i) => i);
    for (
      const [session, some] of [
        [sql, numbers.slice(0, COMPANIES * 0.75)],
        [connections(1), numbers.slice(COMPANIES * 0.75)],
      ] as const
    ) {
      const bodies = some.flatMap(twoEvents);
      const before = await countRowsRead(session);
      for (const number of some) {
        const answers = await handle(session, [waitingEvent(number), ...twoEvents(number)]);
        assertEquals(answers.map((answer) => answer.outcome), ["waiting", "applied", "applied"]);
      }
      const rows = (await countRowsRead(session) - before) / bodies.length;
      assert(rows < MOST_ROWS, `${rows.toFixed(1)} rows for each of ${bodies.length} events`);
    }
  },
);

/** The rows that all tables have given so far, by sequential scans and by indexes. */
async function countRowsRead(sql: Sql): Promise<number> {
  await sql`select pg_stat_force_next_flush()`;
  const [row] = await sql`
    select sum(t.seq_tup_read + coalesce(t.idx_tup_fetch, 0)) as count
    from pg_stat_user_tables as t`;
  return Number(row!.count);
}

/** An event about a meeting that was booked before the webhook was there. */
function waitingEvent(number: number): Body {
  return {
    triggerEvent: "BOOKING_REASSIGNED",
    createdAt: new Date(Date.UTC(2037, 8, 1) + number * 60_000).toISOString(),
    payload: { uid: `unknown-${number}`, organizer: { email: "kim@modernfull.com" } },
  };
}

/** A booking of a new company and what becomes of it, in the sender's order. */
function twoEvents(number: number): Body[] {
  const start = Date.UTC(2037, 9, 1) + number * 60_000;
  const meeting: Meeting = {
    ...newMeeting(),
    uid: `meeting-${number}`,
    icalUid: `meeting-${number}@Cal.com`,
    email: `ann@company-${number}.example`,
    name: "Ann",
    company: number % 2 === 0 ? `Company ${number}` : null,
    eventType: 1,
    organizer: "kim@modernfull.com",
    start,
  };
  const event = (triggerEvent: string, seconds: number, payload: Body) => ({
    triggerEvent,
    createdAt: new Date(start + seconds * 1000 - 86_400_000).toISOString(),
    payload,
  });
  const created = event("BOOKING_CREATED", 0, booking(meeting));
  const moved = { ...meeting, uid: `${meeting.uid}-moved`, start: start + 3_600_000 };
  return [
    created,
    [
      event("BOOKING_RESCHEDULED", 1, { ...booking(moved), rescheduleUid: meeting.uid }),
      event("BOOKING_CANCELLED", 1, { ...booking(meeting), status: "CANCELLED" }),
      meetingEnded(meeting, 0),
    ][number % 3]!,
  ];
}
