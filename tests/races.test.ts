import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { holds } from "./cases.ts";
import { history } from "./histories.ts";
import { inScratch } from "./scratch.ts";
import { deliver, empty, snapshot } from "./snapshot.ts";
import { proof } from "./testing.ts";

const CONNECTIONS = 16;

proof(
  "the same events through many connections at once leave the same tables",
  async (ground) => {
    const { sql } = ground;
    const crowd = ground.crowd(CONNECTIONS);
    await holds(
      fc.asyncProperty(history, async (bodies) => {
        const expected = await inScratch(sql, async (t) => {
          await deliver(t, bodies);
          return await snapshot(t);
        });

        const answers = await Promise.all(
          [...bodies, ...bodies].map((body) => deliver(crowd, [body])),
        );
        for (const [answer] of answers) assert.notEqual(answer?.outcome, "failed", answer?.reason);
        assert.equal(await snapshot(sql), expected);
      }).afterEach(() => empty(sql)),
      300,
    );
  },
);
