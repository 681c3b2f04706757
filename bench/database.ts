import { join } from "node:path";
import { connect, type Database, withPostgres } from "../proof/postgres.ts";
import { findPostgresPrograms } from "../proof/postgres-server.ts";
import { median, type Result } from "./result.ts";

const SECONDS = 8;
const ROUNDS = 3;
const COMPANIES = 100_000;
const SAMPLE = new URL(
  "../tests/fixtures/calcom/booking-created-business.json",
  import.meta.url,
);

/** Measures the door on a real Postgres with fsync on. */
export async function measureDatabase(log: (line: string) => void): Promise<Result[]> {
  const programs = await findPostgresPrograms();
  if (programs === null) throw new Error("Cannot measure without a Postgres and its pgbench");
  const pgbench = join(programs, "pgbench");

  return await withPostgres(async (server) => {
    const empty = await prepare(await server.createDatabase(), 0);
    log(`Filling ${COMPANIES} companies with ${3 * COMPANIES} events`);
    const full = await prepare(await server.createDatabase(), COMPANIES);
    const results: Result[] = [];

    for (const clients of [1, 8]) {
      log(`The door against the floor, ${clients} connections`);
      const door: number[] = [];
      const floor: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        floor.push(await runPgbench(pgbench, empty.url, "bench.floor()", clients));
        door.push(await runPgbench(pgbench, empty.url, "bench.door()", clients));
      }
      results.push({
        what: `first booking of a new company, ${clients} connection${
          clients > 1 ? "s" : ""
        }: events a second, against a function of nothing but the same inserts`,
        measured: `${Math.round(median(door))} / ${Math.round(median(floor))}`,
        ratio: median(door) / median(floor),
        ...(clients === 8 ? { wanted: "at least 0.6" } : {}),
        isMet: clients !== 8 || median(door) / median(floor) >= 0.6,
      });
    }

    log("The door on full tables against empty ones");
    const onFull: number[] = [];
    const onEmpty: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      onEmpty.push(await runPgbench(pgbench, empty.url, "bench.door()", 8));
      onFull.push(await runPgbench(pgbench, full.url, "bench.door()", 8));
    }
    results.push({
      what: `the same at 8 connections with ${COMPANIES.toLocaleString("en")} companies and ${
        (3 * COMPANIES).toLocaleString("en")
      } events in the tables, against nearly empty tables`,
      measured: `${Math.round(median(onFull))} / ${Math.round(median(onEmpty))}`,
      ratio: median(onFull) / median(onEmpty),
      wanted: "at least 0.8",
      isMet: median(onFull) / median(onEmpty) >= 0.8,
    });

    log("A company with 1,000 events against one with 10");
    results.push(...await measureLargeCompany(empty.url));
    return results;
  });
}

async function measureLargeCompany(url: string): Promise<Result[]> {
  const sql = connect(url);
  try {
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
        measured: `${large.toFixed(2)} / ${small.toFixed(2)}`,
        ratio: large / small,
        wanted: "at most 1.5",
        isMet: large / small <= 1.5,
      },
      {
        what:
          "a late event that folds a company of 1,000 events again, against 1,000 single events: milliseconds",
        measured: `${Math.round(late)} / ${Math.round(thousand)}`,
        ratio: late / thousand,
        wanted: "less than 1",
        isMet: late / thousand < 1,
      },
    ];
  } finally {
    await sql.end();
  }
}

async function prepare(database: Database, companies: number): Promise<Database> {
  const sql = connect(database.url);
  try {
    await sql.unsafe(await Deno.readTextFile(new URL("schema.sql", import.meta.url)));
    const { payload } = JSON.parse(await Deno.readTextFile(SAMPLE));
    await sql`create table bench.sample (payload jsonb)`;
    await sql`insert into bench.sample values (${sql.json(payload)})`;
    if (companies > 0) await sql`select bench.fill_tables(${companies})`;
    // A little of both, so that the planner has statistics, as on any database that is in use.
    for (let i = 0; i < 200; i++) await sql`select bench.floor(), bench.door()`;
    await sql.unsafe("vacuum analyze");
    await sql.unsafe("checkpoint").catch(() => {});
    return database;
  } finally {
    await sql.end();
  }
}

/** Transactions a second of one call, over `clients` connections. */
async function runPgbench(
  pgbench: string,
  url: string,
  call: string,
  clients: number,
): Promise<number> {
  const script = await Deno.makeTempFile({ suffix: ".sql" });
  try {
    await Deno.writeTextFile(script, `select ${call};\n`);
    const { code, stdout, stderr } = await new Deno.Command(pgbench, {
      args: ["-n", "-c", `${clients}`, "-j", "2", "-T", `${SECONDS}`, "-f", script, url],
    }).output();
    const tps = /tps = ([\d.]+)/.exec(new TextDecoder().decode(stdout))?.[1];
    if (code !== 0 || tps === undefined) throw new Error(new TextDecoder().decode(stderr));
    return Number(tps);
  } finally {
    await Deno.remove(script);
  }
}
