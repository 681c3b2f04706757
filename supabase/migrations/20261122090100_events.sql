-- Events: every webhook is kept, in the sender's order, and its body is read once. What people change by hand is kept
-- beside them.

-- Rule: the order that counts is the sender's: by the moment, then by the place in a booking's life, then by the body
--       itself, so that two events never tie. Composite values compare field by field, in this order.
create type crm.position as (
  happened_at timestamptz,
  trigger_order smallint,
  payload_hash bigint
);

-- Rule: other tables name its events, but not by foreign keys: an event that comes from SQL is stored after its effects
--       (see save_event), and none is ever deleted.
create table public.calcom_events (
  id uuid not null default gen_random_uuid(),
  payload jsonb not null,
  raw_body bytea,
  source text not null default 'webhook',
  received_at timestamptz not null default now(),
  outcome text not null default 'pending',
  reason text,
  decided_at timestamptz,
  attempts integer not null default 0,
  trigger text,
  uid text,
  new_uid text,
  booker_email text,
  concerned_emails text[],
  stream_key text,
  position crm.position,
  is_follow_up boolean generated always as (trigger <> 'BOOKING_CREATED' or new_uid is not null) stored,
  repeats_event_id uuid,
  repeat_count integer,
  last_repeated_at timestamptz,
  cancellation_rule text,
  received_hash bigint,
  is_slim boolean not null default false,
  payload_hash bigint not null generated always as (coalesce(received_hash, jsonb_hash_extended(payload, 0))) stored,
  constraint calcom_events_pkey primary key (id),
  constraint calcom_events_repeat_is_counted
    check (num_nonnulls(repeats_event_id, repeat_count, last_repeated_at) in (0, 3)),
  constraint "source must be webhook, backfill or reconciliation"
    check (source in ('webhook', 'backfill', 'reconciliation')),
  constraint calcom_events_outcome_is_known
    check (outcome in ('pending', 'applied', 'duplicate', 'ignored', 'waiting', 'failed')),
  constraint calcom_events_decided_has_its_time check ((outcome = 'pending') = (decided_at is null)),
  constraint calcom_events_stream_has_a_booker check (stream_key is null or booker_email is not null)
);
comment on table public.calcom_events is
  'One row per webhook that arrived, kept for ever. The log from which all other tables can be rebuilt.';
comment on column public.calcom_events.payload is
  'The body as received; a body that is not JSON is kept as one JSON string, a repeat as the id of what it repeats.';
comment on column public.calcom_events.raw_body is
  'The exact bytes, when payload cannot hold them (not JSON, NUL characters, numbers out of range).';
comment on column public.calcom_events.source is
  'webhook: Cal.com sent it when it happened. backfill: somebody brought it in later; it owes no mail. reconciliation: '
  'Cal.com''s bookings API told what the log lacked; it owes a mail only when that is news.';
comment on column public.calcom_events.outcome is
  'pending until it is decided; then applied, duplicate, ignored, waiting (for its booking) or failed.';
comment on column public.calcom_events.reason is 'Why the outcome is what it is, in plain words.';
comment on column public.calcom_events.attempts is
  'How often somebody tried to decide it. An event that is interrupted five times is failed.';
comment on column public.calcom_events.uid is
  'The Cal.com uid of the booking that the event is about; for a reschedule the uid it had before.';
comment on column public.calcom_events.new_uid is 'The uid that the booking gets by this event.';
comment on column public.calcom_events.booker_email is
  'The booker, for an event that makes or moves a booking, or cancels one that its calendar id may name.';
comment on column public.calcom_events.concerned_emails is
  'Of an event about seats, the people whom it concerns; null for anybody who holds the booking.';
comment on column public.calcom_events.stream_key is
  'Whose events are applied one after the other: the domain of a company, or the address of a person without one.';
comment on column public.calcom_events.position is
  'Its place in the sender''s order. happened_at is the time of receipt when the body does not say.';
comment on column public.calcom_events.is_follow_up is
  'It names a booking that another event has made; false for that one.';
comment on column public.calcom_events.repeats_event_id is
  'The event whose very body was delivered again. One row stands for all its repeats.';
