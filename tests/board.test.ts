import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Sql, TransactionSql } from "npm:postgres@3.4.9";
import { databaseTest } from "./support/database.ts";

const DEALS = 100_000;
const SALLY = { sub: "00000000-0000-0000-0000-00000000000b", email: "sally@team.test" };
const OTTO = { sub: "00000000-0000-0000-0000-00000000000c", email: "otto@team.test" };

const PAGES = {
  "every column": "select * from board_deals order by opened_at desc, deal_id limit 50",
  "one column":
    "select * from board_deals where stage = 'met' order by opened_at desc, deal_id limit 50",
  "the next page": `select * from board_deals where stage = 'booked'
    and opened_at < '2026-06-01' order by opened_at desc, deal_id limit 50`,
  "a deal": "select * from board_deals where deal_id = md5('d77')::uuid",
  "its timeline": "select * from board_timeline where deal_id = md5('d77')::uuid",
  "the timeline of a company": "select * from board_timeline where company_id = md5('c77')::uuid",
  "the meetings of a host on a day": `select * from board_meetings
    where host = 'host-3@modernfull.com' and start_time >= '2026-06-01' and start_time < '2026-06-02'`,
  "the meetings behind a number": `select * from board_meetings
    where booked_at >= '2026-06-01' and booked_at < '2026-06-08' and state = 'met'
    order by booked_at desc, booking_id limit 50`,
  "the first companies": "select * from board_companies order by company, company_id limit 50",
};

/** What is asked of all deals, and the rows of all tables that the answer may read. */
const ANSWERS: [name: string, most: number, query: string][] = [
  ["the pipeline", 3 * DEALS, "select board_pipeline()"],
  ["that of a host", 4 * DEALS, ask({ host: "host-3@modernfull.com" })],
  ["that of a brand", 5 * DEALS, ask({ brand: "modernfull.com" })],
  ["that of a day", 3 * DEALS, ask({ since: "2026-10-01", until: "2026-10-02" })],
  ["a search", 7 * DEALS, ask({ search: "company-777.example" })],
  [
    "the next page of a column",
    4 * DEALS,
    "select board_column('no_show', '{}', '2026-06-01', gen_random_uuid())",
  ],
  ["whether something has changed", 200, "select board_last_change()"],
  [
    "the weeks of a quarter",
    2 * DEALS,
    `select * from board_numbers
     where period = 'week' and level = 'all' and since >= '2026-07-01'`,
  ],
  [
    "a month by brand and host",
    2 * DEALS,
    `select * from board_numbers
     where period = 'month' and level in ('brand', 'host') and since = '2026-06-01'`,
  ],
  // What the page of the numbers asks for.
  [
    "all time by brand and host",
    3.1 * DEALS,
    "select * from board_numbers where level in ('brand', 'host') and period = 'all'",
  ],
  [
    "a month of a host",
    DEALS / 2,
    `select * from board_numbers
     where level = 'host' and host = 'host-3@modernfull.com' and period = 'month' and since = '2026-06-01'`,
  ],
  [
    "which weeks there are",
    10,
    "select since from board_numbers where level = 'all' and period = 'week'",
  ],
  [
    "how many deals a host has met",
    1.5 * DEALS,
    "select count(*) from board_deals where deal_stage = 'met' and host = 'host-5@modernfull.com'",
  ],
  ["how many deals there are", 2.1 * DEALS, "select count(*) from board_deals"],
];

/** What an operator is shown of the log, and the rows that the answer may read. */
const LOG: typeof ANSWERS = [
  ["the newest events", 1000, "select board_events()"],
  [
    "the next page of them",
    1000,
    "select board_events(after_received_at => '2026-06-01', after_id => md5('e7')::uuid)",
  ],
  // Of a source that has none it reads all.
  ["those that were ignored", DEALS / 5, "select board_events('ignored')"],
  ["those that have failed", 1000, "select board_events('failed')"],
];

databaseTest(
  `of ${DEALS} deals, a page is read by indexes, and each answer reads few rows for what it tells`,
  async ({ sql }) => {
    await addMembers(sql);
    await fill(sql);
    for (const isAnalysed of [false, true]) {
      if (isAnalysed) await sql`analyze`;
      for (const [name, query] of Object.entries(PAGES)) {
        // A timeline without statistics is found, but not by every index.
        if (!isAnalysed && name.includes("timeline")) continue;
        const plan = await explain(sql, query);
        const scanned = plan.filter((line) => /Seq Scan on (?!senders)/.test(line));
        assertEquals(scanned, [], `${name}${isAnalysed ? ", analysed" : ""}`);
      }
      const tooMany: string[] = [];
      for (const [name, most, query] of [...ANSWERS, ...LOG]) {
        const rows = await countRowsRead(sql, query);
        if (rows > most) tooMany.push(`${name} reads ${rows} rows`);
      }
      assertEquals(tooMany, [], isAnalysed ? "analysed" : "never analysed");
    }
  },
);

databaseTest(
  "of two people who edit what both have seen, the second is told",
  async ({ sql, connections }) => {
    await addMembers(sql);
    await sql`insert into public.companies (name, domain) values ('Acme', 'acme.example')`;
    const [one, other] = [connections(1), connections(1)];
    const rename = (t: TransactionSql, name: string) =>
      t`update public.companies set name = ${name} where domain = 'acme.example' and name = 'Acme'
        returning name`;

    let second: Promise<unknown[]> | undefined;
    await one.begin(async (t) => {
      await signIn(t, SALLY);
      assertEquals((await rename(t, "Sally's")).length, 1);
      second = other.begin(async (o) => {
        await signIn(o, OTTO);
        return [...(await rename(o, "Otto's"))];
      }) as Promise<unknown[]>;
      await untilSomebodyWaits(sql);
    });
    assertEquals(await second, [], "the second has overwritten the first");
    const [row] = await sql`
      select c.name, (select array_agg(h.editor order by h.number) from public.hand_edits as h) as editors
      from public.companies as c`;
    assertEquals(row, { name: "Sally's", editors: [(row!.editors as string[])[0], SALLY.email] });
  },
);

