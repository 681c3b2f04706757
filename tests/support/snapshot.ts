import type { JSONValue, Sql } from "npm:postgres@3.4.9";
import { inRollback } from "./database.ts";

/** What `handle_calcom_event` answers; more keys than these. */
export interface Answer {
  event_id: string;
  outcome: string;
  reason: string;
}

/** Hands bodies to `handle_calcom_event`, one after the other in one round trip. */
export async function handle(sql: Sql, bodies: readonly unknown[]): Promise<Answer[]> {
  const rows = await sql<{ answer: Answer }[]>`
    select public.handle_calcom_event(b.body) as answer
    from jsonb_array_elements(${sql.json(bodies as JSONValue)}) as b (body)`;
  return rows.map((row) => row.answer);
}

/** Takes every event and everything that was made of it out of a database. */
export async function empty(sql: Sql): Promise<void> {
  // Not truncate: with a handful of rows it takes ten times as long.
  await sql.unsafe(`
    delete from public.event_effects;
    delete from public.email_attempts;
    delete from public.emails;
    delete from public.bookings;
    delete from public.deals;
    delete from public.people;
    delete from public.companies;
    delete from public.calcom_events;
    delete from crm.stream_watermarks`);
}

const TABLES = ["companies", "people", "deals", "bookings", "emails", "calcom_events"];

/** Every row that events made, with its ids, as text to compare. */
export async function everyRow(sql: Sql): Promise<string> {
  const told = "'{payload, reason, attempts, decided_at}'::text[]";
  const tables = TABLES.map((table) =>
    `'${table}', (
       select jsonb_agg(${
      table === "calcom_events" ? `to_jsonb(t) - ${told}` : "to_jsonb(t)"
    } order by t.id)
       from public.${table} as t
     )`
  );
  const [row] = await sql.unsafe(`
    select jsonb_build_object(
      ${tables.join(", ")}, 'effects',
      (select jsonb_agg(to_jsonb(f) order by f.event_id, f.booking_id) from public.event_effects as f)
    ) as rows`);
  return JSON.stringify(row!.rows, null, 1);
}

/** What the tables say, ids and times of receipt aside, as text to compare. */
export async function snapshot(sql: Sql): Promise<string> {
  const [row] = await sql`
    select jsonb_build_object(
      'companies', (
        select jsonb_agg(to_jsonb(c) - '{id, created_at}'::text[] order by c.domain)
        from public.companies as c
      ),
      'people', (
        select jsonb_agg(
          to_jsonb(p) - '{id, created_at, company_id}'::text[] || jsonb_build_object('company', c.domain)
          order by p.email
        )
        from public.people as p
        left join public.companies as c on c.id = p.company_id
      ),
      'deals', (
        select jsonb_agg(
          jsonb_build_array(c.domain, d.sequence_number, d.status, d.stage) order by c.domain, d.sequence_number
        )
        from public.deals as d
        join public.companies as c on c.id = d.company_id
      ),
      'bookings', (
        select jsonb_agg(
          to_jsonb(b)
            - '{id, created_at, person_id, deal_id, met_deal_id, cancelled_deal_id, last_event_id}'::text[]
            || jsonb_build_object(
              'person', p.email, 'deal', d.sequence_number,
              'cancelled_deal', o.sequence_number, 'met_deal', m.sequence_number
            )
          order by p.email, b.original_key
        )
        from public.bookings as b
        join public.people as p on p.id = b.person_id
        left join public.deals as d on d.id = b.deal_id
        left join public.deals as o on o.id = b.cancelled_deal_id
        left join public.deals as m on m.id = b.met_deal_id
      ),
      'effects', (
        select jsonb_agg(
          jsonb_build_array(
            e.position, e.trigger, p.email, b.original_key, d.sequence_number, f.deal_change, f.reason
          )
          order by e.position, p.email, b.original_key
        )
        from public.event_effects as f
        join public.calcom_events as e on e.id = f.event_id
        join public.bookings as b on b.id = f.booking_id
        join public.people as p on p.id = b.person_id
        left join public.deals as d on d.id = f.deal_id
      )
    ) as snapshot`;
  return JSON.stringify(row!.snapshot, null, 1);
}

/** The snapshot that these bodies leave when nothing disturbs them. */
export function snapshotOf(sql: Sql, bodies: readonly unknown[]): Promise<string> {
  return inRollback(sql, async (t) => {
    await handle(t, bodies);
    return await snapshot(t);
  });
}

/** The mails that are owed: to whom, which kind, for which uid. */
export async function mails(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select concat_ws(' ', e.to_address, e.kind, e.calcom_uid, e.seat_id) as mail
    from public.emails as e
    order by 1`;
  return rows.map(({ mail }) => mail);
}
