import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Sql } from "npm:postgres@3.4.9";
import { type Body, booking, type Meeting, newMeeting } from "./support/bodies.ts";
import {
  databaseTest,
  inRollback,
  leaveUnanalysed,
  SHARED,
  sharedServer,
} from "./support/database.ts";
import { connect, FAST, startTestServer } from "./support/postgres.ts";
import { handle, snapshot } from "./support/snapshot.ts";

// What an event costs is counted in rows, read and written, never in time.

const START = Date.parse("2037-03-02T09:00:00Z");
const MINUTE = 60_000;

databaseTest("a late event costs as much as what comes after it", async ({ sql }) => {
  const cost = (events: number, place: number) =>
    inRollback(sql, async (t) => {
      await handle(t, Array.from({ length: events }, (_, i) => book(i)));
      return await count(t, [book(place, 0.5)]);
    });

  const small = await cost(40, 35);
  const large = await cost(160, 155);
  assertEquals(large.written, small.written, "rows written");
  assert(large.read <= 1.1 * small.read, `rows read: ${large.read}, before ${small.read}`);

  // One that is older than everything: one pass.
  const oldest = await cost(160, -1);
  const pass = oldest.written / 160;
  assert(pass < 8, `${pass} rows written for each event that comes after it`);
});

const explaining = sharedServer(() =>
  startTestServer({
    settings: [
      ...FAST.settings!,
      "session_preload_libraries=auto_explain",
      "auto_explain.log_analyze=on",
      "auto_explain.log_timing=off",
      "auto_explain.log_nested_statements=on",
      "auto_explain.log_format=json",
      "auto_explain.log_level=notice",
    ],
  })
);

Deno.test({
  name: "a pass compares no row with all others",
  ...SHARED,
  fn: async () => {
    const { asSuperuser, createDatabase } = await explaining();
    // Deals one after the other: each meeting is moved, and every third cancelled.
    const cost = async (meetings: number) => {
      let rows = 0;
      const sql = connect(asSuperuser(await createDatabase()), 1, (notice) => {
        rows += countPlanRows(JSON.parse(notice.slice(notice.indexOf("{"))).Plan);
      });
      try {
        await handle(sql, range(0, meetings).flatMap(moveAndCancel));
        await sql`set auto_explain.log_min_duration = 0`;
        await handle(sql, [book(-1)]);
      } finally {
        await sql.end();
      }
      return rows / meetings;
    };
    const [few, many] = [await cost(30), await cost(120)];
    assert(few > 0, "no plan was told");
    assert(many < 1.05 * few, `${many} rows for each meeting, before ${few}`);
  },
});

databaseTest("a seat costs the same, however many seats there are", async ({ sql }) => {
  const cost = (seats: number) =>
    inRollback(sql, async (t) => {
      const others = Array.from({ length: seats }, (_, i) => seat(i));
      const cancelled = Array.from({ length: seats / 10 }, (_, i) => cancelSeat(i, seats));
      await handle(t, [...others, ...cancelled]);
      return {
        next: await count(t, [seat(2 * seats)]),
        cancelled: await count(t, [cancelSeat(2 * seats, 2 * seats + 1)]),
      };
    });

  const [few, many] = [await cost(20), await cost(120)];
  for (const what of ["next", "cancelled"] as const) {
    assertEquals(many[what].written, few[what].written, `rows written, ${what}`);
    // What else is cancelled is looked at, no more.
    assert(
      many[what].read <= few[what].read + 30,
      `rows read, ${what}: ${many[what].read}, before ${few[what].read}`,
    );
  }
});

databaseTest(
  "a seat costs what comes after it, whatever was told of others before",
  async ({ sql }) => {
    // All in one company: the training of a big customer. Another host has it now, and a seat that was never booked
    // here is cancelled.
    const told: Body[] = [
      { ...colleagueSeat(1, 1.5), triggerEvent: "BOOKING_REASSIGNED" },
      { ...colleagueSeat(-1, 1.6), triggerEvent: "BOOKING_CANCELLED" },
      { ...colleagueSeat(0, 1.7), triggerEvent: "BOOKING_CANCELLED" },
    ];
    (told[0]!.payload as Body).organizer = { email: "ben@outboundsolutions.com", name: "Ben" };
    const cost = (seats: number) =>
      inRollback(sql, async (t) => {
        await handle(t, [colleagueSeat(0), colleagueSeat(1), ...told]);
        await handle(t, range(2, seats).map((place) => colleagueSeat(place)));
        return {
          next: await count(t, [colleagueSeat(seats)]),
          late: await count(t, [colleagueSeat(seats + 1, seats - 5.5)]),
        };
      });

    const [few, many] = [await cost(20), await cost(80)];
    assertEquals(many.next, few.next, "the next one");
    assertEquals(many.late.written, few.late.written, "rows written for a late one");
  },
);

