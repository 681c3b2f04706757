-- Migration: events
-- Purpose:   every delivery is kept, with what it says and what became of it
-- Needs:     foundations
-- Creates:   public.calcom_events, crm.body_of(), crm.rank_of(), crm.is_seated(), crm.seat_of(), crm.named_addresses(),
--            crm.booker_address(), crm.find_or_make_event(), crm.store_event(), crm.read_event()
-- Tests:     supabase/tests/events/

create table public.calcom_events (
  id uuid not null default gen_random_uuid(),
  payload jsonb not null,
  raw_body bytea,
  received_at timestamptz not null default now(),
  outcome text,
  reason text,
  touched jsonb,
  handled_at timestamptz,
  attempts integer not null default 0,
  trigger text,
  uid text,
  new_uid text,
  email text,
  account text,
  happened_at timestamptz,
  rank smallint,
  digest bigint not null generated always as (jsonb_hash_extended(payload, 0)) stored,
  constraint calcom_events_pkey primary key (id),
  constraint calcom_events_outcome_is_known
    check (outcome in ('applied', 'duplicate', 'ignored', 'waiting', 'failed')),
  constraint calcom_events_outcome_has_its_time check ((outcome is null) = (handled_at is null)),
  constraint calcom_events_account_has_an_address check (account is null or email is not null)
);
comment on table public.calcom_events is
  'One row per webhook delivery, kept for ever. The truth from which all other tables can be rebuilt.';
comment on column public.calcom_events.payload is
  'The body as received; a body that is not JSON is kept as one JSON string.';
comment on column public.calcom_events.raw_body is
  'The exact bytes, when payload cannot hold them (not JSON, NUL characters, numbers out of range).';
comment on column public.calcom_events.outcome is
  'What became of it: applied, duplicate, ignored, waiting or failed; null until it is handled.';
comment on column public.calcom_events.touched is
  'What it did to each booking and deal, when it was handled.';
comment on column public.calcom_events.uid is
  'The Cal.com uid of the booking that the event is about; for a reschedule the uid it had before.';
comment on column public.calcom_events.new_uid is 'The uid that the booking gets by this event.';
comment on column public.calcom_events.email is 'The booker, for an event that makes or moves a booking.';
comment on column public.calcom_events.account is
  'Whose sales the booker counts for: the domain of a company, or the address of a person without one.';
comment on column public.calcom_events.happened_at is
  'When the sender says it happened; receipt time when the body does not say.';
comment on column public.calcom_events.rank is
  'Which comes first when two events name the same moment: the order of a booking''s life.';
comment on column public.calcom_events.digest is 'Finds deliveries of the same body.';

create index calcom_events_digest_idx on public.calcom_events (digest);
create index calcom_events_uid_idx on public.calcom_events (uid) where uid is not null;
create index calcom_events_new_uid_idx on public.calcom_events (new_uid) where new_uid is not null;
create index calcom_events_account_idx on public.calcom_events (account) where account is not null;
-- By digest, not by time: every delivery passes through it, and a search must not wade through those long handled.
create index calcom_events_unhandled_idx on public.calcom_events (digest) where outcome is null;
create index calcom_events_waiting_idx on public.calcom_events (email) where outcome = 'waiting';
alter table public.calcom_events enable row level security;

