import { assert, assertEquals, assertNotEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import fc from "npm:fast-check@4.10.2";
import type { JSONValue, Sql } from "npm:postgres@3.4.9";
import type { Body } from "./support/bodies.ts";
import { type ApiBooking, type CalcomHistory, calcomHistory } from "./support/calcom-world.ts";
import { allDone, databaseTest, inRollback } from "./support/database.ts";
import { checkProperty } from "./support/property.ts";
import { empty, everyRow, handle, mails, wrongs } from "./support/snapshot.ts";

/** What a reconciliation answers; more keys than these. */
interface Reconciled {
  created: Record<string, number>;
  known: number;
  waiting: number;
  outcomes: Record<string, number>;
}

async function reconcile(sql: Sql, rows: ApiBooking[], isBackfill = false): Promise<Reconciled> {
  const [row] = await sql<{ answer: Reconciled }[]>`
    select public.reconcile_calcom_bookings(${
    sql.json(rows as JSONValue)
  }, ${isBackfill}) as answer`;
  return row!.answer;
}

/**
 * As the Edge Function has it, with pages of one row: what was held is compared when all is known. What
 * a later page has made known of a row that lacked nothing, the next pass compares.
 */
async function reconcileInPages(sql: Sql, rows: ApiBooking[]): Promise<void> {
  const read = async (row: ApiBooking, holds: boolean) => {
    const [page] = await sql<{ held: { row: ApiBooking }[] }[]>`
      select public.reconcile_calcom_bookings(
        ${sql.json([row] as JSONValue)}, holds_ends => ${holds}
      ) -> 'held' as held`;
    return page!.held.map((one) => one.row);
  };
  for (const _pass of [1, 2]) {
    const held: ApiBooking[] = [];
    for (const row of rows) held.push(...await read(row, true));
    for (const row of held) await read(row, false);
  }
}

/** As if what has come so far had come some time ago. */
async function letRest(sql: Sql): Promise<void> {
  await sql`
    update public.calcom_events set received_at = received_at - interval '10 minutes'
    where source = 'webhook' and received_at > now() - interval '5 minutes'`;
}

/** What the tables say, as far as the API can tell: no ids, no seats, nothing that only a mail needs. */
interface Tables {
  companies: Record<string, string>;
  people: Record<string, string>;
  bookings: Record<string, string>;
  deals: Record<string, string>;
}

async function tables(sql: Sql): Promise<Tables> {
  const [row] = await sql<Tables[]>`
    select
      (select coalesce(jsonb_object_agg(c.domain, c.name), '{}') from public.companies as c) as companies,
      (
        select coalesce(jsonb_object_agg(p.email, concat_ws(' ', p.name, 'of', c.domain)), '{}')
        from public.people as p
        left join public.companies as c on c.id = p.company_id
      ) as people,
      (
        select coalesce(jsonb_object_agg(b.attendee_email || ' ' || b.calcom_uid, concat_ws(
          ' ', b.status, b.start_time, b.organizer_email, b.title,
          case when b.attended then 'attended' end, case when b.is_pending_confirmation then 'asked for' end,
          case when not b.is_seated then 'once ' || array_to_string(b.previous_uids, ' ') end
        )), '{}')
        from public.bookings as b
      ) as bookings,
      (
        select coalesce(jsonb_object_agg(d.domain, d.deals), '{}')
        from (
          select c.domain, string_agg(concat_ws(' ', d.status, d.stage), ', ' order by d.made_at) as deals
          from public.deals as d
          join public.companies as c on c.id = d.company_id
          group by 1
        ) as d
      ) as deals`;
  return row!;
}

function isListed(row: ApiBooking, email: unknown): boolean {
  return (row.attendees as Body[]).some((one) => one.email === email);
}

function hasSeat(row: ApiBooking, { attendeeSeatId }: Body): boolean {
  return (row.attendees as Body[]).some(({ seatUid }) => seatUid === attendeeSeatId);
}

/**
 * For whom the log may guess: a request without a link is taken for another time of the one meeting
 * that fits. The API knows that it is none; and with a made-up beginning, which is dated before its
 * confirmation, another meeting may fit.
 */
function guessedFor({ bodies, rows }: CalcomHistory): string[] {
  return bodies.filter((body) => body.triggerEvent === "BOOKING_REQUESTED")
    .map((body) => body.payload as Body)
    .filter(({ uid, rescheduleUid }) =>
      rescheduleUid === undefined &&
      rows.some((row) => row.uid === uid && row.rescheduledFromUid === undefined)
    )
    .map(({ attendees }) => String((attendees as Body[])[0]!.email))
    .filter((email) => rows.filter((row) => isListed(row, email)).length > 1);
}

/** The API shows what was confirmed as booked from the beginning, and what comes later is a repeat of that. */
function isConfirmation({ triggerEvent, payload }: Body): boolean {
  return triggerEvent === "BOOKING_CREATED" && (payload as Body).requiresConfirmation === true;
}

/** What the API cannot tell: what an event said that was lost, and nobody wrote down. */
function whatIsTold({ bodies, rows, isUndated }: CalcomHistory, full: Tables, lost: Body[]): {
  bookings: string[];
  isDealExact: boolean;
} {
  const rowOf = new Map(rows.map((row) => [row.uid, row]));
  const payloads = lost.map((body) => ({ body, payload: (body.payload ?? body) as Body }));
  const isMoved = ({ uid, attendeeSeatId, attendees }: Body) =>
    bodies.some(({ triggerEvent, payload }) => {
      if (triggerEvent !== "BOOKING_RESCHEDULED") return false;
      const moved = payload as Body;
      if (moved.attendeeSeatId !== undefined) return moved.attendeeSeatId === attendeeSeatId;
      const [holder] = (attendees as Body[]).map(({ email }) => email);
      return moved.uid === uid && (moved.attendees as Body[]).some(({ email }) => email === holder);
    });
  const isLostConfirmation = (row: ApiBooking) =>
    payloads.some((one) => isConfirmation(one.body) && one.payload.uid === row.uid);
  const earlier = ({ rescheduledFromUid }: ApiBooking): ApiBooking[] => {
    const row = rowOf.get(`${rescheduledFromUid}`);
    return row ? [row, ...earlier(row)] : [];
  };
  const told = (key: string) => {
    const [email, uid] = key.split(" ");
    const row = rowOf.get(uid!)!;
    // Who sat where nobody sits any more; whether a request was confirmed before it was cancelled, or before another
    // time was asked for.
    return isListed(row, email) &&
      !(row.status === "cancelled" && isLostConfirmation(row)) &&
      !(row.status === "pending" && earlier(row).some(isLostConfirmation));
  };
  const isVague = (one: typeof payloads[number]) =>
    isUndated(one.body) || isConfirmation(one.body) ||
    // Who had a seat that is nowhere any more.
    (one.payload.attendeeSeatId !== undefined && !rows.some((row) => hasSeat(row, one.payload))) ||
    // A seat that is known by its move: what its form said of the company.
    (one.payload.attendeeSeatId !== undefined && isMoved(one.payload)) ||
    // A cancelled meeting that was moved all the same; a time in between; who was missing, when.
    (one.body.triggerEvent === "BOOKING_CANCELLED" &&
      (rows.some(({ rescheduledFromUid }) => rescheduledFromUid === one.payload.uid) ||
        one.payload.seatsPerTimeSlot !== null)) ||
    (one.body.triggerEvent === "BOOKING_RESCHEDULED" && one.payload.seatsPerTimeSlot !== null) ||
    one.body.triggerEvent === "BOOKING_NO_SHOW_UPDATED";
  return {
    bookings: Object.keys(full.bookings).filter(told),
    isDealExact: !payloads.some(isVague),
  };
}

function only(all: Record<string, string>, keys: string[]): Record<string, string | undefined> {
  return Object.fromEntries(keys.map((key) => [key, all[key]]));
}

/** Bodies in a line each, for a message. */
function tell(bodies: Body[]): string[] {
  return bodies.map((body) => {
    const { uid, bookingUid, rescheduleUid, startTime, attendees, attendeeSeatId } =
      (body.payload ?? body) as Body;
    const people = (attendees as Body[]).map(({ email, noShow }) => [email, noShow].join(" "));
    const at = body.payload === undefined ? "end" : body.createdAt;
    return [
      at,
      body.triggerEvent,
      uid ?? bookingUid,
      rescheduleUid,
      startTime,
      attendeeSeatId,
      people,
    ]
      .join(" ");
  });
}

function show(rows: ApiBooking[]): string[] {
  return rows.map((row) => {
    const people = (row.attendees as Body[]).map(({ email, absent, seatUid, createdAt }) =>
      [email, absent, seatUid, createdAt].join(" ")
    );
    const { uid, status, rescheduledFromUid, rescheduledToUid, createdAt, updatedAt, start } = row;
    return [uid, status, rescheduledFromUid, rescheduledToUid, createdAt, updatedAt, start, people]
      .join(" ");
  });
}

/** More than one mail for a state of a booking, cancellations aside. */
function doubles(all: string[]): string[] {
  const states = all.filter((one) => !one.includes(" cancellation "))
    .map((one) => one.replace(/ (confirmation|reschedule) /, " "));
  return states.filter((one, at) => states.indexOf(one) !== at);
}

const lossy = calcomHistory.chain((history) =>
  fc.record({
    history: fc.constant(history),
    isLost: fc.array(fc.boolean(), {
      minLength: history.bodies.length,
      maxLength: history.bodies.length,
    }),
    order: fc.shuffledSubarray(history.bodies, { minLength: history.bodies.length }),
    rows: fc.shuffledSubarray(history.rows, { minLength: history.rows.length }),
  })
);

databaseTest("what was lost is healed, whenever reconciliation runs", async ({ sql }) => {
  let [lostCount, made, exact, cases] = [0, 0, 0, 0];
  await checkProperty(
    fc.asyncProperty(lossy, async ({ history, isLost, order, rows }) => {
      const { bodies } = history;
      const lost = bodies.filter((_, at) => isLost[at]);
      const kept = bodies.filter((_, at) => !isLost[at]);
      const full = await inRollback(sql, async () => {
        await handle(sql, bodies);
        return { tables: await tables(sql), mails: await mails(sql) };
      });
      const guessed = guessedFor(history);
      const isSure = (key: string) => !guessed.includes(key.split(" ")[0]!);
      const told = whatIsTold(history, full.tables, lost);
      told.bookings = told.bookings.filter(isSure);
      told.isDealExact &&= guessed.length === 0;
      lostCount += lost.length;
      cases++;
      if (told.isDealExact) exact++;

      const check = async (when: string, steps: () => Promise<void>) => {
        const message = [when, "kept", ...tell(kept), "lost", ...tell(lost), "API", ...show(rows)]
          .join("\n");
        await inRollback(sql, async () => {
          await steps();
          await letRest(sql);
          const again = await reconcile(sql, rows);
          assertEquals(again.created, {}, `once more makes nothing, ${message}`);
          const actual = await tables(sql);
          assertEquals(
            only(actual.bookings, told.bookings),
            only(full.tables.bookings, told.bookings),
            message,
          );
          if (told.isDealExact) {
            assertEquals(actual.deals, full.tables.deals, message);
            assertEquals(actual.companies, full.tables.companies, message);
            assertEquals(actual.people, full.tables.people, message);
          }
          assertEquals(await wrongs(sql), [], message);
          const written = await mails(sql);
          assertEquals(doubles(written), doubles(full.mails), `a second mail, ${message}`);

          const before = await everyRow(sql);
          await sql`select public.rebuild_everything()`;
          assertEquals(await everyRow(sql), before, `a rebuild, ${message}`);
        });
      };
      const heal = async () => {
        await letRest(sql);
        const { created, waiting } = await reconcile(sql, rows);
        assertEquals(waiting, 0);
        made += Object.values(created).reduce((sum, one) => sum + one, 0);
      };
      const half = order.length >> 1;
      // Older servers do not say what took the place of a row that was moved.
      const olderRows = rows.map((row) => ({ ...row, rescheduledToUid: undefined }));
      const keptInOrder = order.filter((one) => kept.includes(one));
      await check("without the originals", async () => {
        await handle(sql, kept);
        await heal();
      });
      await check("without the originals, in pages", async () => {
        await handle(sql, kept);
        await letRest(sql);
        await reconcileInPages(sql, olderRows);
      });
      told.bookings = Object.keys(full.tables.bookings).filter(isSure);
      const isDated = (body: Body) => !history.isUndated(body) && !isConfirmation(body);
      told.isDealExact = guessed.length === 0 && lost.every(isDated);
      await check("before the originals", async () => {
        await handle(sql, keptInOrder);
        await heal();
        await handle(sql, order.filter((one) => lost.includes(one)));
      });
      await check("before the originals, in pages", async () => {
        await handle(sql, keptInOrder);
        await letRest(sql);
        await reconcileInPages(sql, olderRows);
        await handle(sql, order.filter((one) => lost.includes(one)));
      });
      told.isDealExact = guessed.length === 0 && order.slice(half).every(isDated);
      await check("between the originals", async () => {
        await handle(sql, order.slice(0, half));
        await heal();
        await heal();
        await handle(sql, order.slice(half));
      });
      told.isDealExact = guessed.length === 0;
      await check("after the originals", async () => {
        await handle(sql, order);
        await heal();
      });
    }),
    40,
    () => `${lostCount} events lost, ${made} made up, ${exact} of ${cases} exact to the deal`,
  );
});

databaseTest("so is it when everything happens at once", async (database) => {
  const { sql } = database;
  const many = database.connections(8);
  let made = 0;
  await checkProperty(
    fc.asyncProperty(lossy, async ({ history, isLost, order, rows }) => {
      const full = await inRollback(sql, async () => {
        await handle(sql, history.bodies);
        return { tables: await tables(sql), mails: await mails(sql) };
      });
      const guessed = guessedFor(history);
      const isDealExact = guessed.length === 0 &&
        !history.bodies.some((body) => history.isUndated(body) || isConfirmation(body));
      await handle(sql, history.bodies.filter((_, at) => !isLost[at]));
      await letRest(sql);
      await allDone([
        ...[1, 2, 3].map(async () => {
          const { created } = await reconcile(many, rows);
          made += Object.values(created).reduce((sum, one) => sum + one, 0);
        }),
        ...order.map(async (body) => {
          const [answer] = await handle(many, [body]);
          assertNotEquals(answer?.outcome, "failed", answer?.reason);
        }),
      ]);
      // What gave way to another event is picked up.
      await sql`call public.handle_pending_events('0 s')`;
      await letRest(sql);
      const message = tell(history.bodies).join("\n");
      assertEquals((await reconcile(sql, rows)).created, {}, message);
      assertEquals(await wrongs(sql), [], message);
      const actual = await tables(sql);
      const sure = Object.keys(full.tables.bookings)
        .filter((key) => !guessed.includes(key.split(" ")[0]!));
      assertEquals(only(actual.bookings, sure), only(full.tables.bookings, sure), message);
      if (isDealExact) assertEquals(actual, full.tables, message);
      const written = await mails(sql);
      assertEquals(doubles(written), doubles(full.mails), message);
    }).afterEach(() => empty(sql)),
    25,
    () => `${made} events made up`,
  );
});

databaseTest(
  "a page of which nothing is missing is cheap, however long the log is",
  async ({ sql }) => {
    const count = 1000;
    await sql`
    insert into public.calcom_events (payload, source)
    select
      jsonb_build_object(
        'triggerEvent', 'BOOKING_CREATED', 'createdAt', '2026-11-01T00:00:00Z'::timestamptz + n * interval '1 minute',
        'payload', jsonb_build_object(
          'uid', 'uid-' || n, 'startTime', '2037-01-01T10:00:00Z', 'endTime', '2037-01-01T10:30:00Z', 'title', 'A call',
          'organizer', jsonb_build_object('id', 1, 'email', 'host@modernfull.com'),
          'attendees', jsonb_build_array(jsonb_build_object('email', 'ann@company-' || n || '.example'))
        )
      ),
      'backfill'
    from generate_series(1, ${count * 2}) as n`;
    await sql`call public.handle_pending_events('0 s')`;
    const rows = Array.from({ length: count }, (_, at) => ({
      uid: `uid-${at + 1}`,
      status: "accepted",
      hosts: [{ id: 1, email: "host@modernfull.com" }],
      start: "2037-01-01T10:00:00Z",
      end: "2037-01-01T10:30:00Z",
      createdAt: "2026-11-01T00:00:00Z",
      updatedAt: "2026-11-01T00:00:00Z",
      attendees: [{ email: `ann@company-${at + 1}.example` }],
    }));
    await inRollback(sql, async () => {
      const answer = await reconcile(sql, rows);
      assertEquals([answer.known, answer.created], [count, {}]);
      const read = await sql<{ table: string; scanned: number; fetched: number }[]>`
      select s.relname as table, s.seq_tup_read::integer as scanned, s.idx_tup_fetch::integer as fetched
      from pg_stat_xact_user_tables as s
      where s.relname in ('calcom_events', 'bookings', 'deleted_bookings', 'hand_edits', 'people')`;
      for (const { table, scanned, fetched } of read) {
        assertEquals(scanned, 0, `${table} is read whole`);
        assert(fetched <= 2 * count, `${fetched} rows of ${table} are read for ${count} bookings`);
      }
    });
  },
);
