import { assertEquals, assertNotEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { readSeed } from "../local/migrations.ts";
import { databaseTest, sharedServer } from "./support/database.ts";
import { testPgtapFiles } from "./support/pgtap.ts";
import { everyRow } from "./support/snapshot.ts";

const server = sharedServer();

await testPgtapFiles("pgTAP", server);

databaseTest("the seed can run twice and changes nothing", async ({ sql }) => {
  const seed = await readSeed();
  await sql.unsafe(seed.sql);
  const once = await everyRow(sql);
  for (const [table, rows] of Object.entries(JSON.parse(once))) {
    if (table !== "hand_edits") assertNotEquals(rows, null, `no row in ${table}`);
  }
  await sql.unsafe(seed.sql);
  assertEquals(await everyRow(sql), once);
}, server);
