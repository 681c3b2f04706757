import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import fc from "npm:fast-check@4.10.2";
import type { Sql } from "npm:postgres@3.4.9";
import { allDone, databaseTest, inRollback } from "./support/database.ts";
import { addNotes, happen, isHandEdit } from "./support/hand.ts";
import { type Happening, historyByHand, shuffled, withEditsInOrder } from "./support/histories.ts";
import { checkProperty } from "./support/property.ts";
import { everyRow, handle } from "./support/snapshot.ts";

databaseTest(
  "a person who is erased at any moment is nowhere, and everything else is what it was",
  async ({ sql }) => {
    await addNotes(sql);
    let erased = 0;
    await checkProperty(
      fc.asyncProperty(
        historiesToErase,
        ({ all, order, until, who }) =>
          inRollback(sql, async (t) => {
            const happened = withEditsInOrder(all, order).slice(0, until);
            await happen(t, happened);
            const email = await pickAddress(t, who);
            if (email === undefined) return;
            erased++;
            const meetings = await meetingsAndDeals(t);
            const told = `${email}: ${JSON.stringify(happened, null, 1)}`;

            const [answer] = await t`select public.erase_person(${email}) as answer`;
            assertEquals(answer!.answer.erased, true, told);
            assertEquals(await rowsThatName(t, email), [], told);
            assertEquals(await meetingsAndDeals(t), meetings, told);

            const rows = await everyRow(t);
            await t`select public.rebuild_everything()`;
            assertEquals(await everyRow(t), rows, `after a rebuild: ${told}`);
            assertEquals(await meetingsAndDeals(t), meetings, told);

            await handle(t, happened.filter((one) => !isHandEdit(one)));
            assertEquals(await rowsThatName(t, email), [], `after a repeat: ${told}`);
            assertEquals(await meetingsAndDeals(t), meetings, `after a repeat: ${told}`);
          }),
      ),
      60,
      () => `${erased} people erased`,
    );
    assert(erased > 0);
  },
);

databaseTest("events that arrive while somebody is erased bring nobody back", async (database) => {
  const { sql } = database;
  const events = database.connections(4);
  const bodies = await sampleBodies();
  await handle(sql, bodies);
  const people = await sql<{ email: string }[]>`select p.email from public.people as p`;

  await allDone<unknown>([
    ...bodies.map((body) => handle(events, [body])),
    ...people.map(({ email }) => sql`select public.erase_person(${email})`),
  ]);
  for (const { email } of people) assertEquals(await rowsThatName(sql, email), []);
});

databaseTest("everybody in the sample bodies can be erased", async ({ sql }) => {
  await handle(sql, await sampleBodies());
  const meetings = await meetingsAndDeals(sql);
  let erased = 0;
  for (let email; (email = await pickAddress(sql, 0)) !== undefined; erased++) {
    const [row] = await sql`select public.erase_person(${email}) as answer`;
    assertEquals(row!.answer.erased, true, email);
    assertEquals(await rowsThatName(sql, email), []);
  }
  assert(erased > 15, `Only ${erased} people found`);
  assertEquals(await meetingsAndDeals(sql), meetings);

  const rows = await everyRow(sql);
  await sql`select public.rebuild_everything()`;
  assertEquals(await everyRow(sql), rows, "after a rebuild");
});

const ERASED = "tobias.reyes@northwindcargo.example";

/** Bodies that take long, by who is in them. */
const LARGE = {
  "80,000 addresses": largeBody({
    notes: Array.from({ length: 80_000 }, (_, place) => `u${place}@b.co`).join(" "),
    attendees: [{ email: "ann@company.example", name: "Ann" }],
  }),
  "25,000 attendees, of whom one was erased": largeBody({
    attendees: [{ email: "ann@company.example", name: "Ann" }, ...manyPeople()],
  }),
  "25,000 attendees, whom somebody brought who was erased": largeBody({
    attendees: [{ email: ERASED, name: "Tobias Reyes" }, ...manyPeople()],
  }),
};

function largeBody({ attendees, notes = "" }: { attendees: unknown[]; notes?: string }) {
  return {
    triggerEvent: "BOOKING_CREATED",
    createdAt: "2020-03-02T09:00:00Z",
    payload: {
      uid: "many",
      startTime: "2037-12-01T15:00:00Z",
      attendees,
      additionalNotes: `${ERASED} ${notes}`,
    },
  };
}

function manyPeople() {
  return Array.from({ length: 25_000 }, (_, place) => ({ email: `u${place}@b.co`, name: "Uma" }));
}