-- Rule: events come as {triggerEvent, createdAt, payload}; MEETING_ENDED comes flat, some senders wrap it too.
create function crm.body_of(p_payload jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case when jsonb_typeof(p_payload -> 'payload') = 'object' then p_payload -> 'payload' else p_payload end;
end;
$$;
comment on function crm.body_of(jsonb) is 'The part of a webhook body that describes the booking.';

-- Rule: the triggers that can change something, in the order of a booking's life; null for every other.
create function crm.rank_of(p_trigger text)
returns smallint
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return array_position(
    array[
      'BOOKING_REQUESTED', 'BOOKING_CREATED', 'BOOKING_RESCHEDULED', 'BOOKING_REJECTED',
      'BOOKING_CANCELLED', 'MEETING_ENDED', 'BOOKING_NO_SHOW_UPDATED'
    ],
    p_trigger
  )::smallint;
end;
$$;
comment on function crm.rank_of(text) is
  'The place of a trigger in the life of a booking; null for a trigger that changes nothing here.';

-- Rule: Cal.com fills seatsPerTimeSlot or attendeeSeatId on seated events.
create function crm.is_seated(p_body jsonb)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return crm.text_of(p_body -> 'seatsPerTimeSlot') is not null or crm.text_of(p_body -> 'attendeeSeatId') is not null;
end;
$$;
comment on function crm.is_seated(jsonb) is 'Whether the booking is one of several seats that share a uid.';

create function crm.seat_of(p_body jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return left(crm.text_of(p_body -> 'attendeeSeatId'), 200);
end;
$$;
comment on function crm.seat_of(jsonb) is 'Cal.com''s id of the seat that a body is about; null when it names none.';

create function crm.named_addresses(p_body jsonb)
returns text[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(a.address) filter (where a.address is not null), '{}')
    from (
      select crm.address_of(l.attendee -> 'email') as address
      from jsonb_array_elements(
        case when jsonb_typeof(p_body -> 'attendees') = 'array' then p_body -> 'attendees' else '[]' end
      ) as l (attendee)
    ) as a
  );
end;
$$;
comment on function crm.named_addresses(jsonb) is 'The mail addresses of the attendees that a body lists.';

-- Rule: the booker is the answer to the form's mail question, else the first attendee. On seated events the
--       answers may be somebody else's, so there only the attendee counts.
create function crm.booker_address(p_body jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return coalesce(
    case when not crm.is_seated(p_body) then crm.address_of(p_body #> '{responses,email,value}') end,
    case when not crm.is_seated(p_body) then crm.address_of(p_body #> '{responses,email}') end,
    crm.address_of(p_body #> '{attendees,0,email}')
  );
end;
$$;
comment on function crm.booker_address(jsonb) is 'The mail address of the person who booked; null when the body names none.';

-- Rule: a delivery is one row. The Edge Function has stored it already; from SQL it is stored with its decision,
--       which is why what refers to an event is checked at the end of the transaction.
-- Race: two deliveries of one body have two rows; each call takes a row that no other call holds.
create function crm.find_or_make_event(p_payload jsonb)
returns public.calcom_events
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payload jsonb := coalesce(p_payload, 'null'::jsonb);
  v_event public.calcom_events;
begin
  select e.* into v_event
  from public.calcom_events as e
  where e.digest = jsonb_hash_extended(v_payload, 0) and e.outcome is null and e.payload = v_payload
  limit 1
  for update skip locked;

  if v_event.id is null then
    v_event.id := gen_random_uuid();
    v_event.payload := v_payload;
    v_event.received_at := now();
    v_event.attempts := 0;
    v_event.digest := jsonb_hash_extended(v_payload, 0);
  end if;
  return v_event;
end;
$$;
comment on function crm.find_or_make_event(jsonb) is
  'The event of a body: the stored one that waits for its decision, or a new one that is not stored yet.';

-- Rule: what the body says, and what became of it so far.
create function crm.store_event(p_event public.calcom_events)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.calcom_events as e (
    id, payload, received_at, outcome, reason, touched, handled_at, attempts, trigger, uid, new_uid, email, account, happened_at, rank
  )
  values (
    p_event.id, p_event.payload, p_event.received_at, p_event.outcome, p_event.reason, p_event.touched, p_event.handled_at,
    p_event.attempts, p_event.trigger, p_event.uid, p_event.new_uid, p_event.email, p_event.account, p_event.happened_at, p_event.rank
  )
  on conflict on constraint calcom_events_pkey do update set
    (outcome, reason, touched, handled_at, attempts, trigger, uid, new_uid, email, account, happened_at, rank) = (
      excluded.outcome, excluded.reason, excluded.touched, excluded.handled_at, excluded.attempts,
      excluded.trigger, excluded.uid, excluded.new_uid, excluded.email, excluded.account, excluded.happened_at, excluded.rank
    );
end;
$$;
comment on function crm.store_event(public.calcom_events) is 'Stores an event, or brings its row up to date.';

-- Rule: which booking, which person, when. MEETING_ENDED carries the creation of the booking in createdAt, so its
--       time is endTime. rescheduleUid names the booking before only where a booking moves: a cancellation repeats
--       its own uid there. A uid longer than any Cal.com makes is none.
create function crm.read_event(p_event public.calcom_events)
returns public.calcom_events
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_event public.calcom_events := p_event;
  v_body jsonb := crm.body_of(p_event.payload);
  v_uid text := coalesce(
    crm.text_of(v_body -> 'uid'), crm.text_of(v_body -> 'bookingUid'), crm.text_of(v_body #> '{booking,uid}')
  );
  v_previous_uid text := crm.text_of(v_body -> 'rescheduleUid');
begin
  v_event.trigger := left(crm.text_of(p_event.payload -> 'triggerEvent'), 100);
  v_event.rank := crm.rank_of(v_event.trigger);
  v_event.happened_at := coalesce(
    case when v_event.trigger = 'MEETING_ENDED' then crm.time_of(v_body -> 'endTime') end,
    case
      when v_event.trigger is distinct from 'MEETING_ENDED' or jsonb_typeof(p_event.payload -> 'payload') = 'object'
        then crm.time_of(p_event.payload -> 'createdAt')
    end,
    p_event.received_at
  );
  if v_event.rank is null or length(v_uid) > 200 or length(v_previous_uid) > 200 then
    return v_event;
  end if;

  v_event.uid := v_uid;
  if v_event.trigger in ('BOOKING_REQUESTED', 'BOOKING_RESCHEDULED') then
    v_event.uid := v_previous_uid;
    v_event.new_uid := v_uid;
  end if;
  if v_event.trigger = 'BOOKING_RESCHEDULED' then
    v_event.uid := coalesce(v_previous_uid, v_uid);
  end if;
  if v_event.trigger in ('BOOKING_REQUESTED', 'BOOKING_CREATED', 'BOOKING_RESCHEDULED') then
    v_event.email := crm.booker_address(v_body);
    v_event.account := crm.account_of(v_event.email);
  end if;
  return v_event;
end;
$$;
comment on function crm.read_event(public.calcom_events) is
  'The same row with what its body says: trigger, booking, booker and time.';