databaseTest("a move costs the same, however often the booking has moved", async ({ sql }) => {
  const cost = (moves: number) =>
    inRollback(sql, async (t) => {
      await handle(t, [book(0), ...range(1, moves).map(moveAgain)]);
      return await count(t, [moveAgain(moves)]);
    });

  const [few, many] = [await cost(10), await cost(60)];
  assertEquals(many.written, few.written, "rows written");
  // The chain of its uids is read twice, before it is locked and after, and each link from both ends.
  assert(many.read <= few.read + 6 * 50, `rows read: ${many.read}, before ${few.read}`);
});

databaseTest("a move costs the same, however many meetings the person has", async ({ sql }) => {
  // The more somebody has, the better Postgres knows it.
  const cost = (meetings: number) =>
    inRollback(sql, async (t) => {
      const others = range(0, 200).map((place) => book(place, 0, `c${place}.example`));
      await handle(t, [...others, ...range(0, meetings).flatMap(bookAndMove)]);
      await t`analyze`;
      return await count(t, bookAndMove(meetings));
    });

  const [few, many] = [await cost(10), await cost(100)];
  assertEquals(many.written, few.written, "rows written");
  assert(many.read <= few.read + 10, `rows read: ${many.read}, before ${few.read}`);
});

databaseTest("no company pays for how many others there are", async ({ sql }) => {
  await leaveUnanalysed(sql);
  const acme = [0, 1, 2, 3].map((place) => book(place));
  const move = {
    ...booking(meeting("moved", "ann1-0@acme.example")),
    rescheduleUid: "acme.example-1-0",
  };
  const asked: Record<string, (t: Sql) => Promise<unknown>> = {
    "a late event": (t) => handle(t, [book(1, 0.5)]),
    "one older than everything": (t) => handle(t, [book(-1)]),
    "a late move": (t) =>
      handle(t, [{ ...book(1, 0.5), triggerEvent: "BOOKING_RESCHEDULED", payload: move }]),
    "the pick-up": async (t) => {
      await store(t, book(1, 0.5));
      await t`select public.handle_pending_event()`;
    },
    "a rebuild": (t) => t`select public.rebuild_company('acme.example')`,
    "another domain": (t) =>
      t`update public.companies set domain = 'acme.test' where domain = 'acme.example'`,
    "another address": (t) =>
      t`update public.people set email = 'ann@acme.test' where email = 'ann1-0@acme.example'`,
    "another company": (t) =>
      t`
        update public.people
        set company_id = (select c.id from public.companies as c where c.domain = 'c1.example')
        where email = 'ann1-0@acme.example'`,
    "a deleted deal": (t) =>
      t`
        delete from public.deals
        where company_id = (
          select c.id from public.companies as c where c.domain = 'acme.example'
        )`,
    "a deleted booking": (t) =>
      t`delete from public.bookings where calcom_uid = 'acme.example-1-0'`,
    "a mail": (t) => t`select public.claim_email()`,
  };

  await handle(sql, acme);
  const costs: Rows[][] = [];
  for (const companies of [range(0, 20), range(20, 150)]) {
    await handle(
      sql,
      companies.flatMap((n) => [1, 2].map((place) => book(place, 0, `c${n}.example`))),
    );
    const rows: Rows[] = [];
    for (const act of Object.values(asked)) {
      rows.push(
        await inRollback(sql, async (t) => {
          const before = await countAll(t);
          await act(t);
          return difference(before, await countAll(t));
        }),
      );
    }
    costs.push(rows);
  }
  for (const [i, what] of Object.keys(asked).entries()) {
    const [few, many] = costs.map((rows) => rows[i]!);
    assert(few!.read > 0, `${what} reads nothing`);
    assert(
      many!.read <= few!.read + 10,
      `rows read by ${what}: ${many!.read}, before ${few!.read}`,
    );
  }
});

