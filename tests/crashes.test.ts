import { assert, assertEquals, assertNotEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { delay } from "npm:deno-std@1.4.0/async/delay.js";
import { deadline } from "npm:deno-std@1.4.0/async/deadline.js";
import fc from "npm:fast-check@4.10.2";
import postgres, { type JSONValue, type Sql } from "npm:postgres@3.4.9";
import {
  allDone,
  databaseTest,
  sharedServer,
  type TestDatabase,
  until,
} from "./support/database.ts";
import { addNotes, editByHand, isHandEdit } from "./support/hand.ts";
import {
  type Body,
  history,
  historyByHand,
  shuffled,
  withOtherNames,
} from "./support/histories.ts";
import { startTestServer } from "./support/postgres.ts";
import { checkProperty } from "./support/property.ts";
import { empty, everyRow, handle, snapshot, snapshotOf, wrongs } from "./support/snapshot.ts";

/** What the Edge Function does first: the event is stored, and only then decided. */
async function store(sql: Sql, body: Body): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into public.calcom_events (payload) values (${sql.json(body as JSONValue)})
    returning id`;
  return row!.id;
}

/** What pg_cron does every minute, but for young events too. */
async function handlePending(sql: Sql): Promise<void> {
  await sql`call public.handle_pending_events(older_than => '0 s')`;
}

async function countUndecided(sql: Sql): Promise<number> {
  const rows = await sql`select from public.calcom_events as e where e.outcome = 'pending'`;
  return rows.length;
}

const BOOKED: Body = {
  triggerEvent: "BOOKING_CREATED",
  createdAt: "2037-10-01T08:00:00.000Z",
  payload: {
    uid: "booked-once",
    startTime: "2037-10-02T08:00:00Z",
    endTime: "2037-10-02T08:30:00Z",
    organizer: { email: "host@modernfull.com" },
    attendees: [{ email: "ann@acme.example", name: "Ann" }],
  },
};

/** What can hold up the transaction that handles the event, from its beginning to its last statement. */
const BLOCKERS: Record<string, string> = {
  "before it reads anything": "select pg_advisory_xact_lock(crm.maintenance_lock_key())",
  "before it holds its booking": "select crm.lock_keys('uid', '{booked-once}')",
  "before it holds its stream": "select crm.lock_keys('stream', '{acme.example}')",
  "before the company": "lock table public.companies in share mode",
  "before the booking": "lock table public.bookings in share mode",
  "before the effects": "lock table public.event_effects in share mode",
  "before the mail": "lock table public.emails in share mode",
  "before the outcome": "lock table public.calcom_events in share mode",
};

for (const [when, blocker] of Object.entries(BLOCKERS)) {
  databaseTest(
    `an event is decided once though its connection was killed ${when}`,
    async (database) => {
      const { sql, connections } = database;
      const expected = await snapshotOf(sql, [BOOKED]);
      const before = await snapshot(sql);
      await store(sql, BOOKED);

      const obstacle = connections(1);
      await obstacle`begin`;
      await obstacle.unsafe(blocker);
      const handler = connections(1);
      const [backend] = await handler<{ pid: number }[]>`select pg_backend_pid() as pid`;
      const answer = handle(handler, [BOOKED]).then(() => "an answer", () => "broken off");
      await until("the transaction waits", async () => {
        const [row] = await sql<{ waits: boolean }[]>`
        select cardinality(pg_blocking_pids(${backend!.pid})) > 0 as waits`;
        return row!.waits;
      });
      await sql`select pg_terminate_backend(${backend!.pid})`;
      assertEquals(await answer, "broken off");
      await obstacle`rollback`;

      assertEquals(await snapshot(sql), before, "a half-done event left something behind");
      assertEquals(await countUndecided(sql), 1);
      await handlePending(sql);
      assertEquals(await snapshot(sql), expected);
      const [pending] = await sql`select public.handle_pending_event('0 s') as answer`;
      assertEquals(pending?.answer, null, "it was decided twice");
      assertEquals((await sql`select from public.emails`).length, 1, "the confirmation");
    },
  );
}

databaseTest(
  "events that nobody decided are decided once, whoever comes first",
  async (database) => {
    const { sql } = database;
    const many = database.connections(8);
    await checkProperty(
      fc.asyncProperty(shuffled(history), async (bodies) => {
        const expected = await snapshotOf(sql, bodies);

        const half = bodies.length >> 1;
        for (const body of bodies.slice(0, half)) await store(sql, body);
        await allDone([
          handlePending(many),
          handlePending(many),
          ...bodies.slice(half).map(async (body) => {
            await store(many, body);
            const [answer] = await handle(many, [body]);
            assertNotEquals(answer?.outcome, "failed", answer?.reason);
          }),
          handlePending(many),
        ]);
        // For what was stored after the last of the three.
        await handlePending(sql);

        assertEquals(await countUndecided(sql), 0);
        assertEquals(await snapshot(sql), expected);
      }).afterEach(() => empty(sql)),
      80,
    );
  },
);

databaseTest(
  "events and hand edits whose connections are killed are done as a whole or not at all",
  async (database) => {
    const { sql } = database;
    await addNotes(sql);
    const killer = database.connections(1);
    const clients = Array.from({ length: 6 }, () => impatientClient(database));
    let [edits, killed] = [0, 0];
    await checkProperty(
      fc.asyncProperty(shuffled(historyByHand), async (happenings) => {
        // So that there is something to edit.
        const bodies = happenings.filter((one): one is Body => !isHandEdit(one));
        await handle(sql, bodies.slice(0, bodies.length >> 1));

        const queue = [...bodies.slice(bodies.length >> 1), ...happenings.filter(isHandEdit)];
        let isDone = false;
        const work = allDone(clients.map(async (ask) => {
          for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
            const next = one;
            if (!isHandEdit(next)) {
              await until(
                "the event is stored",
                async () => await ask((t) => store(t, next)) !== null,
              );
              await ask((t) => handle(t, [next]));
            } else {
              await until("the edit is done, or refused", async () => {
                const answer = await ask(async (t) => ({ done: await editByHand(t, next) }));
                if (answer?.done) edits++;
                return answer !== null;
              });
            }
          }
        })).finally(() => isDone = true);
        const kill = async () => {
          for (let round = 0; !isDone; round++) {
            // Seldom enough at times for a new connection to get an edit done.
            await delay(20 * 2 ** (round % 5));
            const rows = await killer`
              select pg_terminate_backend(a.pid)
              from pg_stat_activity as a
              where a.datname = current_database() and a.pid <> pg_backend_pid()
                and a.state = 'active' and a.query like '%public.%'
              order by random()
              limit 1`;
            killed += rows.length;
          }
        };
        await allDone<unknown>([work, kill()]);

        await handlePending(sql);
        assertEquals(await wrongs(sql), []);
        const before = await everyRow(sql);
        await sql`select public.rebuild_everything()`;
        assertEquals(await everyRow(sql), before);
      }).afterEach(() => empty(sql)),
      40,
      () => `${killed} connections killed, with ${edits} hand edits`,
    );
  },
);

databaseTest(
  "an event that is cancelled again and again fails in the end, and holds up nobody",
  async ({ sql, connections }) => {
    await store(sql, BOOKED);
    const other = { uid: "of-others", attendees: [{ email: "bob@birch.example" }] };
    await store(sql, { ...BOOKED, payload: { ...BOOKED.payload as Body, ...other } });
    const obstacle = connections(1);
    await obstacle`begin`;
    await obstacle.unsafe(BLOCKERS["before it holds its booking"]!);

    const pickUp = connections(1);
    await pickUp`set statement_timeout = '500ms'`;
    const runs: string[][] = [];
    while (await countUndecided(sql) > 0 && runs.length < 12) {
      await handlePending(pickUp).catch(() => {});
      const events = await sql`select outcome from public.calcom_events order by received_at`;
      runs.push(events.map(({ outcome }) => outcome));
    }
    assertEquals(runs[1], ["pending", "applied"], "the other event waits");
    assertEquals(runs.at(-1), ["failed", "applied"]);
    assert(runs.length > 2, "it failed at once");

    await obstacle`rollback`;
    await sql`select public.retry_failed_events()`;
    await handlePending(sql);
    assertEquals((await sql`select from public.bookings`).length, 2);
  },
);

databaseTest(
  "what comes before an event in one call does not use up its time",
  async ({ sql, connections }) => {
    await sql.unsafe(`
      create function public.take_time() returns trigger language plpgsql as $$
      begin
        perform pg_sleep(case new.title when 'slow' then 0.9 else 0.2 end);
        return new;
      end;
      $$;
      create trigger take_time before insert on public.bookings for each row execute function public.take_time()`);
    for (let place = 0; place < 8; place++) {
      const payload = { uid: `uid-${place}`, attendees: [{ email: `ann@c${place}.example` }] };
      await store(sql, { ...BOOKED, payload: { ...BOOKED.payload as Body, ...payload } });
    }
    const slow = { uid: "slow", title: "slow", attendees: [{ email: "bob@slow.example" }] };
    const createdAt = "2037-06-01T00:00:00Z";
    await store(sql, { ...BOOKED, createdAt, payload: { ...BOOKED.payload as Body, ...slow } });

    const pickUp = connections(1);
    await pickUp`set statement_timeout = '2s'`;
    let calls = 0;
    while (await countUndecided(sql) > 0 && calls++ < 5) await handlePending(pickUp);
    const events = await sql`
      select e.outcome, max(e.attempts) as attempts from public.calcom_events as e group by 1`;
    assertEquals([...events], [{ outcome: "applied", attempts: 1 }], `after ${calls} calls`);
  },
);

// A server that is not borrowed: it is stopped under load.
const ownServer = sharedServer(() => startTestServer({}));

databaseTest("nothing acknowledged is lost when Postgres is stopped at once", async (database) => {
  const bodies = fc.sample(history, { numRuns: 40, seed: 1 }).flatMap(withOtherNames);
  const expected = await snapshotOf(database.sql, bodies);

  const acknowledged: string[] = [];
  const queue = [...bodies];
  const work = Array.from({ length: 8 }, async () => {
    const ask = impatientClient(database);
    for (let body = queue.shift(); body !== undefined; body = queue.shift()) {
      const one = body;
      // A sender sends again until somebody says that the event is stored.
      await until("the event is stored", async () => {
        const id = await ask((sql) => store(sql, one));
        if (id !== null) acknowledged.push(id);
        return id !== null;
      });
      // The answer is 200 from here on, whatever becomes of the decision.
      await ask((sql) => handle(sql, [one]));
    }
  });
  const accidents = async () => {
    for (const share of [0.2, 0.5, 0.8]) {
      const isReached = () => Promise.resolve(acknowledged.length >= share * bodies.length);
      await until("enough events are stored", isReached);
      await database.crash();
    }
  };
  await allDone([accidents(), ...work]);

  const sql = database.connections(1);
  while (await countUndecided(sql) > 0) await handlePending(sql);
  const kept = await sql<{ id: string; outcome: string }[]>`
    select e.id, e.outcome from public.calcom_events as e where e.id = any (${acknowledged})`;
  // A body that was sent again is counted by the row of its first repeat, and by no other.
  const [repeats] = await sql`
    select coalesce(sum(e.repeat_count), 0)::integer - count(*)::integer as gone
    from public.calcom_events as e
    where e.repeat_count is not null`;
  const gone = acknowledged.length - kept.length;
  assert(gone <= repeats!.gone, `${gone} acknowledged events are gone`);
  assertEquals(kept.filter(({ outcome }) => outcome === "failed"), []);
  assertEquals(await snapshot(sql), expected);
}, ownServer);

/** Milliseconds. A client that waits for a server that is gone may wait for ever. */
const TIMEOUT = 3_000;

/**
 * A client that gives up in time, and comes back on another connection; null when it gave up. What
 * the database says for another reason than that it was stopped is an error.
 */
function impatientClient(
  { connections }: TestDatabase,
): <T>(ask: (sql: Sql) => Promise<T>) => Promise<T | null> {
  let sql = connections(1);
  return async (ask) => {
    try {
      return await deadline(ask(sql), TIMEOUT);
    } catch (error) {
      if (error instanceof postgres.PostgresError && !error.code.startsWith("57")) throw error;
      sql.end({ timeout: 0 }).catch(() => {});
      sql = connections(1);
      return null;
    }
  };
}
