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
    begin;
    select set_config('crm.engine', 'on', true);
    delete from public.event_effects;
    delete from public.email_deliveries;
    delete from public.email_attempts;
    delete from public.emails;
    delete from public.hand_edits;
    delete from crm.merged_streams;
    delete from crm.deleted_bookings;
    delete from public.bookings;
    delete from public.deals;
    delete from public.people;
    delete from public.companies;
    delete from public.calcom_events;
    delete from crm.stream_events;
    delete from crm.row_history;
    commit`);
}

const TABLES = [
  "companies",
  "people",
  "deals",
  "bookings",
  "emails",
  "calcom_events",
  "hand_edits",
];

/** Every row that events and people made, with its ids, as text to compare. */
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

/** What is different in each run, or only a means of the engine. */
const INTERNAL = `'{
  id, created_at, made_at, replayed_at, company_id, person_id, deal_id, met_deal_id, cancelled_deal_id, opened_by_event_id,
  last_event_id
}'::text[]`;

/** What the tables say, ids and times of receipt aside, as text to compare. */
export async function snapshot(sql: Sql): Promise<string> {
  const [row] = await sql.unsafe(`
    with deals as (
      select d.*, c.domain || ' ' || row_number() over (partition by c.id order by d.made_at) as name
      from public.deals as d
      join public.companies as c on c.id = d.company_id
    )
    select jsonb_build_object(
      'companies', (
        select jsonb_agg(to_jsonb(c) - ${INTERNAL} order by c.domain)
        from public.companies as c
      ),
      'people', (
        select jsonb_agg(to_jsonb(p) - ${INTERNAL} || jsonb_build_object('company', c.domain) order by p.email)
        from public.people as p
        left join public.companies as c on c.id = p.company_id
      ),
      'deals', (select jsonb_agg(to_jsonb(d) - ${INTERNAL} order by d.name) from deals as d),
      'bookings', (
        select jsonb_agg(
          to_jsonb(b) - ${INTERNAL} || jsonb_build_object(
            'person', p.email, 'deal', d.name, 'cancelled_deal', o.name, 'met_deal', m.name
          )
          order by b.attendee_email, b.original_key
        )
        from public.bookings as b
        join public.people as p on p.id = b.person_id
        left join deals as d on d.id = b.deal_id
        left join deals as o on o.id = b.cancelled_deal_id
        left join deals as m on m.id = b.met_deal_id
      ),
      'effects', (
        select jsonb_agg(
          jsonb_build_array(
            e.position, e.trigger, b.attendee_email, b.original_key, d.name, f.deal_change, f.reason
          )
          order by e.position, b.attendee_email, b.original_key
        )
        from public.event_effects as f
        join public.calcom_events as e on e.id = f.event_id
        join public.bookings as b on b.id = f.booking_id
        left join deals as d on d.id = f.deal_id
      )
    ) as snapshot`);
  return JSON.stringify(row!.snapshot, null, 1);
}

/** The snapshot that these bodies leave when nothing disturbs them. */
export function snapshotOf(sql: Sql, bodies: readonly unknown[]): Promise<string> {
  return inRollback(sql, async (t) => {
    await handle(t, bodies);
    return await snapshot(t);
  });
}

/**
 * What must never be so: an event that failed, one that does not say why it counts or not, one that
 * waits though the booking that it names is there, one that was applied to nothing, a company with
 * two active deals.
 */
export async function wrongs(sql: Sql): Promise<string[]> {
  const rows = await sql<{ wrong: string }[]>`
    with events as (
      select
        e.outcome, e.reason, e.payload,
        case when jsonb_typeof(e.payload -> 'payload') = 'object' then e.payload -> 'payload' else e.payload end as body
      from public.calcom_events as e
    )
    select concat_ws(' ', e.outcome, e.reason, e.payload) as wrong
    from events as e
    where e.outcome in ('failed', 'pending') or e.reason is null
    union all
    select concat_ws(' ', 'in vain', e.outcome, e.reason, e.payload)
    from events as e
    where e.outcome = 'waiting' and exists (
      select from public.bookings as b
      where (
          array[
            -- Whose seat it is that moves, its new meeting does not tell.
            case when not (e.payload ->> 'triggerEvent' = 'BOOKING_RESCHEDULED' and e.body ? 'attendeeSeatId')
              then e.body ->> 'uid'
            end,
            e.body ->> 'bookingUid', e.body ->> 'rescheduleUid', e.body ->> 'fromReschedule'
          ] && (b.previous_uids || b.calcom_uid)
          or (
            e.payload ->> 'triggerEvent' = 'BOOKING_CANCELLED' and b.ical_uid = e.body ->> 'iCalUID'
            and not (b.is_seated or b.is_recurring or e.body ->> 'seatsPerTimeSlot' is not null)
            -- Cal.com's own calendar ids name the first booking; that of a guessed one may be another.
            and lower(b.ical_uid) = lower(b.original_key || '@cal.com')
          )
        )
        and (
          not b.is_seated
          or exists (
            select from jsonb_array_elements(coalesce(e.body -> 'attendees', '[]')) as a (attendee)
            where lower(a.attendee ->> 'email') = b.attendee_email
          )
        )
    )
    union all
    select concat_ws(' ', 'to nothing', e.outcome, e.reason, e.payload)
    from public.calcom_events as e
    where e.outcome = 'applied' and not exists (select from public.event_effects as f where f.event_id = e.id)
      and not exists (select from crm.deleted_bookings)
    union all
    select concat_ws(' ', count(*), 'active deals at', c.domain)
    from public.deals as d
    join public.companies as c on c.id = d.company_id
    where d.status = 'active'
    group by c.domain
    having count(*) > 1`;
  return rows.map(({ wrong }) => wrong);
}

/** The mails that are owed: to whom, which kind, for which uid, seat and time. */
export async function mails(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select concat_ws(' ', e.to_address, e.kind, e.calcom_uid, e.seat_id, e.start_time, nullif(e.told_before, 0)) as mail
    from public.emails as e
    order by 1`;
  return rows.map(({ mail }) => mail);
}
