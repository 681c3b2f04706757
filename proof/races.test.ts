import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { connect, skipWithoutPostgres, withPostgres } from "../local/postgres.ts";
import { history } from "./histories.ts";
import { deliver, snapshot } from "./snapshot.ts";

const CASES = Number(Deno.env.get("CASES") ?? 100);
const SEED = Deno.env.get("SEED");
const CONNECTIONS = 16;
const EMPTY =
  "truncate public.calcom_events, public.companies, public.people, crm.accounts cascade";

Deno.test({
  name: "the same events through many connections at once leave the same tables",
  ignore: await skipWithoutPostgres(),
  fn: () =>
    withPostgres(async (server) => {
      const { url } = await server.createDatabase();
      const sql = connect(url);
      const crowd = connect(url, CONNECTIONS);
      try {
        await fc.assert(
          fc.asyncProperty(history, async (bodies) => {
            await sql.unsafe(EMPTY);
            await deliver(sql, bodies);
            const expected = await snapshot(sql);

            await sql.unsafe(EMPTY);
            const answers = await Promise.all(
              [...bodies, ...bodies].map((body) =>
                crowd<{ answer: { outcome: string; reason: string } }[]>`
                  select public.handle_calcom_event(${crowd.json(body as never)}) as answer`
              ),
            );
            for (const [row] of answers) {
              assert.notEqual(row?.answer.outcome, "failed", row?.answer.reason);
            }
            assert.equal(await snapshot(sql), expected);
          }),
          { numRuns: CASES, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
        );
        const [row] = await sql<{ deadlocks: string }[]>`
          select deadlocks from pg_catalog.pg_stat_database where datname = current_database()`;
        assert.equal(row?.deadlocks, "0", "no two events ever waited for each other");
      } finally {
        await crowd.end();
        await sql.end();
      }
    }),
});
