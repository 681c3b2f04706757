import { assertEquals, assertNotEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import fc from "npm:fast-check@4.10.2";
import { allDone, databaseTest } from "./support/database.ts";
import { history } from "./support/histories.ts";
import { checkProperty } from "./support/property.ts";
import { empty, handle, snapshot, snapshotOf } from "./support/snapshot.ts";

const CONNECTIONS = 16;

databaseTest(
  "the same events through many connections at once leave the same tables",
  async (database) => {
    const { sql } = database;
    const many = database.connections(CONNECTIONS);
    await checkProperty(
      fc.asyncProperty(history, async (bodies) => {
        const expected = await snapshotOf(sql, bodies);
        const answers = await allDone(
          [...bodies, ...bodies].map((body) => handle(many, [body])),
        );
        for (const [answer] of answers) assertNotEquals(answer?.outcome, "failed", answer?.reason);
        assertEquals(await snapshot(sql), expected);
      }).afterEach(() => empty(sql)),
      200,
    );
  },
);
