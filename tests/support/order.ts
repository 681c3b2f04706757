import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import fc from "npm:fast-check@4.10.2";
import { inRollback, type TestDatabase } from "./database.ts";
import { history, shuffled } from "./histories.ts";
import { checkProperty } from "./property.ts";
import { handle, mails, snapshot } from "./snapshot.ts";

/** Checks that the same events leave the same tables, in whatever order and however often they arrive. */
export async function checkOrder({ sql }: TestDatabase, cases: number): Promise<void> {
  const after = (bodies: readonly unknown[]) =>
    inRollback(sql, async () => {
      await handle(sql, bodies);
      return { tables: await snapshot(sql), mails: await mails(sql) };
    });
  const ordered = history.chain((bodies) =>
    fc.record({
      bodies: fc.constant(bodies),
      random: shuffled(fc.constant(bodies)),
      randomTwice: shuffled(fc.constant([...bodies, ...bodies])),
    })
  );
  await checkProperty(
    fc.asyncProperty(ordered, async ({ bodies, random, randomTwice }) => {
      const expected = await after(bodies);
      for (
        const [how, order] of Object.entries({
          "in random order": random,
          "in random order, each twice": randomTwice,
          "in reverse": bodies.toReversed(),
          "each twice": bodies.flatMap((body) => [body, body]),
          "neighbours swapped": swapNeighbours(bodies),
        })
      ) {
        const actual = await after(order);
        assertEquals(actual.tables, expected.tables, `${how}: ${JSON.stringify(order, null, 1)}`);
        assertEquals(actual.mails, [...new Set(actual.mails)], `${how}: a mail twice`);
        if (how === "each twice") assertEquals(actual.mails, expected.mails, how);
      }
    }),
    cases,
  );
}

function swapNeighbours<T>(items: readonly T[]): T[] {
  return items.map((_, i) => items[i ^ 1] ?? items[i]!);
}
