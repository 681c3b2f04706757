import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { JSONValue, Sql } from "npm:postgres@3.4.9";
import { toPayload } from "../supabase/functions/calcom-webhook/payload.ts";
import { holds } from "./cases.ts";
import { type Body, history } from "./histories.ts";
import { poisoned } from "./poison.ts";
import { inScratch } from "./scratch.ts";
import { deliver, snapshot } from "./snapshot.ts";
import { proof } from "./testing.ts";

const FIXTURES = new URL("../tests/fixtures/calcom/", import.meta.url);
const fixtures: Body[] = [];
for (const { name } of Deno.readDirSync(FIXTURES)) {
  const text = Deno.readTextFileSync(new URL(name, FIXTURES));
  if (!name.includes("not-json")) fixtures.push(JSON.parse(text));
}

const body = fc.oneof(
  fc.constantFrom(...fixtures),
  fc.constantFrom(...fc.sample(history, { numRuns: 50, seed: 1 }).flat()),
);

proof(
  "no body makes the door raise, each is kept, and the next good one counts",
  async ({ sql }) => {
    await holds(
      fc.asyncProperty(
        fc.array(poisoned(body), { minLength: 10, maxLength: 20 }),
        (bodies) =>
          inScratch(sql, async (t) => {
            const deliveries = bodies.flatMap((one, i) => [asStored(one), good(i)]);
            const answers = await deliver(t, deliveries);
            answers.forEach(({ outcome, reason }, i) => {
              if (i % 2 === 1) {
                assert.equal(outcome, "applied", `${reason} after ${inShort(bodies[i >> 1])}`);
              }
              assert.ok(OUTCOMES.includes(outcome) && reason, inShort(bodies[i >> 1]));
            });

            const kept = await t`
          select from public.calcom_events as e where e.outcome is not null and e.reason is not null`;
            assert.equal(kept.length, deliveries.length);
          }),
      ),
      250,
    );
  },
);

const OUTCOMES = ["applied", "duplicate", "ignored", "waiting", "failed"];

/** A booking of one of the people of the generated histories. */
function good(i: number): Body {
  return {
    triggerEvent: "BOOKING_CREATED",
    createdAt: `2026-10-02T08:00:${`${i % 60}`.padStart(2, "0")}.000Z`,
    payload: {
      uid: `good-${i}`,
      startTime: "2026-10-03T08:00:00Z",
      endTime: "2026-10-03T08:30:00Z",
      organizer: { email: "host@modernfull.com" },
      attendees: [{ email: i % 2 === 0 ? "ann@acme.example" : "bob@birch.example", name: "Ann" }],
    },
  };
}

/** What the Edge Function makes of a body before it stores it. */
function asStored(body: unknown): unknown {
  return toPayload(new TextEncoder().encode(JSON.stringify(body))).value;
}

function inShort(body: unknown): string {
  return JSON.stringify(body).slice(0, 5_000);
}

proof("poison in a history does not make its order matter", async ({ sql }) => {
  await holds(
    fc.asyncProperty(
      poisonedHistory,
      fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
      async (bodies, dice) => {
        const stored = bodies.map(asStored);
        const expected = await after(sql, stored, stored);
        const orders = [
          stored.toReversed(),
          sortedBy(stored, dice),
          sortedBy(stored, dice.toReversed()),
        ];
        for (const order of orders) assert.equal(await after(sql, stored, order), expected);
      },
    ),
    150,
  );
});

/** A history with poison among its bodies, made of them. */
const poisonedHistory = history.chain((bodies) =>
  fc.array(fc.oneof(fc.constant(null), poisoned(fc.constantFrom(...bodies))), {
    minLength: bodies.length,
    maxLength: bodies.length,
  }).map((poison) => bodies.flatMap((body, i) => poison[i] === null ? [body] : [body, poison[i]]))
);

/**
 * What the tables hold when the deliveries were received in one order and decided in another. Poison
 * may hide the sender's time, and then the time of receipt is what counts.
 */
async function after(sql: Sql, received: unknown[], decided: unknown[]): Promise<string> {
  return await inScratch(sql, async (t) => {
    await t`
      insert into public.calcom_events (payload, received_at)
      select b.body, min('2026-10-01T08:00:00Z'::timestamptz + b.place * interval '1 minute') over (partition by b.body)
      from jsonb_array_elements(${
      sql.json(received as JSONValue)
    }) with ordinality as b (body, place)`;
    await deliver(t, decided);
    return await snapshot(t);
  });
}

function sortedBy<T>(items: T[], keys: number[]): T[] {
  return items.map((item, i) => [keys[i % keys.length]!, item] as const)
    .sort(([a], [b]) => a - b).map(([, item]) => item);
}