async function addMembers(sql: Sql): Promise<void> {
  await sql`
    insert into public.members (user_id, email, role)
    values (${SALLY.sub}, ${SALLY.email}, 'sales'), (${OTTO.sub}, ${OTTO.email}, 'operator')`;
}

/** As PostgREST does for who has signed in, until the end of the transaction. */
async function signIn(t: TransactionSql, claims: typeof SALLY): Promise<void> {
  await t`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
  await t`set local role authenticated`;
}

/** The plan that a member's query gets, a line each. */
async function explain(sql: Sql, query: string): Promise<string[]> {
  return await sql.begin(async (t) => {
    await signIn(t, SALLY);
    await t`set local search_path = public`;
    const rows = await t.unsafe<{ "QUERY PLAN": string }[]>(`explain ${query}`);
    assert(rows.length > 1);
    return rows.map((row) => row["QUERY PLAN"].trim());
  });
}

function ask(filters: Record<string, string>): string {
  return `select board_pipeline('${JSON.stringify(filters)}')`;
}

/** The rows that all tables give for an operator's query. */
async function countRowsRead(sql: Sql, query: string): Promise<number> {
  return await sql.begin(async (t) => {
    await signIn(t, OTTO);
    await t`set local search_path = public`;
    await t`set local statement_timeout = '60s'`;
    const before = await countAll(t); // what the last transaction read may still be among it
    await t.unsafe(query);
    return await countAll(t) - before;
  });
}

async function countAll(t: TransactionSql): Promise<number> {
  const [row] = await t`
    select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as rows
    from pg_stat_xact_user_tables`;
  return row!.rows as number;
}

async function untilSomebodyWaits(sql: Sql): Promise<void> {
  for (let i = 0; i < 400; i++) {
    const waiting = await sql`
      select from pg_locks as l join pg_database as d on d.oid = l.database
      where not l.granted and d.datname = current_database()`;
    if (waiting.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("Nobody waits for the edit that is under way");
}

/** A company, a person, a booking, a deal, two events and a hand edit each; a fourth of the deals in every column. */
async function fill(sql: Sql): Promise<void> {
  await sql.begin(async (t) => {
    await t.unsafe(`
      select crm.mark_engine(true);
      create temporary table numbers on commit drop as
      select n, '2026-11-01'::timestamptz - n * interval '4 minutes' as at from generate_series(1, ${DEALS}) as n;
      insert into public.companies (id, name, domain)
      select md5('c' || n)::uuid, 'Company ' || n, 'company-' || n || '.example' from numbers;
      insert into public.people (id, email, name, company_id)
      select md5('p' || n)::uuid, 'ann@company-' || n || '.example', 'Ann', md5('c' || n)::uuid from numbers;
      insert into public.deals (id, company_id, status, stage, made_at)
      select md5('d' || n)::uuid, md5('c' || n)::uuid, case n % 4 when 0 then 'cancelled' else 'active' end,
        case n % 4 when 1 then 'met' else 'booked' end, row(at, 1, n)::crm.position from numbers;
      insert into public.bookings (
        id, calcom_uid, original_key, stream_key, attendee_email, person_id, deal_id, start_time, end_time, status,
        attended, is_no_show, organizer_email, made_at
      )
      select md5('b' || n)::uuid, 'uid-' || n, 'uid-' || n, 'company-' || n || '.example',
        'ann@company-' || n || '.example', md5('p' || n)::uuid, md5('d' || n)::uuid, at + interval '3 days',
        at + interval '73 hours', case n % 4 when 0 then 'CANCELLED' else 'ACCEPTED' end, n % 4 = 1, n % 4 = 3,
        'host-' || n % 20 || '@modernfull.com', row(at, 1, n)::crm.position from numbers;
      insert into public.event_effects (event_id, stream_key, booking_id, deal_id, deal_change, reason)
      select md5('e' || n)::uuid, 'company-' || n || '.example', md5('b' || n)::uuid, md5('d' || n)::uuid, 'opened',
        'Booked.' from numbers;
      insert into public.hand_edits (
        position, editor, table_name, row_id, operation, old_values, new_values, reason, stream_key
      )
      select row(at, 99, n)::crm.position, 'kim', 'companies', md5('c' || n)::uuid, 'update', '{}', '{}', 'Changed.',
        'company-' || n || '.example' from numbers;
      insert into public.calcom_events (
        id, payload, source, trigger, received_at, outcome, decided_at, booker_email, uid, stream_key, position
      )
      select md5('e' || n)::uuid, jsonb_build_object('n', n), case when n % 20 = 3 then 'reconciliation'
          when n % 50 = 7 then 'backfill' else 'webhook' end,
        case when n % 100 = 1 then 'PING' else 'BOOKING_CREATED' end, at, case when n % 10000 = 2 then 'failed'
          when n % 10 = 4 then 'ignored' else 'applied' end, at, 'ann@company-' || n || '.example', 'uid-' || n,
        'company-' || n || '.example', row(at, 1, n)::crm.position
      from generate_series(1, 2 * ${DEALS}) as n
      cross join lateral (select '2026-11-01'::timestamptz - n * interval '2 minutes' as at) as a`);
  });
}
