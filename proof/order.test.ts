import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { connect, skipWithoutPostgres, withPostgres } from "../local/postgres.ts";
import { type Body, history } from "./histories.ts";
import { deliver, mails, snapshot } from "./snapshot.ts";

const CASES = Number(Deno.env.get("CASES") ?? 60);
const SEED = Deno.env.get("SEED");

Deno.test({
  name: "the same events leave the same tables, in whatever order and however often they arrive",
  ignore: await skipWithoutPostgres(),
  fn: () =>
    withPostgres(async (server) => {
      const sql = connect((await server.createDatabase()).url);
      await sql`set synchronous_commit = off`;
      try {
        await fc.assert(
          fc.asyncProperty(history, fc.infiniteStream(fc.nat()), async (bodies, dice) => {
            const expected = await after(sql, bodies);
            const shuffled = shuffle(bodies, dice);
            for (
              const [how, order] of [
                ["in random order", shuffled],
                ["in random order, each twice", shuffle([...bodies, ...bodies], dice)],
                ["in reverse", bodies.toReversed()],
                ["each twice", bodies.flatMap((body) => [body, body])],
                ["neighbours swapped", swapNeighbours(bodies)],
              ] as const
            ) {
              const actual = await after(sql, order);
              assert.equal(
                actual.tables,
                expected.tables,
                `${how}: ${JSON.stringify(order, null, 1)}`,
              );
              if (how === "each twice") assert.deepEqual(actual.mails, expected.mails, how);
            }
          }),
          { numRuns: CASES, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
        );
      } finally {
        await sql.end();
      }
    }),
});

/** What the tables hold after these bodies, in a transaction that leaves nothing behind. */
async function after(sql: ReturnType<typeof connect>, bodies: readonly Body[]) {
  let result = { tables: "", mails: [] as string[] };
  await sql.begin(async (transaction) => {
    const t = transaction as unknown as typeof sql;
    await deliver(t, [...bodies]);
    result = { tables: await snapshot(t), mails: await mails(t) };
    throw new Undo();
  }).catch((error) => {
    if (!(error instanceof Undo)) throw error;
  });
  return result;
}

class Undo extends Error {}

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