for (const [name, body] of Object.entries(LARGE)) {
  databaseTest(
    `a body with ${name}, costs no seconds once somebody was erased`,
    async ({ sql }) => {
      const fastest = async () => {
        const times: number[] = [];
        for (let run = 0; run < 3; run++) {
          await inRollback(sql, async (t) => {
            const start = performance.now();
            await handle(t, [body]);
            times.push(performance.now() - start);
          });
        }
        return Math.min(...times);
      };

      const before = await fastest();
      await handle(sql, await sampleBodies());
      const [row] = await sql`select public.erase_person(${ERASED}) -> 'erased' as erased`;
      assert(row!.erased);
      const after = await fastest();
      assert(after < 10 * before, `${after} ms, before ${before} ms`);
    },
  );
}

databaseTest(
  "of every sample body the details can go, and the rules read the same",
  async ({ sql }) => {
    const bodies = await sampleBodies();
    await handle(sql, bodies);
    const parsed = () =>
      sql`select (to_jsonb(crm.parse_event(e)) - 'body')::text as event from public.calcom_events as e order by e.id`;
    const before = await parsed();
    await sql`
      update public.calcom_events as e
      set payload = crm.slim_payload(e.payload), received_hash = e.payload_hash, is_slim = true`;
    const rows = await everyRow(sql);

    assertEquals(await parsed(), before);
    await sql`select public.rebuild_everything()`;
    assertEquals(await everyRow(sql), rows);
    await handle(sql, bodies);
    const fresh = await sql`
      select from public.calcom_events as e where not e.is_slim and e.outcome = 'applied'`;
    assertEquals(fresh.length, 0, "a repeat was not known");
  },
);

/** A history in an order of arrival, the moment of the erasure in it, and who is erased. */
const historiesToErase = historyByHand.chain((all) =>
  fc.record({
    all: fc.constant<Happening[]>(all),
    order: shuffled(fc.constant(all)),
    until: fc.integer({ min: 1, max: all.length }),
    who: fc.nat({ max: 11 }),
  })
);

async function sampleBodies(): Promise<unknown[]> {
  const folder = new URL("fixtures/calcom/", import.meta.url);
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).toSorted();
  const texts = await Promise.all(names.map((name) => Deno.readTextFile(new URL(name, folder))));
  return texts.flatMap((text) => {
    try {
      return [JSON.parse(text)];
    } catch {
      return []; // there is one that is no JSON
    }
  });
}

/** Somebody whom the log or the tables know, and who has not been erased. */
async function pickAddress(t: Sql, who: number): Promise<string | undefined> {
  const rows = await t<{ email: string }[]>`
    select k.email
    from (
      select p.email from public.people as p
      union
      select crm.jsonb_email(a.attendee -> 'email')
      from public.calcom_events as e
      cross join lateral jsonb_array_elements(
        crm.jsonb_list(coalesce(e.payload #> '{payload,attendees}', e.payload -> 'attendees'))
      ) as a (attendee)
    ) as k (email)
    where k.email not like 'erased-%'
    order by 1`;
  return rows[who % Math.max(rows.length, 1)]?.email;
}

/** Every row of every table that holds an address in any column, as text or as bytes. */
async function rowsThatName(t: Sql, email: string): Promise<string[]> {
  const tables = await t<{ name: string }[]>`
    select c.oid::regclass::text as name
    from pg_catalog.pg_class as c
    where c.relnamespace in ('public'::regnamespace, 'crm'::regnamespace) and c.relkind = 'r'`;
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await t.unsafe(
      `select to_jsonb(x)::text as row from ${name} as x
       where lower(to_jsonb(x)::text) ~ ('(?<![a-z0-9._%+-])' || regexp_replace($1, '([.+])', '\\\\\\1', 'g'))
         or strpos(to_jsonb(x)::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0`,
      [email],
    );
    found.push(...rows.map(({ row }) => `${name} ${row}`));
  }
  return found;
}

/** Everything about meetings and deals that does not say who somebody is. */
async function meetingsAndDeals(t: Sql): Promise<string> {
  const [row] = await t`
    select jsonb_build_object(
      'companies', (
        select jsonb_agg(to_jsonb(c) - '{name,form_name}'::text[] order by c.id) from public.companies as c
      ),
      'deals', (select jsonb_agg(to_jsonb(d) order by d.id) from public.deals as d),
      'bookings', (
        select jsonb_agg(to_jsonb(b) - '{title,attendee_email,organizer_email,stream_key}'::text[] order by b.id)
        from public.bookings as b
      ),
      'people', (
        select jsonb_agg(
          to_jsonb(p) - '{email,name,suppressed_at,suppressed_reason,note}'::text[] order by p.id
        )
        from public.people as p
      ),
      'effects', (
        select jsonb_agg(
          to_jsonb(f) - 'stream_key'
            || jsonb_build_object('reason', regexp_replace(f.reason, '\\S+@', '@'))
          order by f.event_id, f.booking_id
        )
        from public.event_effects as f
      )
    ) as rows`;
  return JSON.stringify(row!.rows, null, 1);
}
