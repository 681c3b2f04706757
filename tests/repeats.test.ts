import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { allDone, databaseTest } from "./support/database.ts";
import { handle } from "./support/snapshot.ts";
import { readFixture } from "./support/webhook.ts";

const ROUNDS = 12;
const REPEATS = 32;

for (
  const [fixture, outcome] of [
    ["booking-created-business", "applied"],
    ["ping", "ignored"],
  ] as const
) {
  databaseTest(
    `repeats of an event that is ${outcome}, through many connections at once, are counted and fill nothing`,
    async (database) => {
      const { sql } = database;
      const many = database.connections(16);
      // The first two repeats of a body must not both get a row.
      for (let round = 0; round < ROUNDS; round++) {
        await sql`truncate public.calcom_events, public.companies, public.people cascade`;
        const body = JSON.parse(new TextDecoder().decode(readFixture(fixture)));
        body.padding = crypto.getRandomValues(new Uint8Array(10_000)).toHex();
        await handle(sql, [body]);
        const answers = await allDone(
          Array.from({ length: REPEATS }, async () => {
            // As the Edge Function does.
            await many`insert into public.calcom_events (payload) values (${many.json(body)})`;
            const [answer] = await handle(many, [body]);
            return answer!;
          }),
        );

        const reasons = answers.map((answer) => `${answer.outcome}: ${answer.reason}`);
        assertEquals(
          new Set(reasons),
          new Set(["duplicate: The very same body was delivered before."]),
        );
        const [first, repeat, ...others] = await sql`
          select e.outcome, e.repeat_count, pg_column_size(e.payload) as size
          from public.calcom_events as e order by e.repeats_event_id nulls first`;
        assertEquals([first?.outcome, first?.repeat_count], [outcome, null]);
        assertEquals([repeat?.outcome, repeat?.repeat_count], ["duplicate", REPEATS]);
        assertEquals(others, []);
        assert(first?.size > 10_000 && repeat?.size < 200);
      }
    },
  );
}
