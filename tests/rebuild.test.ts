import { assertEquals, assertNotEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import fc from "npm:fast-check@4.10.2";
import type { Sql } from "npm:postgres@3.4.9";
import { allDone, databaseTest, inRollback } from "./support/database.ts";
import { addNotes, editWithin, happen, isHandEdit } from "./support/hand.ts";
import { history, historyByHand, shuffled } from "./support/histories.ts";
import { checkProperty } from "./support/property.ts";
import { empty, everyRow, handle, mails, snapshot, snapshotOf } from "./support/snapshot.ts";

databaseTest(
  "a rebuild leaves every row as it is, id included, and writes no mail",
  async ({ sql }) => {
    await checkProperty(
      fc.asyncProperty(shuffled(history), (bodies) =>
        inRollback(sql, async (t) => {
          await handle(t, bodies);
          const before = await everyRow(t);

          await t`select public.rebuild_everything()`;
          assertEquals(await everyRow(t), before, "after rebuild_everything()");
          await t`select public.rebuild_company(c.domain) from public.companies as c`;
          assertEquals(await everyRow(t), before, "after rebuild_company()");
          await t`select public.rebuild_person(p.email) from public.people as p`;
          assertEquals(await everyRow(t), before, "after rebuild_person()");
        })),
      60,
    );
  },
);

const NEW_RULE = `
  insert into public.personal_email_domains (domain) values ('acme.example');
  delete from public.personal_email_domains where domain = 'gmail.com'`;
const OLD_RULE = `
  insert into public.personal_email_domains (domain) values ('gmail.com');
  delete from public.personal_email_domains where domain = 'acme.example'`;

databaseTest(
  "after a rebuild a new rule counts as if it had always been the rule",
  async ({ sql }) => {
    await checkProperty(
      fc.asyncProperty(shuffled(history), async (bodies) => {
        const expected = await inRollback(sql, async (t) => {
          await t.unsafe(NEW_RULE);
          await handle(t, bodies);
          return await snapshot(t);
        });
        await inRollback(sql, async (t) => {
          await handle(t, bodies);
          const tables = await snapshot(t);
          const ids = await idsThatStay(t);

          await t.unsafe(`${NEW_RULE}; select public.rebuild_everything()`);
          assertEquals(await snapshot(t), expected, "under the new rule");
          assertEquals(await idsThatStay(t), ids, "under the new rule");

          await t.unsafe(`${OLD_RULE}; select public.rebuild_everything()`);
          assertEquals(await snapshot(t), tables, "under the old rule again");
          assertEquals(await idsThatStay(t), ids, "under the old rule again");
        });
      }),
      60,
    );
  },
);

/** People, bookings and mails are there under any rule; companies and deals come and go. */
async function idsThatStay(sql: Sql): Promise<string> {
  const { people, bookings, emails } = JSON.parse(await everyRow(sql));
  return JSON.stringify([people, bookings, emails].map((rows) => rows?.map(idOf)));
}

const idOf = ({ id }: { id: string }) => id;

databaseTest(
  "rebuilds and new events at once leave what the events alone leave",
  async (database) => {
    const { sql } = database;
    const events = database.connections(8);
    const rebuilds = database.connections(4);
    await checkProperty(
      fc.asyncProperty(shuffled(history), async (bodies) => {
        const expected = await snapshotOf(sql, bodies);

        const half = bodies.length >> 1;
        await handle(sql, bodies.slice(0, half));
        const answers = bodies.slice(half).map((body) => handle(events, [body]));
        await allDone<unknown>([
          ...answers,
          rebuilds`select public.rebuild_everything()`,
          rebuilds`select public.rebuild_company('acme.example')`,
          rebuilds`select public.rebuild_company('birch.example')`,
          rebuilds`select public.rebuild_person('ann@acme.example')`,
          rebuilds`select public.rebuild_person('ann@gmail.com')`,
          rebuilds`select public.rebuild_everything()`,
        ]);
        for (const [answer] of await Promise.all(answers)) {
          assertNotEquals(answer?.outcome, "failed", answer?.reason);
        }
        assertEquals(await snapshot(sql), expected);
      }).afterEach(() => empty(sql)),
      60,
    );
  },
);

databaseTest(
  "a table of somebody's own may hold on to rows that the log still makes",
  async ({ sql }) => {
    await sql.unsafe(`
    create table public.notes (
      person_id uuid references public.people (id) on delete restrict,
      booking_id uuid references public.bookings (id) on delete restrict,
      deal_id uuid references public.deals (id) on delete restrict
    )`);
    await checkProperty(
      fc.asyncProperty(shuffled(history), (bodies) =>
        inRollback(sql, async (t) => {
          const half = bodies.length >> 1;
          await handle(t, bodies.slice(0, half));
          const { tables, ids } = await inSavepoint(t, async () => {
            await handle(t, bodies.slice(half));
            const { people, deals, bookings } = JSON.parse(await everyRow(t));
            return {
              tables: await snapshot(t),
              ids: [...people ?? [], ...deals ?? [], ...bookings ?? []].map(idOf),
            };
          });

          await t`
          insert into public.notes (person_id, booking_id, deal_id)
          select p.id, null::uuid, null::uuid from public.people as p where p.id = any (${ids})
          union select null, b.id, null from public.bookings as b where b.id = any (${ids})
          union select null, null, d.id from public.deals as d where d.id = any (${ids})`;
          await handle(t, bodies.slice(half));
          await t`select public.rebuild_everything()`;
          assertEquals(await snapshot(t), tables);
        })),
      60,
    );
  },
);

databaseTest(
  "a rebuild changes no row that people or events did not change",
  async ({ sql }) => {
    await addNotes(sql);
    let edits = 0;
    await checkProperty(
      fc.asyncProperty(
        shuffled(historyByHand),
        fc.boolean(),
        (happenings, isNow) =>
          inRollback(sql, async (t) => {
            if (!isNow) edits += (await happen(t, happenings)).length;
            // At the moment that it is, as a person would: after all that is in the tables.
            for (const one of isNow ? happenings : []) {
              if (!isHandEdit(one)) await handle(t, [one]);
              else if (await editWithin(t, one) !== null) edits++;
            }
            const before = await everyRow(t);

            await t`select public.rebuild_everything()`;
            assertEquals(await everyRow(t), before, "after rebuild_everything()");
            await t`select public.rebuild_company(c.domain) from public.companies as c`;
            assertEquals(await everyRow(t), before, "after rebuild_company()");
            await t`select public.rebuild_person(p.email) from public.people as p`;
            assertEquals(await everyRow(t), before, "after rebuild_person()");
          }),
      ),
      100,
      () => `with ${edits} hand edits`,
    );
  },
);

databaseTest(
  "rebuilds between events and hand edits change nothing that follows",
  async ({ sql }) => {
    await addNotes(sql);
    let edits = 0;
    await checkProperty(
      fc.asyncProperty(shuffled(historyByHand), async (happenings) => {
        const expected = await inRollback(sql, async (t) => {
          edits += (await happen(t, happenings)).length;
          return { tables: await snapshot(t), mails: await mails(t) };
        });
        await inRollback(sql, async (t) => {
          for (const one of happenings) {
            await happen(t, [one]);
            await t`select public.rebuild_everything()`;
          }
          assertEquals(await snapshot(t), expected.tables);
          assertEquals(await mails(t), expected.mails);
        });
      }),
      60,
      () => `with ${edits} hand edits`,
    );
  },
);

databaseTest("what somebody entered by hand is left alone", async ({ sql }) => {
  await checkProperty(
    fc.asyncProperty(shuffled(history), (bodies) =>
      inRollback(sql, async (t) => {
        await t.unsafe(BY_HAND);
        const before = await byHand(t);
        await handle(t, bodies);
        assertEquals(await byHand(t), before, "after the events");
        const tables = await everyRow(t);
        await t`select public.rebuild_everything()`;
        assertEquals(await byHand(t), before, "after a rebuild");
        assertEquals(await everyRow(t), tables, "after a rebuild");
      })),
    60,
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
