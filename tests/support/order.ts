import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import fc from "npm:fast-check@4.10.2";
import type { Sql } from "npm:postgres@3.4.9";
import { inRollback, type TestDatabase } from "./database.ts";
import { type Body, history } from "./histories.ts";
import { checkProperty } from "./property.ts";
import { handle, mails, snapshot } from "./snapshot.ts";

/** Checks that the same events leave the same tables, in whatever order and however often they arrive. */
export async function checkOrder({ sql }: TestDatabase, cases: number): Promise<void> {
  await checkProperty(
    fc.asyncProperty(history, fc.infiniteStream(fc.nat()), async (bodies, dice) => {
      const expected = await after(sql, bodies);
      for (
        const [how, order] of [
          ["in random order", shuffle(bodies, dice)],
          ["in random order, each twice", shuffle([...bodies, ...bodies], dice)],
          ["in reverse", bodies.toReversed()],
          ["each twice", bodies.flatMap((body) => [body, body])],
          ["neighbours swapped", swapNeighbours(bodies)],
        ] as const
      ) {
        const actual = await after(sql, order);
        assertEquals(actual.tables, expected.tables, `${how}: ${JSON.stringify(order, null, 1)}`);
        assertEquals(actual.mails, [...new Set(actual.mails)], `${how}: a mail twice`);
        if (how === "each twice") assertEquals(actual.mails, expected.mails, how);
      }
    }),
    cases,
  );
}

/** What the tables hold after these bodies, and which mails are owed. */
function after(sql: Sql, bodies: readonly Body[]) {
  return inRollback(sql, async (t) => {
    await handle(t, bodies);
    return { tables: await snapshot(t), mails: await mails(t) };
  });
}

function shuffle<T>(items: readonly T[], dice: Iterator<number>): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = (dice.next().value as number) % (i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

function swapNeighbours<T>(items: readonly T[]): T[] {
  return items.flatMap((_, i) => i % 2 === 0 ? [items[i + 1], items[i]] : []).filter((item) =>
    item !== undefined
  );
}
