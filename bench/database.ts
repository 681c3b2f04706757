import postgres, { type Sql } from "npm:postgres@3.4.9";
import { readMigrations, SUPABASE_BASE_SQL } from "../local/migrations.ts";
import { startPostgres } from "../local/stack/postgres.ts";
import { SAMPLE } from "./http.ts";
import { median, type Result, ROUNDS } from "./result.ts";

const COMPANIES = 20_000;
const HERE = new URL("../", import.meta.url);

/** How long is measured, and the root of an older checkout to measure in the same run, or null. */
export interface DatabaseOptions {
  seconds: number;
  older: URL | null;
  log: (line: string) => void;
}

/** Measures `handle_calcom_event` on the Postgres from npm, fsync on, with the load made inside it. */
export async function measureDatabase({ seconds, older, log }: DatabaseOptions): Promise<Result[]> {
  // Autovacuum would analyse the database that nobody is to analyse.
  const server = await startPostgres({ settings: ["autovacuum=off"] });
  try {
    const results: Result[] = [];
    const checkouts = [];
    for (const root of older === null ? [HERE] : [HERE, older]) {
      log(`Filling ${COMPANIES} companies with ${3 * COMPANIES} events`);
      checkouts.push(await prepare(server.url, root));
    }
    for (let round = 1; round <= ROUNDS; round++) {
      log(`Events a second, round ${round} of ${ROUNDS}`);
      for (const { url, call, connections, figures } of checkouts.flatMap(Object.values)) {
        figures.push(await countCalls(url, call, connections, seconds));
      }
    }
    for (const [i, counts] of checkouts.entries()) {
      log("A company with 1,000 events against one with 10");
      const large = await withConnection(counts.handle8.url, measureLargeCompany);
      const label = i === 0 ? "" : "before: ";
      results.push(
        ...[...toResults(counts), ...large].map((one) => ({ ...one, what: label + one.what })),
      );
    }
    return results;
  } finally {
    await server.close();
  }
}

type Counts = Awaited<ReturnType<typeof prepare>>;

function toResults(counts: Counts): Result[] {
  const compare = (what: string, ours: keyof Counts, theirs: keyof Counts, wanted = "") => ({
    what,
    ours: median(counts[ours].figures),
    theirs: median(counts[theirs].figures),
    wanted,
  });
  const first = (connections: string) =>
    `first booking of a new company, ${connections}: events a second, against a function of ` +
    "nothing but the same inserts";
  const [companies, events] = [COMPANIES, 3 * COMPANIES].map((count) => count.toLocaleString("en"));
  const full = `the same at 8 connections with ${companies} companies and ${events} events in ` +
    "the tables, against nearly empty tables";
  const unknown = "the same at 8 connections on a database that was never analysed, against that " +
    "function of inserts";
  return [
    compare(first("1 connection"), "handle1", "baseline1", "at least 0.4"),
    compare(first("8 connections"), "handle8", "baseline8", "at least 0.4"),
    compare(unknown, "unknown8", "baseline8", "at least 0.35"),
    compare(full, "full8", "handle8", "at least 0.9"),
  ];
}

async function measureLargeCompany(sql: Sql): Promise<Result[]> {
  const fill = async (domain: string, events: number) => {
    const start = performance.now();
    await sql`select bench.fill_company(${domain}, ${events})`;
    return performance.now() - start;
  };
  await fill("small.example", 10);
  const thousand = await fill("large.example", 1000);
  await fill("huge.example", 4000);
  await sql.unsafe("vacuum analyze");

  // What Postgres itself measures, undone each time.
  const time = async (domain: string, createdAt: string) => {
    await sql`begin`;
    const [row] = await sql`
      explain (analyze, format json)
      select public.handle_calcom_event(bench.body(${domain}, 'timed', ${createdAt}))`;
    await sql`rollback`;
    return row!["QUERY PLAN"][0]["Execution Time"] as number;
  };
  // In turn, so that both see the same machine.
  const compare = async (ours: string, theirs: string, createdAt: string, times: number) => {
    const figures = { ours: [] as number[], theirs: [] as number[] };
    for (let i = 0; i < times; i++) {
      figures.ours.push(await time(ours, createdAt));
      figures.theirs.push(await time(theirs, createdAt));
    }
    return { ours: median(figures.ours), theirs: median(figures.theirs) };
  };
  await compare("large.example", "small.example", "2026-06-01", 20);
  const next = await compare("large.example", "small.example", "2026-06-01", 200);
  const replay = await compare("huge.example", "large.example", "2025-06-01", 5);
  return [
    {
      what: "a new event of a company with 1,000 events, against one with 10: milliseconds",
      ...next,
      wanted: "at most 1.5",
    },
    {
      what: "a late event that replays a company of 1,000 events, against 1,000 single events: " +
        "milliseconds",
      ours: replay.theirs,
      theirs: thousand,
      wanted: "at most 1",
    },
    {
      what: "one that replays a company of 4,000 events, against four of those: milliseconds",
      ours: replay.ours,
      theirs: 4 * replay.theirs,
      wanted: "at most 1.2",
    },
  ];
}

