-- Migration: bookings
-- Purpose:   one booking per Cal.com uid and person, found again under any uid it ever had
-- Needs:     people, deals, events
-- Creates:   public.bookings, crm.bookings_of(), crm.booking_of_calendar(), crm.concerns()
-- Tests:     supabase/tests/bookings/

create table public.bookings (
  id uuid not null default gen_random_uuid(),
  calcom_uid text not null,
  first_uid text,
  account text,
  former_uids text[] not null default '{}',
  person_id uuid not null,
  deal_id uuid,
  title text,
  start_time timestamptz,
  end_time timestamptz,
  status text not null default 'ACCEPTED',
  attended boolean not null default false,
  organizer_email text,
  is_requested boolean not null default false,
  is_seated boolean not null default false,
  seat_id text,
  ical_uid text,
  has_ended boolean not null default false,
  is_no_show boolean not null default false,
  met_deal_id uuid,
  closed_deal_id uuid,
  changed_by uuid,
  created_at timestamptz not null default now(),
  constraint bookings_pkey primary key (id),
  constraint bookings_calcom_uid_person_id_key unique (calcom_uid, person_id),
  constraint bookings_person_id_first_uid_key unique (person_id, first_uid),
  constraint bookings_person_id_fkey foreign key (person_id) references public.people (id),
  constraint bookings_deal_id_fkey foreign key (deal_id) references public.deals (id) on delete set null,
  constraint bookings_met_deal_id_fkey foreign key (met_deal_id) references public.deals (id) on delete set null,
  constraint bookings_closed_deal_id_fkey
    foreign key (closed_deal_id) references public.deals (id) on delete set null,
  constraint bookings_changed_by_fkey
    foreign key (changed_by) references public.calcom_events (id) deferrable initially deferred,
  constraint bookings_status_is_known check (status in ('ACCEPTED', 'CANCELLED'))
);
comment on table public.bookings is
  'One row per meeting of one person; the people of a seated event have a row each under one uid.';
comment on column public.bookings.calcom_uid is 'The uid that Cal.com uses now; a reschedule changes it.';
comment on column public.bookings.first_uid is
  'The uid (and seat) it was booked under, by which a rebuild finds its row; null for a booking entered by hand.';
comment on column public.bookings.account is 'Whose sales it counts for; see calcom_events.account.';
comment on column public.bookings.former_uids is 'Every uid it had before, so that an event that names one still finds it.';
comment on column public.bookings.deal_id is 'The deal that this meeting counts for.';
comment on column public.bookings.attended is 'The meeting took place and the person was not marked as a no-show.';
comment on column public.bookings.is_requested is 'Moved by the attendee to a time that the host has not confirmed yet.';
comment on column public.bookings.seat_id is 'Cal.com''s id of the seat; a new one means that the person booked again.';
comment on column public.bookings.ical_uid is 'The id in the calendars; it stays the same along a chain of reschedules.';
comment on column public.bookings.has_ended is 'Cal.com''s timer for its end has fired, whoever came.';
comment on column public.bookings.met_deal_id is 'The deal that was active when it ended, which it makes met as long as it counts as attended.';
comment on column public.bookings.closed_deal_id is 'The deal that its cancellation closed, which comes back with a new time.';
comment on column public.bookings.changed_by is 'The event that last booked, moved, confirmed or cancelled it.';
create index bookings_deal_id_idx on public.bookings (deal_id);
create index bookings_account_idx on public.bookings (account);
create index bookings_met_deal_id_idx on public.bookings (met_deal_id) where met_deal_id is not null;
create index bookings_closed_deal_id_idx on public.bookings (closed_deal_id) where closed_deal_id is not null;
create index bookings_changed_by_idx on public.bookings (changed_by);
create index bookings_former_uids_idx on public.bookings using gin (former_uids) where former_uids <> '{}';
alter table public.bookings enable row level security;

-- Rule: any uid that a booking ever had finds it, unless the person holds another booking under that uid by now.
--       Only the bookings of one account: each account is decided by itself.
create function crm.bookings_of(p_uid text, p_account text)
returns setof public.bookings
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query
  select b.* from public.bookings as b where b.calcom_uid = p_uid and b.account = p_account
  union all
  select b.*
  from public.bookings as b
  where b.former_uids <> '{}' and b.former_uids @> array[p_uid] and b.account = p_account
    and not exists (select from public.bookings as o where o.calcom_uid = p_uid and o.person_id = b.person_id)
  order by first_uid, id;
end;
$$;
comment on function crm.bookings_of(text, text) is 'The bookings of an account that have or had this uid.';

-- Rule: when the event that links two uids was lost, the calendar id still tells which booking moved. Only for one
--       person, never for seats and series (they share one id), and Cal.com's own form of it must name this booking.
create function crm.booking_of_calendar(p_email text, p_body jsonb)
returns setof public.bookings
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query
  select b.*
  from public.bookings as b
  join public.people as p on p.id = b.person_id
  where p.email = p_email
    and b.ical_uid = crm.text_of(p_body -> 'iCalUID')
    and (b.ical_uid not ilike '%@cal.com' or lower(b.ical_uid) = lower(b.first_uid || '@cal.com'))
    and b.calcom_uid <> crm.text_of(p_body -> 'uid')
    and not b.is_seated
    and not crm.is_seated(p_body)
    and jsonb_typeof(p_body -> 'recurringEvent') is distinct from 'object'
  order by b.start_time desc nulls last, b.first_uid
  limit 1;
end;
$$;
comment on function crm.booking_of_calendar(text, jsonb) is
  'The booking of a person that a body continues by its calendar id; nothing when that is not sure.';

-- Rule: an event about a seat concerns the people whom it lists; any other concerns whoever holds the booking.
create function crm.concerns(p_body jsonb, p_booking public.bookings)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return not (p_booking.is_seated or crm.is_seated(p_body))
    or (select p.email from public.people as p where p.id = p_booking.person_id) = any (crm.named_addresses(p_body));
end;
$$;
comment on function crm.concerns(jsonb, public.bookings) is 'Whether an event about this uid is about this person''s booking.';
