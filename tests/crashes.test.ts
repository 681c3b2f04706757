import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { JSONValue, Sql } from "npm:postgres@3.4.9";
import { holds } from "./cases.ts";
import { apart, type Body, history, shuffled } from "./histories.ts";
import { inScratch } from "./scratch.ts";
import { deliver, empty, snapshot } from "./snapshot.ts";
import { type Ground, proof, until } from "./testing.ts";

/** What the Edge Function does first: the event is stored, and only then decided. */
async function store(sql: Sql, body: Body): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into public.calcom_events (payload) values (${
    sql.json(body as JSONValue)
  }) returning id`;
  return row!.id;
}

/** What pg_cron does every minute, without the wait for the young. */
async function handlePending(sql: Sql): Promise<Record<string, number>> {
  const [row] = await sql<{ counts: Record<string, number> }[]>`
    select public.handle_pending_events(older_than => '0 s') as counts`;
  return row!.counts;
}

/** The tables that these bodies make when nothing happens to them. */
function undisturbed(sql: Sql, bodies: Body[]): Promise<string> {
  return inScratch(sql, async (t) => {
    await deliver(t, bodies);
    return await snapshot(t);
  });
}

async function countUndecided(sql: Sql): Promise<number> {
  const rows = await sql`select from public.calcom_events as e where e.outcome is null`;
  return rows.length;
}

const BOOKED: Body = {
  triggerEvent: "BOOKING_CREATED",
  createdAt: "2026-10-01T08:00:00.000Z",
  payload: {
    uid: "booked-once",
    startTime: "2026-10-02T08:00:00Z",
    endTime: "2026-10-02T08:30:00Z",
    organizer: { email: "host@modernfull.com" },
    attendees: [{ email: "ann@acme.example", name: "Ann" }],
  },
};

/** How to stop the transaction that handles the event, from its beginning to its last statement. */
const STANDSTILLS: Record<string, string> = {
  "before it finds the event": "select pg_advisory_xact_lock(crm.house_key())",
  "before it holds its booking": "select crm.lock('uid', '{booked-once}')",
  "before it holds its account": "select crm.lock('account', '{acme.example}')",
  "before the company": "lock table public.companies in share mode",
  "before the booking": "lock table public.bookings in share mode",
  "before the timeline": "lock table public.event_effects in share mode",
  "before the mail": "lock table public.emails in share mode",
  "before the outcome": "lock table public.calcom_events in share mode",
};

for (const [when, standstill] of Object.entries(STANDSTILLS)) {
  proof(`an event is decided once though its connection was killed ${when}`, async (ground) => {
    const { sql } = ground;
    const expected = await undisturbed(sql, [BOOKED]);
    const before = await snapshot(sql);
    await store(sql, BOOKED);

    const obstacle = ground.crowd(1);
    await obstacle`begin`;
    await obstacle.unsafe(standstill);
    const handler = ground.crowd(1);
    const [backend] = await handler<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const answer = deliver(handler, [BOOKED]).then(() => "an answer", () => "broken off");
    await until("the transaction stands still", async () => {
      const [row] = await sql<{ waits: boolean }[]>`
        select cardinality(pg_blocking_pids(${backend!.pid})) > 0 as waits`;
      return row!.waits;
    });
    await sql`select pg_terminate_backend(${backend!.pid})`;
    assert.equal(await answer, "broken off");
    await obstacle`rollback`;

    assert.equal(await snapshot(sql), before, "a half-done event left something behind");
    assert.equal(await countUndecided(sql), 1);
    assert.deepEqual(await handlePending(sql), { applied: 1 });
    assert.equal(await snapshot(sql), expected);
    assert.deepEqual(await handlePending(sql), {}, "it was decided twice");
    assert.equal((await sql`select from public.emails`).length, 1, "the confirmation");
  });
}

proof("events that nobody decided are decided once, whoever comes first", async (ground) => {
  const { sql } = ground;
  const crowd = ground.crowd(8);
  await holds(
    fc.asyncProperty(shuffled(history), async (bodies) => {
      const expected = await undisturbed(sql, bodies);

      const half = bodies.length >> 1;
      for (const body of bodies.slice(0, half)) await store(sql, body);
      await Promise.all([
        handlePending(crowd),
        handlePending(crowd),
        ...bodies.slice(half).map(async (body) => {
          await store(crowd, body);
          const [answer] = await deliver(crowd, [body]);
          assert.notEqual(answer?.outcome, "failed", answer?.reason);
        }),
        handlePending(crowd),
      ]);
      // A store that came after the last of the three.
      await handlePending(sql);

      assert.equal(await countUndecided(sql), 0);
      assert.equal(await snapshot(sql), expected);
    }).afterEach(() => empty(sql)),
    80,
  );
});

proof("nothing that was acknowledged is lost when Postgres is stopped at once", async (ground) => {
  const bodies = fc.sample(history, { numRuns: 40, seed: 1 }).flatMap(apart);
  const expected = await undisturbed(ground.sql, bodies);

  const acknowledged: string[] = [];
  const queue = [...bodies];
  const work = Array.from({ length: 8 }, async () => {
    const use = client(ground);
    for (let body = queue.shift(); body !== undefined; body = queue.shift()) {
      const one = body;
      // A sender sends again until somebody says that the event is stored.
      await until("the event is stored", async () => {
        const id = await use((sql) => store(sql, one));
        if (id !== null) acknowledged.push(id);
        return id !== null;
      });
      // The answer is 200 from here on, whatever becomes of the decision.
      await use((sql) => deliver(sql, [one]));
    }
  });
  const accidents = async () => {
    for (const share of [0.2, 0.5, 0.8]) {
      const isReached = () => Promise.resolve(acknowledged.length >= share * bodies.length);
      await until("enough events are stored", isReached);
      await ground.crash();
    }
  };
  await Promise.all([accidents(), ...work]);

  const sql = ground.crowd(1);
  while (await countUndecided(sql) > 0) await handlePending(sql);
  const kept = await sql<{ outcome: string }[]>`
    select e.outcome from public.calcom_events as e where e.id = any (${acknowledged})`;
  assert.equal(kept.length, acknowledged.length, "an acknowledged event is gone");
  assert.deepEqual(kept.filter(({ outcome }) => outcome === "failed"), []);
  assert.equal(await snapshot(sql), expected);
}, { needs: "crash" });

/** Milliseconds. A client that waits for a server that is gone may wait for ever. */
const PATIENCE = 3_000;

/** A client that gives up in time, and comes back on another connection; null when it gave up. */
function client(ground: Ground): <T>(ask: (sql: Sql) => Promise<T>) => Promise<T | null> {
  let sql = ground.crowd(1);
  return async (ask) => {
    let timer;
    const late = new Promise<never>((_, reject) => timer = setTimeout(reject, PATIENCE));
    try {
      return await Promise.race([ask(sql), late]);
    } catch {
      sql.end({ timeout: 0 }).catch(() => {});
      sql = ground.crowd(1);
      return null;
    } finally {
      clearTimeout(timer);
    }
  };
}
