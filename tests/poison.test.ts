import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import fc from "npm:fast-check@4.10.2";
import type { JSONValue, Sql } from "npm:postgres@3.4.9";
import { toPayload } from "../supabase/functions/_shared/payload.ts";
import { databaseTest, inRollback } from "./support/database.ts";
import { type Body, history, shuffled } from "./support/histories.ts";
import { poisoned } from "./support/poison.ts";
import { checkProperty } from "./support/property.ts";
import { handle, snapshot } from "./support/snapshot.ts";

const FIXTURES = new URL("./fixtures/calcom/", import.meta.url);
const fixtures: Body[] = [];
for (const { name } of Deno.readDirSync(FIXTURES)) {
  const text = Deno.readTextFileSync(new URL(name, FIXTURES));
  if (!name.includes("not-json")) fixtures.push(JSON.parse(text));
}

const body = fc.oneof(
  fc.constantFrom(...fixtures),
  fc.constantFrom(...fc.sample(history, { numRuns: 50, seed: 1 }).flat()),
);

databaseTest(
  "no body makes handle_calcom_event raise, each is kept, and the next good one counts",
  async ({ sql }) => {
    await checkProperty(
      fc.asyncProperty(
        fc.array(poisoned(body), { minLength: 10, maxLength: 20 }),
        (bodies) =>
          inRollback(sql, async (t) => {
            const received = bodies.flatMap((one, i) => [asStored(one), good(i)]);
            const answers = await handle(t, received);
            answers.forEach(({ outcome, reason }, i) => {
              if (i % 2 === 1) {
                assertEquals(outcome, "applied", `${reason} after ${shorten(bodies[i >> 1])}`);
              }
              assert(OUTCOMES.includes(outcome) && reason, shorten(bodies[i >> 1]));
            });

            // Of a body that came several times the second row counts the rest.
            const [kept] = await t<{ count: number }[]>`
          select sum(coalesce(e.repeat_count, 1))::integer as count
          from public.calcom_events as e
          where e.outcome <> 'pending' and e.reason is not null`;
            assertEquals(kept!.count, received.length);
          }),
      ),
      100,
    );
  },
);

const OUTCOMES = ["applied", "duplicate", "ignored", "waiting", "failed"];

/** A booking of one of the people of the generated histories. */
function good(i: number): Body {
  return {
    triggerEvent: "BOOKING_CREATED",
    createdAt: `2037-10-02T08:00:${`${i % 60}`.padStart(2, "0")}.000Z`,
    payload: {
      uid: `good-${i}`,
      startTime: "2037-10-03T08:00:00Z",
      endTime: "2037-10-03T08:30:00Z",
      organizer: { email: "host@modernfull.com" },
      attendees: [{ email: i % 2 === 0 ? "ann@acme.example" : "bob@birch.example", name: "Ann" }],
    },
  };
}

/** What the Edge Function makes of a body before it stores it. */
function asStored(body: unknown): unknown {
  return toPayload(new TextEncoder().encode(JSON.stringify(body))).value;
}

function shorten(body: unknown): string {
  return JSON.stringify(body).slice(0, 5_000);
}

databaseTest("poison in a history does not make its order matter", async ({ sql }) => {
  await checkProperty(
    fc.asyncProperty(poisonedHistory, async ([bodies, ...orders]) => {
      const expected = await after(sql, bodies, bodies);
      for (const order of [bodies.toReversed(), ...orders]) {
        assertEquals(await after(sql, bodies, order), expected);
      }
    }),
    100,
  );
});

/** A history with poison among its bodies, made of them; then the same in two other orders. */
const poisonedHistory = history.chain((bodies) =>
  fc.array(fc.oneof(fc.constant(null), poisoned(fc.constantFrom(...bodies))), {
    minLength: bodies.length,
    maxLength: bodies.length,
  }).map((poison) => bodies.flatMap((body, i) => poison[i] === null ? [body] : [body, poison[i]]))
).map((bodies) => bodies.map(asStored)).chain((stored) => {
  const all = fc.constant(stored);
  return fc.tuple(all, shuffled(all), shuffled(all));
});

/**
 * What the tables hold when the bodies were received in one order and decided in another. Poison
 * may hide the sender's time, and then the time of receipt is what counts.
 */
async function after(sql: Sql, received: unknown[], decided: unknown[]): Promise<string> {
  const bodies = sql.json(received as JSONValue);
  return await inRollback(sql, async (t) => {
    await t`
      insert into public.calcom_events (payload, received_at)
      select
        b.body,
        min('2037-10-01T08:00:00Z'::timestamptz + b.place * interval '1 minute')
          over (partition by b.body)
      from jsonb_array_elements(${bodies}) with ordinality as b (body, place)`;
    await handle(t, decided);
    return await snapshot(t);
  });
}
