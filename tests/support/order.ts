import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import fc from "npm:fast-check@4.10.2";
import { inRollback, type TestDatabase } from "./database.ts";
import { addNotes, type HandEdit, happen, isHandEdit, tellEdits } from "./hand.ts";
import { type Happening, history, historyByHand, shuffled, withEditsInOrder } from "./histories.ts";
import { checkProperty } from "./property.ts";
import { handle, mails, snapshot, wrongs } from "./snapshot.ts";

/** Checks that the same events leave the same tables, in whatever order and however often they arrive. */
export async function checkOrder({ sql }: TestDatabase, cases: number): Promise<void> {
  const after = (bodies: readonly unknown[]) =>
    inRollback(sql, async () => {
      await handle(sql, bodies);
      return { tables: await snapshot(sql), mails: await mails(sql), wrongs: await wrongs(sql) };
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
        assertEquals(actual.wrongs, [], `${how}: ${JSON.stringify(order, null, 1)}`);
        assertEquals(actual.tables, expected.tables, `${how}: ${JSON.stringify(order, null, 1)}`);
        assertEquals(actual.mails, [...new Set(actual.mails)], `${how}: a mail twice`);
        if (how === "each twice") assertEquals(actual.mails, expected.mails, how);
      }
    }),
    cases,
  );
}

/**
 * Checks the same for histories with hand edits in between. Not every edit is possible in every
 * order (a deal that nobody has opened yet cannot be closed), so an order is compared with the
 * history in which the same edits were done to the same rows, if there is one.
 */
export async function checkOrderByHand({ sql }: TestDatabase, cases: number): Promise<void> {
  await addNotes(sql);
  let [orders, compared, edits] = [0, 0, 0];
  const after = (happenings: Happening[]) =>
    inRollback(sql, async () => {
      const done = await happen(sql, happenings);
      return {
        done: done.map(({ edit }) => edit),
        edits: (await tellEdits(sql, done)).toSorted(),
        tables: await snapshot(sql),
        wrongs: await wrongs(sql),
      };
    });
  const inOrder = (all: Happening[], done: HandEdit[]) =>
    after(all.filter((one) => !isHandEdit(one) || done.some(({ id }) => id === one.id)));

  await checkProperty(
    fc.asyncProperty(arrivals, async ({ all, random, randomTwice }) => {
      const bodies = all.filter((one) => !isHandEdit(one));
      for (
        const [how, order] of Object.entries({
          "in random order": withEditsInOrder(all, random),
          "in random order, each event twice": withEditsInOrder(all, randomTwice),
          "the edits first": [...all.filter(isHandEdit), ...bodies],
          "the edits last": [...bodies, ...all.filter(isHandEdit)],
          "in reverse": withEditsInOrder(all, all.toReversed()),
          "each event twice": all.flatMap<Happening>((one) => isHandEdit(one) ? [one] : [one, one]),
          "neighbours swapped": withEditsInOrder(all, swapNeighbours(all)),
        })
      ) {
        const told = `${how}: ${JSON.stringify(order, null, 1)}`;
        const actual = await after(order);
        assertEquals(actual.wrongs, [], told);
        const expected = await inOrder(all, actual.done);
        orders++;
        if (JSON.stringify(actual.edits) !== JSON.stringify(expected.edits)) continue;
        assertEquals(actual.tables, expected.tables, told);
        compared++;
        edits += actual.edits.length;
      }
    }),
    cases,
    () => `${compared} of ${orders} orders compared, with ${edits} hand edits`,
  );
}

/** Has most replays pause after one position, as if a statement_timeout were near. */
const PAUSES = `
  create sequence pg_temp.replays;
  create or replace function crm.replay_deadline() returns timestamptz
  language plpgsql volatile as $$
  begin
    return case when nextval('pg_temp.replays') % 8 > 0 then timestamptz '-infinity' end;
  end;
  $$`;

/**
 * Checks that replays which pause, with other events in between, leave what they leave in one go.
 * Before a hand edit they go on to their end, so that it is done to the same rows.
 */
export async function checkPauses({ sql }: TestDatabase, cases: number): Promise<void> {
  await addNotes(sql);
  let [pauses, edits] = [0, 0];
  const pickUp = async () => {
    const [row] = await sql`select public.handle_pending_event('-1 minute') as answer`;
    if (row!.answer?.is_pending) pauses++;
    return row!.answer;
  };
  const pickUpAll = async () => {
    while (await pickUp() !== null);
  };
  await checkProperty(
    fc.asyncProperty(shuffled(historyByHand), async (happenings) => {
      const expected = await inRollback(sql, async () => {
        edits += (await happen(sql, happenings)).length;
        return await snapshot(sql);
      });
      await inRollback(sql, async () => {
        await sql.unsafe(PAUSES);
        for (const one of happenings) {
          if (isHandEdit(one)) await pickUpAll();
          await happen(sql, [one]);
          await pickUp();
        }
        await pickUpAll();
        const told = JSON.stringify(happenings, null, 1);
        assertEquals(await wrongs(sql), [], told);
        assertEquals(await snapshot(sql), expected, told);
        const [left] = await sql`select count(*)::integer as count from crm.paused_replays`;
        assertEquals(left!.count, 0, "nothing is left of a pause");
      });
    }),
    cases,
    () => `with ${pauses} pauses and ${edits} hand edits`,
  );
}

/** A history with hand edits, and two orders in which it may arrive. */
const arrivals = historyByHand.chain((all) =>
  fc.record({
    all: fc.constant(all),
    random: shuffled(fc.constant(all)),
    randomTwice: shuffled(fc.constant([...all, ...all.filter((one) => !isHandEdit(one))])),
  })
);

/** Checks that an event that never arrives leaves no error, and no event that waits in vain. */
export async function checkLostEvents({ sql }: TestDatabase, cases: number): Promise<void> {
  let lost = 0;
  await checkProperty(
    fc.asyncProperty(arrivals, async ({ all, random }) => {
      for (const one of all.filter((one) => !isHandEdit(one))) {
        for (const order of [all, withEditsInOrder(all, random)]) {
          const rest = order.filter((other) => other !== one);
          const told = () => `without ${JSON.stringify(one)}: ${JSON.stringify(rest, null, 1)}`;
          await inRollback(sql, async () => {
            await happen(sql, rest);
            assertEquals(await wrongs(sql), [], told());
          });
        }
        lost++;
      }
    }),
    cases,
    () => `each without one of ${lost} events`,
  );
}

function swapNeighbours<T>(items: readonly T[]): T[] {
  return items.map((_, i) => items[i ^ 1] ?? items[i]!);
}
