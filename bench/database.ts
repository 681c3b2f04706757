import postgres, { type Sql } from "npm:postgres@3.4.9";
import { readMigrations, SUPABASE_BASE_SQL } from "../local/migrations.ts";
import { startPostgres } from "../local/stack/postgres.ts";
import { SAMPLE } from "./http.ts";
import { median, type Result } from "./result.ts";

/** How long and how much is measured. */
export interface DatabaseOptions {
  seconds: number;
  rounds: number;
  companies: number;
  /** The root of an older checkout to measure in the same run, or null. */
  older: URL | null;
  log: (line: string) => void;
}

/** A set of migrations that is measured, and its databases. */
interface Candidate {
  /** What its results begin with. */
  label: string;
  /** What `bench.…()` is called: a first booking of a new company, and the same rows by inserts alone. */
  handle: string;
  baseline: string;
  /** Nearly empty and analysed, full and analysed, nearly empty and never analysed. */
  empty: string;
  full: string;
  unknown: string;
}

/** Columns of figures that each round adds to, by what they are of. */
type Figures = Record<
  "baseline1" | "handle1" | "baseline8" | "handle8" | "full8" | "unknown8",
  number[]
>;

const HERE = new URL("../", import.meta.url);

/** Measures `handle_calcom_event` on the Postgres from npm, fsync on, with the load made inside it. */
export async function measureDatabase(options: DatabaseOptions): Promise<Result[]> {
  const { seconds, rounds, older, log } = options;
  const server = await startPostgres();
  try {
    const candidates: Candidate[] = [];
    for (const root of older === null ? [HERE] : [HERE, older]) {
      candidates.push(await prepare(server.url, root, options));
    }
    const figures = candidates.map((): Figures => ({
      baseline1: [],
      handle1: [],
      baseline8: [],
      handle8: [],
      full8: [],
      unknown8: [],
    }));
    for (let round = 1; round <= rounds; round++) {
      log(`Events a second, round ${round} of ${rounds}`);
      for (const [i, { handle, baseline, empty, full, unknown }] of candidates.entries()) {
        const measure = async (
          column: keyof Figures,
          url: string,
          call: string,
          connections: number,
        ) => figures[i]![column].push(await countCalls(url, call, connections, seconds));
        await measure("baseline1", empty, baseline, 1);
        await measure("handle1", empty, handle, 1);
        await measure("baseline8", empty, baseline, 8);
        await measure("handle8", empty, handle, 8);
        await measure("full8", full, handle, 8);
        await measure("unknown8", unknown, handle, 8);
      }
    }

    const results: Result[] = [];
    for (const [i, candidate] of candidates.entries()) {
      log("A company with 1,000 events against one with 10");
      const measured = [
        ...toResults(figures[i]!, options),
        ...await withConnection(candidate.empty, measureLargeCompany),
      ];
      results.push(...measured.map((one) => ({ ...one, what: candidate.label + one.what })));
    }
    return results;
  } finally {
    await server.close();
  }
}

function toResults(figures: Figures, { companies }: DatabaseOptions): Result[] {
  const { baseline1, handle1, baseline8, handle8, full8, unknown8 } = figures;
  const inserts = "events a second, against a function of nothing but the same inserts";
  return [
    {
      what: `first booking of a new company, 1 connection: ${inserts}`,
      ours: median(handle1),
      theirs: median(baseline1),
    },
    {
      what: `first booking of a new company, 8 connections: ${inserts}`,
      ours: median(handle8),
      theirs: median(baseline8),
      wanted: { atLeast: 0.6 },
    },
    {
      what: `the same at 8 connections with ${companies.toLocaleString("en")} companies and ${
        (3 * companies).toLocaleString("en")
      } events in the tables, against nearly empty tables`,
      ours: median(full8),
      theirs: median(handle8),
      wanted: { atLeast: 0.8 },
    },
    {
      what: "the same at 8 connections on a database that was never analysed, against one that was",
      ours: median(unknown8),
      theirs: median(handle8),
      wanted: { atLeast: 0.8 },
    },
  ];
}

