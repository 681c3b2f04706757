import { assertEquals, assertNotEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import fc from "npm:fast-check@4.10.2";
import { allDone, databaseTest } from "./support/database.ts";
import { addNotes, editByHand, isHandEdit } from "./support/hand.ts";
import { history, historyByHand } from "./support/histories.ts";
import { checkProperty } from "./support/property.ts";
import { empty, everyRow, handle, snapshot, snapshotOf, wrongs } from "./support/snapshot.ts";

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

databaseTest(
  "hand edits among events through many connections at once are kept by a rebuild",
  async (database) => {
    const { sql } = database;
    await addNotes(sql);
    const events = database.connections(8);
    const hands = database.connections(4);
    let edits = 0;
    await checkProperty(
      fc.asyncProperty(historyByHand, async (happenings) => {
        const bodies = happenings.filter((one) => !isHandEdit(one));
        // So that there is something to edit.
        const half = bodies.length >> 1;
        await handle(sql, bodies.slice(0, half));
        await allDone([
          ...bodies.slice(half).map(async (body) => {
            const [answer] = await handle(events, [body]);
            assertNotEquals(answer?.outcome, "failed", answer?.reason);
          }),
          ...happenings.filter(isHandEdit).map(async (edit) => {
            if (await editByHand(hands, edit) !== null) edits++;
          }),
        ]);
        assertEquals(await wrongs(sql), []);

        const before = await everyRow(sql);
        await sql`select public.rebuild_everything()`;
        assertEquals(await everyRow(sql), before);
      }).afterEach(() => empty(sql)),
      100,
      () => `with ${edits} hand edits`,
    );
  },
);