databaseTest(
  "what is brought in at once is decided once, in the sender's order",
  async ({ sql }) => {
    const known = Array.from({ length: 40 }, (_, i) => book(i + 200, 0, "acme0.example"));
    // Some of them are seats of one webinar.
    const bodies = Array.from({ length: 200 }, (_, i) => {
      const body = book(i, 0, `acme${i % 4}.example`);
      const seat = { uid: "webinar", seatsPerTimeSlot: 100, attendeeSeatId: `seat-${i}` };
      return i % 5 === 0 ? { ...body, payload: { ...body.payload as Body, ...seat } } : body;
    });
    const mixed = bodies.toSorted((a, b) => shuffleKey(a) - shuffleKey(b));

    const inOrder = await inRollback(sql, async (t) => {
      const before = await countAll(t);
      for (const body of [...bodies, ...known]) {
        await store(t, body);
        await handle(t, [body]);
      }
      return { cost: difference(before, await countAll(t)), rows: await snapshot(t) };
    });
    await inRollback(sql, async (t) => {
      await handle(t, known);
      const before = await countAll(t);
      for (const body of mixed) await store(t, body);
      let calls = 0;
      while (true) {
        const [row] = await t`select public.handle_pending_event() as answer`;
        if (row!.answer === null) break;
        calls++;
      }
      const { written } = difference(before, await countAll(t));
      const late = bodies.length / 4;
      assert(calls <= bodies.length - late + 1, `${calls} calls: late ones go together`);
      assertEquals(await snapshot(t), inOrder.rows);
      assert(
        written <= 1.5 * inOrder.cost.written,
        `${written} rows written, in order ${inOrder.cost.written}`,
      );
      const outcomes =
        await t`select outcome, count(*)::integer from public.calcom_events group by 1`;
      assertEquals([...outcomes], [{ outcome: "applied", count: bodies.length + known.length }]);
    });
  },
);

databaseTest("the pick-up blocks no event of another company", async ({ sql, connections }) => {
  await store(sql, book(1));
  const other = connections(1);
  await sql.begin(async (t) => {
    const [picked] = await t`select public.handle_pending_event() ->> 'outcome' as outcome`;
    assertEquals(picked!.outcome, "applied");

    await other`set lock_timeout = '2s'`;
    const [row] = await other`
      select public.handle_calcom_event(${
      other.json(book(2, 0, "globex.example") as never)
    }) ->> 'outcome' as outcome`;
    assertEquals(row!.outcome, "applied");
    const [next] = await other`select public.handle_pending_event() as answer`;
    assertEquals(next!.answer, null, "the one that is taken is left alone");
  });
});

databaseTest("the pick-up waits for no other pick-up", async ({ sql, connections }) => {
  await store(sql, book(1));
  await sql`select crm.fill_backlog('0 s')`;
  const other = connections(1);
  await other.begin(async (t) => {
    await t`select from crm.backlog for update`; // as one that is about to delete what it has read
    await sql`set lock_timeout = '2s'`;
    const [row] = await sql`select public.handle_pending_event() ->> 'outcome' as outcome`;
    assertEquals(row!.outcome, "applied");
  });
  const [next] = await sql`select public.handle_pending_event() as answer`;
  assertEquals(next!.answer, null);
  assertEquals((await sql`select from crm.backlog`).length, 0, "what it left is found");
});