comment on column public.calcom_events.repeat_count is 'How often that body was delivered again.';
comment on column public.calcom_events.last_repeated_at is 'When it was delivered again the last time.';
comment on column public.calcom_events.cancellation_rule is
  'Of a cancellation: what the setting of that name said when it was first decided, or last rebuilt.';
comment on column public.calcom_events.received_hash is
  'The hash of the body as received, once payload holds less of it; see the chapter on personal data.';
comment on column public.calcom_events.is_slim is 'Retention has left in payload only what a rule reads.';
comment on column public.calcom_events.payload_hash is 'Finds other events with the same body.';

create unique index calcom_events_repeats_event_id_idx on public.calcom_events (repeats_event_id)
where repeats_event_id is not null;
-- Where the server can: it takes a fifth of the time.
do $$
begin
  alter table public.calcom_events alter column payload set compression lz4;
exception
  when feature_not_supported then null;
end;
$$;

create index calcom_events_payload_hash_idx on public.calcom_events (payload_hash);
-- The bookings of one uid apart from all else that names it: the seats of a webinar are many.
create index calcom_events_uid_idx on public.calcom_events (uid, is_follow_up, booker_email) where uid is not null;
-- By hash: it may be of any length.
create index calcom_events_seat_id_idx on public.calcom_events using hash ((payload #>> '{payload,attendeeSeatId}'))
where payload #>> '{payload,attendeeSeatId}' is not null;
create index calcom_events_new_uid_idx on public.calcom_events (new_uid) where new_uid is not null;
-- By hash, not by time: every event passes through it, and a search by its body must not read those long decided.
create index calcom_events_pending_idx on public.calcom_events (payload_hash) where outcome = 'pending';
create index calcom_events_waiting_idx on public.calcom_events (booker_email, trigger) where outcome = 'waiting';
alter table public.calcom_events enable row level security;

-- Rule: an event that waits for its decision is taken by one transaction, which decides it; others pass it by.
-- Race: a lock beside the row, not on it. A row lock would stay when the row turns out to be decided already; then a
--       replay that needs the row and its holder, which needs a lock of the replay, would wait for each other.
create function crm.claim_event(p_event_id uuid, p_outcomes text[] default array['pending'])
returns public.calcom_events
language plpgsql
set search_path = ''
as $$
declare
  v_row public.calcom_events;
begin
  if pg_try_advisory_xact_lock(hashtextextended('event:' || p_event_id, 0)) then
    select e.* into v_row from public.calcom_events as e where e.id = p_event_id and e.outcome = any (p_outcomes);
  end if;
  return v_row;
end;
$$;
comment on function crm.claim_event(uuid, text[]) is
  'The row of an event that this transaction alone may decide; null when it is decided or another transaction has it.';

-- Rule: an event is its row. The Edge Function has stored it before; from SQL it is stored with its outcome, in one go
--       (see save_event). Until then its row has no outcome.
-- Race: two events with one body have two rows; each call takes a row that no other call has. Whoever took the one that
--       this call saw has left another, which may not have been there yet when this call looked.
create function crm.find_or_make_event(p_payload jsonb)
returns public.calcom_events
language plpgsql
set search_path = ''
as $$
declare
  v_payload jsonb := coalesce(p_payload, 'null');
  v_payload_hash bigint := jsonb_hash_extended(v_payload, 0);
  v_found uuid[];
  v_taken uuid[] := array[]::uuid[];
  v_event_id uuid;
  v_row public.calcom_events;
begin
  loop
    v_found := array(
      select e.id
      from public.calcom_events as e
      where e.payload_hash = v_payload_hash and e.outcome = 'pending' and e.id <> all (v_taken)
        and (e.payload = v_payload or e.received_hash is not null)
    );
    exit when v_found = '{}';
    foreach v_event_id in array v_found loop
      v_row := crm.claim_event(v_event_id);
      if v_row.id is not null then
        return v_row;
      end if;
    end loop;
    v_taken := v_taken || v_found;
  end loop;

  v_row.id := gen_random_uuid();
  v_row.payload := v_payload;
  v_row.payload_hash := v_payload_hash;
  v_row.source := 'webhook';
  v_row.received_at := now();
  v_row.attempts := 0;
  return v_row;
end;
$$;
comment on function crm.find_or_make_event(jsonb) is
  'The stored event of a body that waits for its decision; a new one, which has yet to be stored, when there is none.';

-- What a body says, read once. The steps take this and do not look into the body again.
create type crm.event as (
  id uuid,
  trigger text,
  position crm.position,
  uid text,
  new_uid text,
  booker_email text,
  booker_name text,
  concerned_emails text[],
  company_domain text,
  company_name text,
  stream_key text,
  attendee_emails text[],
  no_shows jsonb,
  title text,
  start_time timestamptz,
  end_time timestamptz,
  organizer_email text,
  ical_uid text,
  seat_id text,
  is_seated boolean,
  is_recurring boolean,
  is_request boolean,
  needs_confirmation boolean,
  is_backfill boolean,
  cancellation_rule text,
  event_type_id text,
  body jsonb,
  unsaved_payload jsonb
);
comment on column crm.event.attendee_emails is
  'Whom the body lists; not read for BOOKING_CREATED, which names its booker, and BOOKING_REASSIGNED.';
comment on column crm.event.no_shows is 'For BOOKING_NO_SHOW_UPDATED: address → whether it is marked.';
comment on column crm.event.is_request is
  'It asks for a meeting, or for a new time, that the organizer has to confirm.';
comment on column crm.event.is_backfill is 'It is history that was brought in later: no mail is owed for it.';
comment on column crm.event.cancellation_rule is
  'Of a cancellation: what the setting of that name says, or said when the event was decided.';
comment on column crm.event.body is 'The part of the payload that describes the booking, for the words of the mail.';
comment on column crm.event.unsaved_payload is 'The whole payload, for an event that is not in the log yet.';

-- Rule: the triggers that can change something, in the order of a booking's life; null for every other.
create function crm.trigger_order(p_trigger text) returns smallint
language sql immutable
return array_position(
  array[
    'BOOKING_REQUESTED', 'BOOKING_CREATED', 'BOOKING_RESCHEDULED', 'BOOKING_REASSIGNED', 'BOOKING_REJECTED',
    'BOOKING_CANCELLED', 'MEETING_ENDED', 'BOOKING_NO_SHOW_UPDATED'
  ],
  p_trigger
)::smallint;
comment on function crm.trigger_order(text) is
  'The place of a trigger in the life of a booking; null for a trigger that changes nothing here.';

-- Rule: the form may ask for one name or for two.
create function crm.full_name(p_value jsonb)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_value) = 'object' then
    return left(
      nullif(concat_ws(' ', crm.jsonb_text(p_value -> 'firstName'), crm.jsonb_text(p_value -> 'lastName')), ''), 200
    );
  end if;
  return left(crm.jsonb_text(p_value), 200);
end;
$$;
comment on function crm.full_name(jsonb) is
  'A name given as text or as {firstName, lastName}; null when it is neither.';

-- Time: "offset 0" has each address read once, not in every place where it is used.
create function crm.attendee_emails(p_body jsonb)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
begin
  return array(
    select m.email
    from (
      select crm.jsonb_email(a.attendee -> 'email') as email
      from jsonb_array_elements(crm.jsonb_list(p_body -> 'attendees')) as a (attendee)
      offset 0
    ) as m
    where m.email is not null
  );
end;
$$;
comment on function crm.attendee_emails(jsonb) is 'The mail addresses of the attendees that a body lists.';

create function crm.no_shows(p_body jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select jsonb_object_agg(m.email, m.is_no_show)
    from (
      select crm.jsonb_email(a.attendee -> 'email') as email, bool_or((a.attendee -> 'noShow')::boolean) as is_no_show
      from jsonb_array_elements(crm.jsonb_list(p_body -> 'attendees')) as a (attendee)
      where jsonb_typeof(a.attendee -> 'noShow') = 'boolean'
      group by 1
    ) as m
    where m.email is not null
  );
end;
$$;
comment on function crm.no_shows(jsonb) is 'Whom a body marks (true) or unmarks (false) as a no-show, by address.';

-- Rule: a booking question about the company has an identifier that its author chose: company, company_name,
--       companyName, organization, organisation_name and the like. The identifier decides, never the label. "n/a" and
--       its kind are no answer.
-- Time: a form has some ten questions. Of more than 200 answers those with the shortest identifiers are looked at.
create function crm.company_name_from_form(p_body jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_answers jsonb;
  v_name text;
begin
  foreach v_answers in array array[p_body -> 'responses', p_body -> 'userFieldsResponses'] loop
    if jsonb_typeof(v_answers) = 'object' and v_answers <> '{}' then
      select left(n.name, 200) into v_name
      from (select j.key, j.value from jsonb_each(v_answers) as j limit 200) as a (identifier, answer)
      cross join lateral coalesce(crm.jsonb_text(a.answer -> 'value'), crm.jsonb_text(a.answer)) as n (name)
      where regexp_replace(lower(a.identifier), '[^a-z]', '', 'g') in (
          'company', 'companyname', 'yourcompany', 'companylegalname', 'organization', 'organisation',
          'organizationname', 'organisationname', 'business', 'businessname', 'employer', 'firm'
        )
        and regexp_replace(lower(n.name), '[^[:alnum:]]', '', 'g') not in (
          '', 'na', 'none', 'no', 'nil', 'null', 'undefined', 'nothing', 'private', 'self', 'selfemployed',
          'individual', 'test', 'tbd', 'unknown', 'notapplicable', 'nocompany'
        )
      order by a.identifier
      limit 1;
      if found then
        return v_name;
      end if;
    end if;
  end loop;
  return null;
end;
$$;
comment on function crm.company_name_from_form(jsonb) is
  'The name of the company as the booker gave it in the form; null when it was not asked.';

-- Rule: rescheduleUid names the booking before only where a booking moves: a cancellation repeats its own uid there.
--       The end of a meeting names it in fromReschedule. A uid longer than any that Cal.com makes is none.
create function crm.read_uids(p_event crm.event)
returns crm.event
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_body jsonb := p_event.body;
  v_uid text := crm.jsonb_text(v_body -> 'uid');
  v_previous_uid text;
begin
  if v_uid is null then
    v_uid := coalesce(crm.jsonb_text(v_body -> 'bookingUid'), crm.jsonb_text(v_body #> '{booking,uid}'));
  end if;
  if p_event.is_request or p_event.trigger = 'BOOKING_RESCHEDULED' then
    v_previous_uid := crm.jsonb_text(v_body -> 'rescheduleUid');
  elsif p_event.trigger = 'MEETING_ENDED' then
    v_previous_uid := crm.jsonb_text(v_body -> 'fromReschedule');
  end if;

  if length(v_uid) <= 200 and coalesce(length(v_previous_uid), 0) <= 200 then
    p_event.uid := case
      when p_event.is_request and p_event.trigger <> 'BOOKING_RESCHEDULED' then v_previous_uid
      else coalesce(v_previous_uid, v_uid)
    end;
    p_event.new_uid := case
      when p_event.is_request or p_event.trigger = 'BOOKING_RESCHEDULED' or v_previous_uid <> v_uid then v_uid
    end;
  end if;
  return p_event;
end;
$$;
comment on function crm.read_uids(crm.event) is
  'The event with the uid of the booking it is about, and the one that the booking gets.';

-- Rule: the booker is the answer to the form's mail question, else the first attendee. On seated events the answers may
--       be somebody else's, so there only the attendee counts.
create function crm.read_booker(p_event crm.event)
returns crm.event
language plpgsql
stable
set search_path = ''
as $$
declare
  v_body jsonb := p_event.body;
  v_answers jsonb := case when not p_event.is_seated then v_body -> 'responses' end;
begin
  p_event.booker_email := crm.jsonb_email(v_answers #> '{email,value}');
  if p_event.booker_email is null then
    p_event.booker_email := coalesce(
      crm.jsonb_email(v_answers -> 'email'), crm.jsonb_email(v_body #> '{attendees,0,email}')
    );
  end if;
  p_event.company_domain := crm.company_domain(p_event.booker_email);
  p_event.booker_name := coalesce(
    crm.full_name(v_answers #> '{name,value}'),
    crm.full_name(v_answers -> 'name'),
    crm.full_name(v_body #> '{attendees,0,name}')
  );
  p_event.needs_confirmation := coalesce(v_body -> 'requiresConfirmation' = 'true', false);
  return p_event;
end;
$$;
comment on function crm.read_booker(crm.event) is
  'The event with what its body says about the booker.';

-- Rule: on seated events the answers may be somebody else's; they are the booker's when they name the same address.
create function crm.read_company_name(p_event crm.event)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_answers jsonb := p_event.body -> 'responses';
begin
  return case
    when not p_event.is_seated
      or coalesce(crm.jsonb_email(v_answers #> '{email,value}'), crm.jsonb_email(v_answers -> 'email'))
        = p_event.booker_email
      then crm.company_name_from_form(p_event.body)
  end;
end;
$$;
comment on function crm.read_company_name(crm.event) is
  'The name that the booker gave to the company in the form; null when there is none.';

-- Rule: what reconciliation made up is news for a day. Some of it never is: a booking that is over by now, or a change
--       of which nobody knows when it was made.
create function crm.is_history(p_row public.calcom_events, p_happened_at timestamptz) returns boolean
language sql immutable
return p_row.source = 'backfill' or (
  p_row.source = 'reconciliation' and (
    p_row.payload -> 'owesMail' is not distinct from 'false'
    or p_happened_at < p_row.received_at - interval '1 day'
  )
);
comment on function crm.is_history(public.calcom_events, timestamptz) is
  'Whether an event was brought in so late that no mail is owed for it.';

create function crm.is_request(p_trigger text, p_body jsonb) returns boolean
language sql immutable
return p_trigger = 'BOOKING_REQUESTED'
  or p_trigger in ('BOOKING_CREATED', 'BOOKING_RESCHEDULED') and p_body -> 'status' is not distinct from '"PENDING"';
comment on function crm.is_request(text, jsonb) is
  'Whether an event asks for a meeting, or for a new time, that the organizer has to confirm.';

create function crm.is_booking(p_event crm.event) returns boolean
language sql immutable
return p_event.trigger = 'BOOKING_CREATED' and not p_event.is_request;
comment on function crm.is_booking(crm.event) is
  'Whether an event books a meeting, for its booker alone; any other is about whoever holds a booking.';

-- Rule: events come as {triggerEvent, createdAt, payload}; MEETING_ENDED comes flat, and wrapped from some senders.
--       Flat, its createdAt is the creation of the booking, so its time is endTime.
-- Time: what was compressed in the table is read once. By its path, because a plain copy stays compressed.
create function crm.parse_event(p_row public.calcom_events)
returns crm.event
language plpgsql
stable
set search_path = ''
as $$
declare
  v_payload jsonb := p_row.payload #> '{}';
  v_body jsonb := v_payload -> 'payload';
  v_is_wrapped boolean := coalesce(jsonb_typeof(v_body) = 'object', false);
  v_event crm.event;
begin
  if not v_is_wrapped then
    v_body := v_payload;
  end if;
  v_event.id := p_row.id;
  v_event.body := v_body;
  if p_row.outcome is null then
    v_event.unsaved_payload := p_row.payload;
  end if;
  v_event.trigger := case
    when jsonb_typeof(v_payload -> 'triggerEvent') = 'string'
      then left(crm.jsonb_text(v_payload -> 'triggerEvent'), 100)
  end;
  v_event.position := row(
    coalesce(
      case when v_event.trigger = 'MEETING_ENDED' then crm.jsonb_timestamp(v_body -> 'endTime') end,
      case
        when v_is_wrapped or v_event.trigger is distinct from 'MEETING_ENDED'
          then crm.jsonb_timestamp(v_payload -> 'createdAt')
      end,
      p_row.received_at
    ),
    crm.trigger_order(v_event.trigger),
    p_row.payload_hash
  )::crm.position;
  if (v_event.position).trigger_order is null then
    return v_event;
  end if;

  v_event.is_request := crm.is_request(v_event.trigger, v_body);
  v_event := crm.read_uids(v_event);
  v_event.concerned_emails := p_row.concerned_emails;
  -- Time: what a webhook brought is none, and is not looked at.
  v_event.is_backfill := p_row.source <> 'webhook' and crm.is_history(p_row, (v_event.position).happened_at);
  v_event.seat_id := left(crm.jsonb_text(v_body -> 'attendeeSeatId'), 200);
  v_event.is_seated := crm.jsonb_text(v_body -> 'seatsPerTimeSlot') is not null or v_event.seat_id is not null;
  v_event.is_recurring := coalesce(jsonb_typeof(v_body -> 'recurringEvent') = 'object', false);
  v_event.title := crm.jsonb_text(v_body -> 'title');
  v_event.start_time := crm.jsonb_timestamp(v_body -> 'startTime');
  v_event.end_time := crm.jsonb_timestamp(v_body -> 'endTime');
  v_event.organizer_email := crm.jsonb_email(v_body #> '{organizer,email}');
  v_event.ical_uid := crm.jsonb_text(v_body -> 'iCalUID');
  v_event.event_type_id := left(crm.jsonb_text(v_body -> 'eventTypeId'), 200);
  -- A cancellation has a booker too when its calendar id may be all that tells which booking it is about.
  if v_event.trigger in ('BOOKING_REQUESTED', 'BOOKING_CREATED', 'BOOKING_RESCHEDULED') or (
    v_event.trigger in ('BOOKING_CANCELLED', 'BOOKING_REJECTED')
    and v_event.ical_uid is not null and not v_event.is_seated and not v_event.is_recurring
  ) then
    v_event := crm.read_booker(v_event);
    v_event.stream_key := p_row.stream_key;
  end if;
  case v_event.trigger
    when 'BOOKING_CREATED' then v_event.company_name := crm.read_company_name(v_event);
    when 'BOOKING_NO_SHOW_UPDATED' then v_event.no_shows := crm.no_shows(v_body);
    when 'BOOKING_REASSIGNED' then null; -- about whoever is there
    when 'MEETING_ENDED' then
      -- Time: each company of a webinar reads it in a replay. Whom it concerns is known once it was decided.
      v_event.attendee_emails := coalesce(p_row.concerned_emails, crm.attendee_emails(v_body));
    else v_event.attendee_emails := crm.attendee_emails(v_body);
  end case;
  if v_event.trigger in ('BOOKING_CANCELLED', 'BOOKING_REJECTED') then
    v_event.cancellation_rule := coalesce(p_row.cancellation_rule, crm.setting('cancellation_rule'));
  end if;
  return v_event;
end;
$$;
comment on function crm.parse_event(public.calcom_events) is
  'What the body of an event says: trigger, place in the order, booking, booker, times.';

-- Rule: what a body must say before it can mean anything; the reason says what is missing and what to do.
create function crm.validate_event(p_event crm.event, out outcome text, out reason text)
language plpgsql
stable
set search_path = ''
as $$
begin
  outcome := 'failed';
  if jsonb_typeof(p_event.body) <> 'object' then
    reason := 'The body is not a JSON object. '
      'Send Cal.com''s default payload: remove the custom template from the webhook.';
  elsif p_event.trigger is null then
    reason := 'The body has no "triggerEvent". '
      'Send Cal.com''s default payload: remove the custom template from the webhook.';
  elsif p_event.trigger = 'PING' then
    outcome := 'ignored';
    reason := 'The test from Cal.com arrived: the webhook works.';
  elsif (p_event.position).trigger_order is null then
    outcome := 'ignored';
    reason := format('%s changes nothing here; it is kept in the log.', p_event.trigger);
  elsif coalesce(p_event.new_uid, p_event.uid) is null then
    reason := format('%s names no booking: "uid" is missing, or longer than 200 characters.', p_event.trigger);
  elsif crm.is_booking(p_event) and p_event.booker_email is null then
    reason := 'BOOKING_CREATED names no mail address, neither in the answers nor among the attendees.';
  elsif p_event.trigger in ('BOOKING_CANCELLED', 'BOOKING_REJECTED') and p_event.is_seated
    and p_event.attendee_emails = '{}'
  then
    outcome := 'ignored';
    reason := 'A seat was cancelled, but the event names nobody.';
  else
    outcome := null;
  end if;
end;
$$;
comment on function crm.validate_event(crm.event) is
  'Why an event can change nothing, whatever the tables hold; nothing when it can.';

-- Rule: an event that changes nothing belongs to no scope: no later event has to look at it.
create function crm.detach_event(p_event crm.event)
returns crm.event
language plpgsql
immutable
set search_path = ''
as $$
begin
  p_event.uid := null;
  p_event.new_uid := null;
  p_event.booker_email := null;
  p_event.concerned_emails := null;
  p_event.stream_key := null;
  return p_event;
end;
$$;
comment on function crm.detach_event(crm.event) is 'The event without what ties it to a booking.';

-- Rule: what a body says and what became of it stand in the row of the event, which comes into the log by this when it
--       is not there yet. A late event is there before its outcome, as pending, so that a replay finds it.
create function crm.save_event(p_event crm.event, p_outcome text, p_reason text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_is_decided boolean := p_outcome <> 'pending';
begin
  if p_event.unsaved_payload is not null then
    insert into public.calcom_events (
      id, payload, trigger, uid, new_uid, booker_email, concerned_emails, stream_key, position, cancellation_rule,
      outcome, reason, decided_at, attempts
    )
    values (
      p_event.id, p_event.unsaved_payload, p_event.trigger, p_event.uid, p_event.new_uid, p_event.booker_email,
      p_event.concerned_emails, p_event.stream_key, p_event.position, p_event.cancellation_rule, p_outcome, p_reason,
      case when v_is_decided then clock_timestamp() end, v_is_decided::integer
    )
    on conflict on constraint calcom_events_pkey do nothing;
    if found then
      return;
    end if;
  end if;

  update public.calcom_events as e
  set (trigger, uid, new_uid, booker_email, concerned_emails, stream_key, position, cancellation_rule) = (
      p_event.trigger, p_event.uid, p_event.new_uid, p_event.booker_email, p_event.concerned_emails,
      p_event.stream_key, p_event.position, p_event.cancellation_rule
    ),
    outcome = p_outcome,
    reason = p_reason,
    decided_at = case when v_is_decided then clock_timestamp() end,
    attempts = e.attempts + v_is_decided::integer
  where e.id = p_event.id;
end;
$$;
comment on function crm.save_event(crm.event, text, text) is
  'Writes into the log what the body of an event says and what became of it.';

-- Rule: reschedules link the uid before with the uid after. Of a seated event only what lists the same people counts:
--       the other seats are other bookings. Another organizer is one for all of them.
-- Time: the whole chain in one query: however often a booking has moved, its scope is locked twice at most.
create function crm.list_linked_uids(p_uids text[], p_people text[])
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return crm.sort_unique(array(
    with recursive uids (uid) as (
      select unnest(p_uids)
      union
      select l.uid
      from uids as u
      cross join lateral (
        select e.uid, e.booker_email from public.calcom_events as e where e.new_uid = u.uid
        union all
        select e.new_uid, e.booker_email
        from public.calcom_events as e
        where e.uid = u.uid and e.is_follow_up and e.new_uid is not null
      ) as l
      where p_people is null or l.booker_email is null or l.booker_email = any (p_people)
    )
    select u.uid from uids as u
  ));
end;
$$;
comment on function crm.list_linked_uids(text[], text[]) is
  'Some uids with all that they are linked to by the moves of these people; of anybody, when they are null.';

------------------------------------------------------------------------------------------------------------ hand edits

-- Rule: what a person changes by hand counts at the moment it was done, like an event, and is replayed like one. It
--       comes after everything that the tables held when it was done, whatever the clocks say: its position is that
--       moment, after all events of the same moment.
create table public.hand_edits (
  id uuid not null default gen_random_uuid(),
  number bigint not null generated by default as identity,
  position crm.position not null,
  editor text not null,
  table_name text not null,
  row_id uuid not null,
  row_key text,
  operation text not null,
  old_values jsonb,
  new_values jsonb,
  reason text not null,
  stream_key text not null,
  skipped_reason text,
  constraint hand_edits_pkey primary key (id),
  constraint hand_edits_table_name_is_known check (table_name in ('companies', 'people', 'deals', 'bookings')),
  constraint hand_edits_operation_has_its_values check (
    case operation
      when 'insert' then old_values is null and new_values is not null
      when 'update' then old_values is not null and new_values is not null
      when 'delete' then old_values is not null and new_values is null
      else false
    end
  )
);
comment on table public.hand_edits is
  'One row per company, person, deal or booking that somebody entered, changed or deleted by hand. Part of the log.';
comment on column public.hand_edits.number is 'Counts the edits in the order in which they were made.';
comment on column public.hand_edits.position is 'Its place in the sender''s order of the events.';
comment on column public.hand_edits.editor is
  'Who did it: the address of the session, a name in the header x-editor, or the role.';
comment on column public.hand_edits.row_key is
  'What the row was known by before the edit: domain, address, the event that opened it, or address and booking.';
comment on column public.hand_edits.old_values is 'What the changed columns said before; of a deleted row, all.';
comment on column public.hand_edits.new_values is 'What the changed columns say since; of a new row, all.';
comment on column public.hand_edits.reason is 'What was done, and who did it, in plain words.';
comment on column public.hand_edits.stream_key is 'The stream that it belongs to; see calcom_events.stream_key.';
comment on column public.hand_edits.skipped_reason is
  'Why the last replay could not repeat it; null when it did.';
create index hand_edits_stream_key_idx on public.hand_edits (stream_key, position);
create index hand_edits_row_id_idx on public.hand_edits (row_id);
create index hand_edits_row_key_idx on public.hand_edits (table_name, row_key);
alter table public.hand_edits enable row level security;

create function crm.former_id(p_table_name text, p_row_key text)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select h.row_id
    from public.hand_edits as h
    where h.table_name = p_table_name and h.row_key = p_row_key and h.operation = 'delete'
    order by h.number
    limit 1
  );
end;
$$;
comment on function crm.former_id(text, text) is
  'The id of a row that somebody has deleted: a replay makes it again, until then, under that id. Null for any other.';

create function crm.find_renamed_row(p_table_name text, p_row_key text)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select h.row_id
    from public.hand_edits as h
    where h.table_name = p_table_name and h.row_key = p_row_key and h.operation = 'update'
      and h.new_values ?| array['domain', 'email']
    order by h.number desc
    limit 1
  );
end;
$$;
comment on function crm.find_renamed_row(text, text) is
  'The company or person that had this domain or address until somebody corrected it.';

-- Time: for a domain or an address that is new here, which is in no hand edit most of the time.
create function crm.find_edited_row(p_table_name text, p_row_key text)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  if exists (select from public.hand_edits as h where h.table_name = p_table_name and h.row_key = p_row_key) then
    return coalesce(crm.find_renamed_row(p_table_name, p_row_key), crm.former_id(p_table_name, p_row_key));
  end if;
  return null;
end;
$$;
comment on function crm.find_edited_row(text, text) is
  'The id of the company or person that was known by this until somebody corrected or deleted it. It may be gone.';

-------------------------------------------------------------------------------------------------------------- history

-- What a late event takes back. Rows that a step makes are not here: their made_at says from where on they are there.
create table crm.row_history (
  number bigint not null generated always as identity,
  stream_key text not null,
  position crm.position not null,
  table_name text not null,
  row_id uuid not null,
  old_values jsonb not null,
  constraint row_history_pkey primary key (stream_key, position, number)
);
comment on table crm.row_history is
  'One row per change that an event made to a company, person, deal or booking that was there before it.';
comment on column crm.row_history.position is 'Of the event that made the change, or for which it had waited.';
comment on column crm.row_history.old_values is 'What the changed columns said before.';
alter table crm.row_history enable row level security;