/** Makes the databases of one checkout, and says what is counted there; a figure for each round. */
async function prepare(serverUrl: string, root: URL) {
  const name = root === HERE ? "here" : "older";
  const schema = await Deno.readTextFile(new URL("bench/schema.sql", root));
  // Until the first release there may be a checkout with the names of before.
  const isRenamed = schema.includes("function bench.handle(");
  const [handle, baseline] = isRenamed
    ? ["handle", "baseline"] as const
    : ["door", "floor"] as const;

  const empty = await createDatabase(serverUrl, `${name}_empty`, "template0");
  await withConnection(empty, async (sql) => {
    await sql.unsafe(SUPABASE_BASE_SQL);
    for (const migration of await readMigrations(new URL("supabase/", root))) {
      await sql.unsafe(migration.sql);
    }
    await sql.unsafe(schema);
    await sql`create table bench.sample (payload jsonb)`;
    await sql`insert into bench.sample values (${sql.json(SAMPLE.payload)})`;
    for (const call of [handle, baseline]) await sql.unsafe(repeat(call));
  });
  const unknown = await createDatabase(serverUrl, `${name}_unknown`, `${name}_empty`);
  const full = await createDatabase(serverUrl, `${name}_full`, `${name}_empty`);
  await withConnection(full, (sql) => sql`select bench.fill_tables(${COMPANIES})`);
  for (const url of [empty, full]) {
    await withConnection(url, async (sql) => {
      // A little of both, so that the planner has statistics, as on any database that is in use.
      for (let i = 0; i < 200; i++) {
        await sql.unsafe(`select bench.${handle}(), bench.${baseline}()`);
      }
      await sql.unsafe("vacuum analyze");
      await sql.unsafe("checkpoint");
    });
  }
  const count = (url: string, call: string, connections: number) => {
    const figures: number[] = [];
    return { url, call, connections, figures };
  };
  return {
    baseline1: count(empty, baseline, 1),
    handle1: count(empty, handle, 1),
    baseline8: count(empty, baseline, 8),
    handle8: count(empty, handle, 8),
    full8: count(full, handle, 8),
    unknown8: count(unknown, handle, 8),
  };
}

/** A procedure that calls one function again and again, each time in a transaction of its own. */
function repeat(call: string): string {
  return `
    create procedure bench.repeat_${call}(p_seconds double precision, inout p_count bigint)
    language plpgsql
    as $$
    declare
      v_end timestamptz := clock_timestamp() + make_interval(secs => p_seconds);
    begin
      while clock_timestamp() < v_end loop
        perform bench.${call}();
        commit;
        p_count := p_count + 1;
      end loop;
    end;
    $$`;
}

/**
 * Transactions a second over some connections that have settled: what a connection compiles and
 * plans at its first calls, a pool pays once. No client has a part in it, so none blurs the ratio.
 */
async function countCalls(url: string, call: string, connections: number, seconds: number) {
  const sql = postgres(url, { max: connections, onnotice: () => {} });
  try {
    const pool = await Promise.all(Array.from({ length: connections }, () => sql.reserve()));
    const repeat = (duration: number) =>
      Promise.all(pool.map(async (connection) => {
        const [row] = await connection.unsafe(`call bench.repeat_${call}(${duration}, 0)`);
        return Number(row!.p_count);
      }));
    await repeat(seconds / 4);
    const counts = await repeat(seconds);
    return counts.reduce((sum, one) => sum + one, 0) / seconds;
  } finally {
    await sql.end({ timeout: 0 });
  }
}

async function createDatabase(serverUrl: string, name: string, template: string): Promise<string> {
  const statement = `create database ${name} template ${template}`;
  await withConnection(serverUrl, (sql) => sql.unsafe(statement));
  return new URL(`/${name}`, serverUrl).href;
}

async function withConnection<T>(url: string, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}