/** Keeps a body as the Edge Function does, a minute ago. */
async function store(t: Sql, body: Body): Promise<void> {
  await t`
    insert into public.calcom_events (payload, received_at)
    values (${t.json(body as never)}, now() - interval '1 minute')`;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function book(place: number, late = 0, domain = "acme.example"): Body {
  const createdAt = new Date(START + (place + late) * MINUTE).toISOString();
  return {
    triggerEvent: "BOOKING_CREATED",
    createdAt,
    payload: booking(meeting(`${domain}-${place}-${late}`, `ann${place}-${late}@${domain}`)),
  };
}

function moveAndCancel(place: number): Body[] {
  const created = book(place);
  const payload = { ...created.payload as Body, uid: `moved-${place}` };
  const follow = (triggerEvent: string, late: number, more: Body): Body => ({
    triggerEvent,
    createdAt: new Date(START + (place + late) * MINUTE).toISOString(),
    payload: { ...payload, ...more },
  });
  const moved = follow("BOOKING_RESCHEDULED", 0.3, {
    rescheduleUid: (created.payload as Body).uid,
  });
  return place % 3 === 0
    ? [created, moved, follow("BOOKING_CANCELLED", 0.6, { cancellationReason: "ill" })]
    : [created, moved];
}

/** A meeting of Ann's, which is one of many, and its move. */
function bookAndMove(number: number): Body[] {
  const created = book(number);
  const payload = booking(meeting(`ann-${number}`, "ann@acme.example"));
  const uid = `ann-moved-${number}`;
  return [{ ...created, payload }, {
    triggerEvent: "BOOKING_RESCHEDULED",
    createdAt: new Date(START + (number + 0.5) * MINUTE).toISOString(),
    payload: { ...payload, uid, rescheduleUid: payload.uid },
  }];
}

function moveAgain(number: number): Body {
  const { payload } = book(0);
  const before = number === 1 ? (payload as Body).uid : `moved-${number - 1}`;
  return {
    triggerEvent: "BOOKING_RESCHEDULED",
    createdAt: new Date(START + number * MINUTE).toISOString(),
    payload: { ...payload as Body, uid: `moved-${number}`, rescheduleUid: before },
  };
}

function seat(number: number): Body {
  return {
    triggerEvent: "BOOKING_CREATED",
    createdAt: new Date(START + number * MINUTE).toISOString(),
    payload: booking({
      ...meeting("webinar", `ann@c${number}.example`),
      isSeated: true,
      seat: `seat-${number}`,
    }),
  };
}

function colleagueSeat(number: number, place = number): Body {
  return {
    triggerEvent: "BOOKING_CREATED",
    createdAt: new Date(START + place * MINUTE).toISOString(),
    payload: booking({
      ...meeting("training", `ann${number}@acme.example`),
      isSeated: true,
      seat: `seat-${number}`,
    }),
  };
}

function cancelSeat(number: number, place: number): Body {
  const created = seat(number);
  return {
    ...created,
    triggerEvent: "BOOKING_CANCELLED",
    createdAt: new Date(START + (place + number) * MINUTE).toISOString(),
  };
}

function meeting(uid: string, email: string): Meeting {
  return {
    ...newMeeting(),
    uid,
    icalUid: `${uid}@Cal.com`,
    email,
    name: "Ann",
    company: null,
    eventType: 1,
    organizer: "kim@modernfull.com",
    start: START + 100_000 * MINUTE,
  };
}

/** Any order that is not the sender's, the same in every run. */
function shuffleKey(body: Body): number {
  return (Date.parse(body.createdAt as string) / MINUTE * 7919) % 104_729;
}

/** What `explain` says of a node of a plan. */
interface PlanNode {
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Join Filter"?: number;
  Plans?: PlanNode[];
}

/** The rows that a plan and all below it looked at, those that it threw away included. */
function countPlanRows(node: PlanNode): number {
  const rows = node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0) +
    (node["Rows Removed by Join Filter"] ?? 0);
  const below = (node.Plans ?? []).map(countPlanRows);
  return below.reduce((sum, one) => sum + one, rows * node["Actual Loops"]);
}

interface Rows {
  read: number;
  written: number;
}

async function count(t: Sql, bodies: Body[]): Promise<Rows> {
  const before = await countAll(t);
  await handle(t, bodies);
  return difference(before, await countAll(t));
}

/** All rows that this transaction has read and written so far. */
async function countAll(t: Sql): Promise<Rows> {
  const [row] = await t<Rows[]>`
    select
      sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as read,
      sum(n_tup_ins + n_tup_upd + n_tup_del)::integer as written
    from pg_stat_xact_user_tables
    where schemaname in ('public', 'crm')`;
  return row!;
}

function difference(before: Rows, after: Rows): Rows {
  return { read: after.read - before.read, written: after.written - before.written };
}
