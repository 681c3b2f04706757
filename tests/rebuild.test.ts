import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { Sql } from "npm:postgres@3.4.9";
import { holds } from "./cases.ts";
import { history, shuffled } from "./histories.ts";
import { inScratch } from "./scratch.ts";
import { deliver, empty, everyRow, snapshot } from "./snapshot.ts";
import { proof } from "./testing.ts";

proof("a rebuild leaves every row as it is, id included, and writes no mail", async ({ sql }) => {
  await holds(
    fc.asyncProperty(shuffled(history), (bodies) =>
      inScratch(sql, async (t) => {
        await deliver(t, bodies);
        const before = await everyRow(t);

        await t`select public.rebuild_everything()`;
        assert.equal(await everyRow(t), before, "after rebuild_everything()");
        await t`select public.rebuild_company(c.domain) from public.companies as c`;
        assert.equal(await everyRow(t), before, "after rebuild_company()");
        await t`select public.rebuild_person(p.email) from public.people as p`;
        assert.equal(await everyRow(t), before, "after rebuild_person()");
      })),
    100,
  );
});

const NEW_RULE = `
  insert into public.personal_email_domains (domain) values ('acme.example');
  delete from public.personal_email_domains where domain = 'gmail.com'`;
const OLD_RULE = `
  insert into public.personal_email_domains (domain) values ('gmail.com');
  delete from public.personal_email_domains where domain = 'acme.example'`;

proof("after a rebuild a new rule counts as if it had always been the rule", async ({ sql }) => {
  await holds(
    fc.asyncProperty(shuffled(history), async (bodies) => {
      const expected = await inScratch(sql, async (t) => {
        await t.unsafe(NEW_RULE);
        await deliver(t, bodies);
        return await snapshot(t);
      });
      await inScratch(sql, async (t) => {
        await deliver(t, bodies);
        const tables = await snapshot(t);
        const ids = await idsThatStay(t);

        await t.unsafe(`${NEW_RULE}; select public.rebuild_everything()`);
        assert.equal(await snapshot(t), expected, "under the new rule");
        assert.equal(await idsThatStay(t), ids, "under the new rule");

        await t.unsafe(`${OLD_RULE}; select public.rebuild_everything()`);
        assert.equal(await snapshot(t), tables, "under the old rule again");
        assert.equal(await idsThatStay(t), ids, "under the old rule again");
      });
    }),
    80,
  );
});

/** People, bookings and mails are there under any rule; companies and deals come and go. */
async function idsThatStay(sql: Sql): Promise<string> {
  const { people, bookings, emails } = JSON.parse(await everyRow(sql));
  return JSON.stringify([people, bookings, emails].map((rows) => rows?.map(idOf)));
}

const idOf = ({ id }: { id: string }) => id;

proof("rebuilds and new events at once leave what the events alone leave", async (ground) => {
  const { sql } = ground;
  const events = ground.crowd(8);
  const rebuilds = ground.crowd(4);
  await holds(
    fc.asyncProperty(shuffled(history), async (bodies) => {
      const expected = await inScratch(sql, async (t) => {
        await deliver(t, bodies);
        return await snapshot(t);
      });

      const half = bodies.length >> 1;
      await deliver(sql, bodies.slice(0, half));
      const [answers] = await Promise.all([
        Promise.all(bodies.slice(half).map((body) => deliver(events, [body]))),
        rebuilds`select public.rebuild_everything()`,
        rebuilds`select public.rebuild_company('acme.example')`,
        rebuilds`select public.rebuild_company('birch.example')`,
        rebuilds`select public.rebuild_person('ann@acme.example')`,
        rebuilds`select public.rebuild_person('ann@gmail.com')`,
        rebuilds`select public.rebuild_everything()`,
      ]);
      for (const [answer] of answers) assert.notEqual(answer?.outcome, "failed", answer?.reason);
      assert.equal(await snapshot(sql), expected);
    }).afterEach(() => empty(sql)),
    80,
  );
});

proof("a table of somebody's own may hold on to rows that the log still makes", async ({ sql }) => {
  await sql.unsafe(`
    create table public.notes (
      person_id uuid references public.people (id) on delete restrict,
      booking_id uuid references public.bookings (id) on delete restrict,
      deal_id uuid references public.deals (id) on delete restrict
    )`);
  await holds(
    fc.asyncProperty(shuffled(history), (bodies) =>
      inScratch(sql, async (t) => {
        const half = bodies.length >> 1;
        await deliver(t, bodies.slice(0, half));
        const { tables, ids } = await inSavepoint(t, async () => {
          await deliver(t, bodies.slice(half));
          const { deals, bookings } = JSON.parse(await everyRow(t));
          return { tables: await snapshot(t), ids: [...deals ?? [], ...bookings ?? []].map(idOf) };
        });

        await t`
          insert into public.notes (person_id, booking_id, deal_id)
          select p.id, null::uuid, null::uuid from public.people as p
          union select null, b.id, null from public.bookings as b where b.id = any (${ids})
          union select null, null, d.id from public.deals as d where d.id = any (${ids})`;
        await deliver(t, bodies.slice(half));
        await t`select public.rebuild_everything()`;
        assert.equal(await snapshot(t), tables);
      })),
    80,
  );
});

proof("what somebody entered by hand is left alone", async ({ sql }) => {
  await holds(
    fc.asyncProperty(shuffled(history), (bodies) =>
      inScratch(sql, async (t) => {
        await t.unsafe(BY_HAND);
        const before = await byHand(t);
        await deliver(t, bodies);
        assert.equal(await byHand(t), before, "after the events");
        const tables = await everyRow(t);
        await t`select public.rebuild_everything()`;
        assert.equal(await byHand(t), before, "after a rebuild");
        assert.equal(await everyRow(t), tables, "after a rebuild");
      })),
    80,
  );
});

const BY_HAND = `
  insert into public.companies (id, domain, name) values
    ('00000000-0000-4000-8000-000000000001', 'acme.example', 'Acme, as we call it'),
    ('00000000-0000-4000-8000-000000000002', 'met-at-a-fair.example', 'Met at a fair');
  insert into public.people (id, email, name, company_id) values
    ('00000000-0000-4000-8000-000000000003', 'cleo@acme.example', 'Cleo', '00000000-0000-4000-8000-000000000001'),
    ('00000000-0000-4000-8000-000000000004', 'dan@gmail.com', 'Dan', '00000000-0000-4000-8000-000000000002');
  insert into public.deals (id, company_id, status, stage) values
    ('00000000-0000-4000-8000-000000000005', '00000000-0000-4000-8000-000000000001', 'cancelled', 'met'),
    ('00000000-0000-4000-8000-000000000006', '00000000-0000-4000-8000-000000000002', 'active', 'booked');
  insert into public.bookings (id, calcom_uid, person_id, deal_id) values
    ('00000000-0000-4000-8000-000000000007', 'by-phone', '00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000005')`;

/** The rows of the statement above, wherever they are and whatever they say now. */
async function byHand(sql: Sql): Promise<string> {
  const { companies, people, deals, bookings } = JSON.parse(await everyRow(sql));
  const rows = [companies, people, deals, bookings].flat();
  return JSON.stringify(rows.filter((row) => idOf(row).startsWith("00000000-")), null, 1);
}

/** Undoes what `use` does, within a transaction. */
async function inSavepoint<T>(t: Sql, use: () => Promise<T>): Promise<T> {
  await t`savepoint before`;
  const result = await use();
  await t`rollback to savepoint before`;
  return result;
}
