import { assertEquals, assertNotEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Sql } from "npm:postgres@3.4.9";
import { readSeed } from "../local/migrations.ts";
import { databaseTest, sharedServer } from "./support/database.ts";
import { testPgtapFiles } from "./support/pgtap.ts";
import { startTestServer } from "./support/postgres.ts";

const server = sharedServer(() => startTestServer());

await testPgtapFiles("pgTAP", server);

databaseTest("the seed can run twice and changes nothing", async ({ sql }) => {
  const seed = await readSeed();
  await sql.unsafe(seed.sql);
  const once = await readTables(sql);
  for (const [table, rows] of Object.entries(once)) {
    assertNotEquals(rows, null, `no row in ${table}`);
  }
  await sql.unsafe(seed.sql);
  assertEquals(await readTables(sql), once);
}, server);

async function readTables(sql: Sql): Promise<Record<string, unknown>> {
  const tables = ["companies", "people", "bookings", "deals", "emails", "calcom_events"];
  const aggregates = tables.map((table) =>
    `(select jsonb_agg(to_jsonb(t) order by t.id) from public.${table} as t) as ${table}`
  );
  const [row] = await sql.unsafe(`select ${aggregates.join(", ")}`);
  return { ...row };
}