async function measureLargeCompany(sql: Sql): Promise<Result[]> {
  await sql`select bench.fill_company('small.example', 10)`;
  const start = performance.now();
  await sql`select bench.fill_company('large.example', 1000)`;
  const thousand = performance.now() - start;
  await sql.unsafe("vacuum analyze");
  const time = async (domain: string, createdAt: string, times: number) => {
    const [row] = await sql<{ ms: number }[]>`
      select bench.time_event(${domain}, ${createdAt}, ${times}) as ms`;
    return row!.ms;
  };
  await time("small.example", "2026-06-01", 20);
  const small = await time("small.example", "2026-06-01", 200);
  const large = await time("large.example", "2026-06-01", 200);
  const late = await time("large.example", "2025-06-01", 5);
  return [
    {
      what: "a new event of a company with 1,000 events, against one with 10: milliseconds",
      ours: large,
      theirs: small,
      digits: 2,
      wanted: { atMost: 1.5 },
    },
    {
      what:
        "a late event that replays a company of 1,000 events, against 1,000 single events: milliseconds",
      ours: late,
      theirs: thousand,
      wanted: { atMost: 1 },
    },
  ];
}

/** Makes the databases of one checkout. */
async function prepare(
  serverUrl: string,
  root: URL,
  { companies, log }: DatabaseOptions,
): Promise<Candidate> {
  const isOlder = root !== HERE;
  const name = isOlder ? "older" : "here";
  const schema = await Deno.readTextFile(new URL("bench/schema.sql", root));
  // Until the first release there may be a checkout with the names of before.
  const [handle, baseline] = schema.includes("function bench.handle(")
    ? ["handle", "baseline"]
    : ["door", "floor"];

  const empty = await createDatabase(serverUrl, `${name}_empty`, "template0");
  await withConnection(empty, async (sql) => {
    await sql.unsafe(SUPABASE_BASE_SQL);
    for (const migration of await readMigrations(new URL("supabase/", root))) {
      await sql.unsafe(migration.sql);
    }
    await sql.unsafe(schema);
    const { payload } = JSON.parse(await Deno.readTextFile(SAMPLE));
    await sql`create table bench.sample (payload jsonb)`;
    await sql`insert into bench.sample values (${sql.json(payload)})`;
    for (const call of [handle, baseline]) await sql.unsafe(repeat(call));
  });
  const unknown = await createDatabase(serverUrl, `${name}_unknown`, `${name}_empty`);
  await withConnection(unknown, async (sql) => {
    // As on the first day, when autovacuum has not come by yet.
    await sql.unsafe(`
      do $$
      declare
        v_table regclass;
      begin
        for v_table in
          select c.oid from pg_catalog.pg_class as c
          where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'crm'::regnamespace)
        loop
          execute format('alter table %s set (autovacuum_enabled = false)', v_table);
        end loop;
      end;
      $$`);
  });
  const full = await createDatabase(serverUrl, `${name}_full`, `${name}_empty`);
  log(`Filling ${companies} companies with ${3 * companies} events`);
  await withConnection(full, (sql) => sql`select bench.fill_tables(${companies})`);
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
  return { label: isOlder ? "before: " : "", handle, baseline, empty, full, unknown };
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

/** Transactions a second over some connections. No client has a part in it, so none blurs the ratio. */
async function countCalls(
  url: string,
  call: string,
  connections: number,
  seconds: number,
): Promise<number> {
  const counts = await Promise.all(
    Array.from({ length: connections }, () =>
      withConnection(url, async (sql) => {
        const [row] = await sql.unsafe(`call bench.repeat_${call}(${seconds}, 0)`);
        return Number(row!.p_count);
      })),
  );
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

async function createDatabase(serverUrl: string, name: string, template: string): Promise<string> {
  await withConnection(
    serverUrl,
    (sql) => sql.unsafe(`create database ${name} template ${template}`),
  );
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function withConnection<T>(url: string, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}
