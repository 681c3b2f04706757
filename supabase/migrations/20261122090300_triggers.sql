-- Triggers: what each event does to bookings and deals.
--
-- apply_event is the table of events. Each step below it assumes the sender's order, changes the bookings of one
-- stream only, and returns an effect for each booking that the event is about. No effect: it does not know the booking
-- (yet). Applying an event twice changes nothing the second time.

-- What one event did to one booking: the material of the outcome, the reason, the mail and the timeline.
create type crm.effect as (
  event_id uuid,
  outcome text,
  reason text,
  person_id uuid,
  booking_id uuid,
  deal_id uuid,
  deal_change text,
  email_kind text,
  old_start_time timestamptz,
  old_end_time timestamptz,
  is_new boolean
);
comment on column crm.effect.is_new is 'Whether the event did it now; a replay that repeats it sets this to false.';

-- The table of events: which trigger takes which step.
create function crm.apply_event(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_effects crm.effect[];
begin
  v_effects := case
    when p_event.is_request then crm.apply_booking_requested(p_event, p_stream_key)
    when p_event.trigger = 'BOOKING_CREATED' then crm.apply_booking_created(p_event, p_stream_key)
    when p_event.trigger = 'BOOKING_RESCHEDULED' then crm.apply_booking_rescheduled(p_event, p_stream_key)
    when p_event.trigger = 'BOOKING_REASSIGNED' then crm.apply_booking_reassigned(p_event, p_stream_key)
    when p_event.trigger in ('BOOKING_CANCELLED', 'BOOKING_REJECTED')
      then crm.apply_booking_cancelled(p_event, p_stream_key)
    when p_event.trigger = 'MEETING_ENDED' then crm.apply_meeting_ended(p_event, p_stream_key)
    when p_event.trigger = 'BOOKING_NO_SHOW_UPDATED' then crm.apply_no_show_updated(p_event, p_stream_key)
  end;
  if cardinality(v_effects) = 0 and coalesce(p_event.stream_key, p_stream_key) = p_stream_key then
    v_effects := crm.explain_unknown_booking(p_event, p_stream_key);
  end if;
  return v_effects;
end;
$$;
comment on function crm.apply_event(crm.event, text) is
  'Does what an event says to the bookings of one stream; no effect when it knows none of them.';

-- Not as a SQL function with a bound body, nor any other that reads a booking: Postgres 15 refuses to rewrite a table,
-- as it does when a team adds a column with a volatile default, while such a function reads its rows.
create function crm.make_effect(
  p_event crm.event, p_booking public.bookings, p_outcome text, p_reason text,
  p_deal_id uuid default null, p_deal_change text default null, p_email_kind text default null
)
returns crm.effect
language plpgsql
immutable
set search_path = ''
as $$
begin
  return row(
    p_event.id, p_outcome, p_reason, p_booking.person_id, p_booking.id, coalesce(p_deal_id, p_booking.deal_id),
    p_deal_change, p_email_kind, p_booking.start_time, p_booking.end_time, true
  )::crm.effect;
end;
$$;
comment on function crm.make_effect(crm.event, public.bookings, text, text, uuid, text, text) is
  'Says what an event did to a booking; the booking is given as it was before.';

-- The bookings that somebody deleted by hand: what Cal.com still says about them brings nothing back.
create table crm.deleted_bookings (
  booking_id uuid not null,
  stream_key text not null,
  attendee_email text not null,
  uids text[] not null,
  seat_id text,
  constraint deleted_bookings_pkey primary key (booking_id)
);
comment on table crm.deleted_bookings is 'One row per booking that somebody has deleted by hand.';
create index deleted_bookings_stream_key_idx on crm.deleted_bookings (stream_key);
alter table crm.deleted_bookings enable row level security;

-- Rule: of a meeting with seats a person may have deleted one, and still have another.
create function crm.is_booking_deleted(p_event crm.event, p_stream_key text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select from crm.deleted_bookings as d
    where d.stream_key = p_stream_key and d.attendee_email = p_event.booker_email and p_event.uid = any (d.uids)
      and (not p_event.is_seated or p_event.seat_id is not distinct from d.seat_id)
  );
end;
$$;
comment on function crm.is_booking_deleted(crm.event, text) is
  'Whether somebody has deleted the booking by hand that an event is about.';

-- Rule: an event about a booking that was deleted, or that was requested and never booked, waits for nothing.
create function crm.explain_unknown_booking(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
stable
set search_path = ''
as $$
begin
  if exists (
    select from crm.deleted_bookings as d
    where d.stream_key = p_stream_key and (p_event.uid = any (d.uids) or p_event.new_uid = any (d.uids))
  ) then
    return array[crm.make_effect(p_event, null, 'ignored', 'Somebody has deleted this booking.')];
  elsif exists (
    select from public.calcom_events as e
    where e.new_uid = p_event.uid and e.id <> p_event.id and crm.is_request(e.trigger, e.payload -> 'payload')
  ) and not crm.is_booking_in_log(p_event, p_stream_key) then
    return array[crm.make_effect(p_event, null, 'ignored', case p_event.trigger
      when 'BOOKING_REJECTED' then 'A request that was never booked was rejected: there is nothing to end.'
      else 'It was requested and never booked: there is nothing to change.'
    end)];
  end if;
  return array[]::crm.effect[];
end;
$$;
comment on function crm.explain_unknown_booking(crm.event, text) is
  'Why an event has no booking and will have none; no effect when it may still get one.';

------------------------------------------------------------------------------------------------------ booked and moved

-- Rule: company, person and booking are found or created; a company without an active deal gets one.
--       The booking may be there already: a repeat changes nothing, a seat that was cancelled is booked again, one that
--       somebody entered by hand becomes this one, and what the attendee asked for is confirmed.
create function crm.apply_booking_created(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_booker record;
  v_booking public.bookings;
  v_is_confirmation boolean;
begin
  if p_event.stream_key <> p_stream_key then
    return array[]::crm.effect[]; -- a seat of somebody else
  elsif crm.is_booking_deleted(p_event, p_stream_key) then
    return array[crm.make_effect(p_event, null, 'ignored', 'Somebody has deleted this booking.')];
  end if;
  v_booker := crm.find_or_create_booker(p_event);

  if v_booker.is_new is not true then
    select b.* into v_booking
    from crm.find_bookings(p_event.uid, p_stream_key) as b
    where (b.attendee_email = p_event.booker_email or b.person_id = (v_booker.person).id)
      and (b.calcom_uid = p_event.uid or p_event.seat_id is not distinct from b.seat_id);
  end if;
  v_is_confirmation := v_booking.is_pending_confirmation;
  if v_booking.id is null and p_event.needs_confirmation then
    v_booking := crm.find_booking_by_ical_uid(p_event);
    v_is_confirmation := v_booking.id is not null;
  end if;

  if v_is_confirmation then
    v_booking.is_pending_confirmation := true;
    return array[crm.reschedule_booking(v_booking, p_event, p_event.uid, 'confirmation')];
  elsif v_booking.id is null or v_booking.last_event_id is null or (
    (v_booking.is_seated or p_event.is_seated) and (
      p_event.seat_id <> v_booking.seat_id
      or (v_booking.status = 'CANCELLED' and num_nonnulls(p_event.seat_id, v_booking.seat_id) < 2)
    )
  ) then
    return array[
      crm.book_meeting(p_event, p_stream_key, v_booker.person, v_booker.company, v_booking, 'confirmation')
    ];
  end if;
  return array[crm.make_effect(p_event, v_booking, 'duplicate', 'This booking is known already.')];
end;
$$;
comment on function crm.apply_booking_created(crm.event, text) is
  'BOOKING_CREATED: company, person, booking and, if needed, a new deal.';

-- Rule: a seat may have been booked by another event, because this one came late; one of them names the seat by its id,
--       the other does not. It is the same row, so that what somebody did to it is repeated.
create function crm.find_booking_of_same_seat(p_event crm.event, p_email text, p_key text)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  v_keys text[] := case
    when p_event.seat_id is not null then array[p_event.uid]
    else array(
      select concat_ws('/', e.uid, e.payload #>> '{payload,attendeeSeatId}')
      from public.calcom_events as e
      where e.uid = p_event.uid and e.booker_email = p_email
    )
  end;
begin
  if exists (select from public.bookings as b where b.attendee_email = p_email and b.original_key = p_key) then
    return null;
  end if;
  return (
    select min(b.id::text)::uuid
    from public.bookings as b
    where b.attendee_email = p_email and b.original_key = any (v_keys) and b.made_at is null
    having count(*) = 1
  );
end;
$$;
comment on function crm.find_booking_of_same_seat(crm.event, text, text) is
  'The row that a seat had before the event turned up that books it; null when there is none, or more than one.';

-- Rule: a replay, a seat that is booked again and a booking that was entered by hand write into the row that has the
--       same key. A deal that somebody chose for the booking stays.
create function crm.book_meeting(
  p_event crm.event, p_stream_key text, p_person public.people, p_company public.companies, p_known public.bookings,
  p_email_kind text
)
returns crm.effect
language plpgsql
set search_path = ''
as $$
declare
  v_key text := coalesce(p_known.original_key, concat_ws('/', p_event.uid, p_event.seat_id));
  v_email text := coalesce(p_known.attendee_email, p_event.booker_email);
  v_former_id uuid;
  v_booking public.bookings;
  v_deal record;
  v_deal_id uuid := p_known.deal_id;
  v_deal_change text;
begin
  if current_setting('crm.replay', true) = 'on' then
    -- Until somebody deletes it, it is the row that it was; the one that somebody entered in its stead comes later.
    v_former_id := crm.former_id('bookings', v_email || ' ' || v_key);
    update public.bookings as b set original_key = b.id::text
    where b.attendee_email = v_email and b.original_key = v_key and b.made_at is null and b.id <> v_former_id;
    if p_event.is_seated then
      update public.bookings as b set original_key = v_key
      where b.id = crm.find_booking_of_same_seat(p_event, v_email, v_key);
    end if;
  end if;

  if p_company.id is not null and (p_known.deal_id is null or p_known.last_event_id is not null) then
    v_deal := crm.find_or_open_deal(p_company.id, p_event);
    v_deal_id := v_deal.deal_id;
    v_deal_change := v_deal.change;
  end if;

  insert into public.bookings as b (
    id, calcom_uid, original_key, stream_key, attendee_email, previous_uids, person_id, deal_id, title, start_time,
    end_time, organizer_email, event_type_id, is_recurring, is_seated, seat_id, ical_uid, last_event_id, made_at
  )
  values (
    coalesce(v_former_id, gen_random_uuid()), coalesce(p_event.new_uid, p_event.uid), v_key, p_stream_key,
    v_email, array_remove(array[nullif(p_event.uid, coalesce(p_event.new_uid, p_event.uid))], null), p_person.id,
    v_deal_id, p_event.title, p_event.start_time, p_event.end_time,
    p_event.organizer_email, p_event.event_type_id, p_event.is_recurring, p_event.is_seated, p_event.seat_id,
    p_event.ical_uid, p_event.id, p_event.position
  )
  on conflict on constraint bookings_attendee_email_original_key_key do update set
    (
      calcom_uid, stream_key, person_id, deal_id, title, start_time, end_time, organizer_email, event_type_id,
      is_recurring, is_seated, seat_id, ical_uid
    ) = (
      excluded.calcom_uid, excluded.stream_key, excluded.person_id, excluded.deal_id, excluded.title,
      excluded.start_time, excluded.end_time, excluded.organizer_email, excluded.event_type_id,
      excluded.is_recurring, excluded.is_seated, excluded.seat_id, excluded.ical_uid
    ),
    previous_uids = b.previous_uids || excluded.previous_uids,
    status = 'ACCEPTED', is_cancelled_by_hand = false, attended = false, has_ended = false, is_no_show = false,
    attended_by_hand = null, is_pending_confirmation = false, met_deal_id = null, cancelled_deal_id = null,
    last_event_id = excluded.last_event_id, made_at = coalesce(b.made_at, excluded.made_at)
  returning b.* into v_booking;

  return crm.make_effect(
    p_event, v_booking, 'applied',
    concat(
      case
        when p_email_kind = 'reschedule' then 'Booked by its move, because nothing was known of it before; '
        else 'Booked; '
      end,
      case
        when p_company.id is null then 'this person has no company, so there is no deal.'
        when v_deal_change = 'opened' then format('%s has a new deal.', p_company.domain)
        when v_deal_change is null then 'it counts for the deal that somebody chose.'
        else format('%s has an active deal already.', p_company.domain)
      end
    ),
    v_booking.deal_id, v_deal_change, p_email_kind
  );
end;
$$;
comment on function crm.book_meeting(
  crm.event, text, public.people, public.companies, public.bookings, text
) is
  'Books a meeting, with a new deal when the company has no active one.';

-- Rule: found by the uid it had; of a seat only the holder moves, of a seated meeting the people whom the event lists.
--       When nothing is known of the booking (its own event was lost, or the organizer moved a request), the move books
--       it. Of a seat that is not sure enough when the event lists several people.
create function crm.apply_booking_rescheduled(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_effects crm.effect[] := crm.reschedule_bookings(p_event, p_stream_key, 'reschedule');
  v_booker record;
  v_booking public.bookings;
begin
  if cardinality(v_effects) > 0 or p_event.stream_key is distinct from p_stream_key then
    return v_effects;
  end if;

  v_booking := crm.find_booking_by_ical_uid(p_event);
  if v_booking.id is null then
    v_booking := crm.find_booking_by_new_uid(p_event, p_stream_key);
  end if;
  if v_booking.id is not null then
    return array[crm.reschedule_booking(v_booking, p_event, p_event.new_uid, 'reschedule')];
  elsif crm.is_booking_in_log(p_event, p_stream_key)
    or (p_event.is_seated and cardinality(p_event.attendee_emails) > 1)
  then
    return v_effects;
  end if;
  p_event.company_name := crm.read_company_name(p_event);
  v_booker := crm.find_or_create_booker(p_event);
  return array[
    crm.book_meeting(p_event, p_stream_key, v_booker.person, v_booker.company, null, 'reschedule')
  ];
end;
$$;
comment on function crm.apply_booking_rescheduled(crm.event, text) is
  'BOOKING_RESCHEDULED: the booking gets its new uid and time.';

-- Rule: the log tells, not the tables: the booking may belong to another stream, or have been deleted by hand. What
--       asks for a new time gives another uid to a booking that is known; of one that is not it makes nothing known.
create function crm.is_booking_in_log(p_event crm.event, p_stream_key text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  v_uids text[] := array[p_event.uid];
  v_requested_from text[] := v_uids;
begin
  while v_requested_from <> '{}' loop
    v_requested_from := array(
      select distinct e.uid
      from public.calcom_events as e
      where e.new_uid = any (v_requested_from) and crm.is_request(e.trigger, e.payload -> 'payload')
        and e.position < p_event.position and e.booker_email is not null and e.uid <> all (v_uids)
        and (not p_event.is_seated or e.booker_email = p_event.booker_email)
    );
    v_uids := v_uids || v_requested_from;
  end loop;

  return exists (
    select from public.calcom_events as e
    where e.uid = any (v_uids) and not e.is_follow_up and e.booker_email is not null and e.id <> p_event.id
      and (not p_event.is_seated or e.booker_email = p_event.booker_email)
  ) or exists (
    select from public.calcom_events as e
    where e.new_uid = any (v_uids) and e.trigger = 'BOOKING_RESCHEDULED'
      and not crm.is_request(e.trigger, e.payload -> 'payload')
      and e.position < p_event.position and e.booker_email is not null
      and (not p_event.is_seated or e.booker_email = p_event.booker_email)
  ) or crm.is_booking_deleted(p_event, p_stream_key); -- it may have been entered by hand, too
end;
$$;
comment on function crm.is_booking_in_log(crm.event, text) is
  'Whether another event has made the booking known that this one is about, or somebody by hand who then deleted it.';

-- Rule: a request for a new time moves the booking without a mail; the organizer has yet to confirm it. It is about the
--       booking that it links to, else by its calendar id, else by its event type. A first request changes nothing.
create function crm.apply_booking_requested(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_effects crm.effect[] := crm.reschedule_bookings(p_event, p_stream_key, null);
  v_booking public.bookings;
begin
  if cardinality(v_effects) > 0 or p_event.stream_key is distinct from p_stream_key then
    return v_effects;
  end if;

  v_booking := crm.find_booking_by_ical_uid(p_event);
  if v_booking.id is null and p_event.uid is null and p_event.trigger = 'BOOKING_REQUESTED' then
    v_booking := crm.find_booking_by_event_type(p_event);
  elsif v_booking.id is null then
    v_booking := crm.find_booking_by_new_uid(p_event, p_stream_key);
  end if;
  if v_booking.id is not null then
    return array[crm.reschedule_booking(v_booking, p_event, p_event.new_uid, null)];
  elsif p_event.uid is null
    or (p_event.trigger = 'BOOKING_RESCHEDULED' and not crm.is_booking_in_log(p_event, p_stream_key))
  then
    return array[
      crm.make_effect(p_event, null, 'ignored', 'A request: it counts once the organizer confirms it.')
    ];
  end if;
  return v_effects;
end;
$$;
comment on function crm.apply_booking_requested(crm.event, text) is
  'BOOKING_REQUESTED, and what says that it is PENDING: a request for a new time moves the booking without a mail.';

create function crm.reschedule_bookings(p_event crm.event, p_stream_key text, p_email_kind text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_effects crm.effect[] := array[]::crm.effect[];
  v_booking public.bookings;
begin
  for v_booking in select b.* from crm.find_bookings(p_event.uid, p_stream_key) as b loop
    if crm.applies_to_booking(p_event, v_booking) then
      v_effects := v_effects || crm.reschedule_booking(v_booking, p_event, p_event.new_uid, p_email_kind);
    end if;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.reschedule_bookings(crm.event, text, text) is
  'Moves every booking of a stream that has or had the uid of an event and that the event is about.';

-- Rule: a uid that the booking already has or had is a repeat, but for a seat that leaves the meeting where it is: it
--       may go back. A seat that is moved onto a meeting where the person has one already is given up. Otherwise it
--       moves.
create function crm.reschedule_booking(
  p_booking public.bookings, p_event crm.event, p_new_uid text, p_email_kind text
)
returns crm.effect
language plpgsql
set search_path = ''
as $$
declare
  v_is_confirmed boolean := p_booking.is_pending_confirmation and p_email_kind is not null;
begin
  if (
    p_new_uid = any (p_booking.previous_uids) and not (p_booking.is_seated and p_event.uid = p_booking.calcom_uid)
  ) or (
    p_new_uid = p_booking.calcom_uid and not v_is_confirmed
    and coalesce(p_event.start_time, p_booking.start_time) is not distinct from p_booking.start_time
  ) then
    return crm.make_effect(p_event, p_booking, 'duplicate', 'This move is known already.');
  end if;

  if exists (
    select from public.bookings as o
    where o.person_id = p_booking.person_id and o.calcom_uid = p_new_uid and o.id <> p_booking.id
  ) then
    if p_booking.status = 'CANCELLED' then
      return crm.make_effect(p_event, p_booking, 'duplicate', 'This seat was given up already.');
    end if;
    update public.bookings as b
    set status = 'CANCELLED', is_pending_confirmation = false, last_event_id = p_event.id
    where b.id = p_booking.id;
    return crm.make_effect(
      p_event, p_booking, 'applied', 'Moved onto a meeting that this person has booked already.'
    );
  end if;
  return crm.move_booking(p_booking, p_event, p_new_uid, p_email_kind);
end;
$$;
comment on function crm.reschedule_booking(public.bookings, crm.event, text, text) is
  'Moves a booking to the time and uid of an event, unless that was done before or is taken, and says so.';

-- Rule: the new time, place in the chain and organizer, whatever moved it. A booking that was cancelled lives again,
--       and so does the deal that its cancellation closed, or else the one it belonged to, unless the company has
--       another active one by then or somebody closed it by hand.
--       The timer and the no-show belong to the old time. What was attended stays attended, unless it moves to a later
--       time: then the deal is booked again unless another meeting of it was attended.
create function crm.move_booking(
  p_booking public.bookings, p_event crm.event, p_new_uid text, p_email_kind text
)
returns crm.effect
language plpgsql
set search_path = ''
as $$
declare
  v_is_to_come boolean := p_booking.attended and p_event.start_time > p_booking.start_time;
  v_deal_id uuid := p_booking.deal_id;
  v_reopened_deal_id uuid;
  v_deal_change text;
begin
  if p_booking.status = 'CANCELLED' or p_booking.cancelled_deal_id is not null then
    v_reopened_deal_id := crm.reopen_deal(coalesce(p_booking.cancelled_deal_id, p_booking.deal_id));
    v_deal_id := coalesce(
      v_reopened_deal_id, crm.find_active_deal((crm.find_company_of(p_booking.person_id)).id), p_booking.deal_id
    );
    v_deal_change := case when v_reopened_deal_id is not null then 'reopened' end;
  end if;

  update public.bookings as b
  set calcom_uid = p_new_uid,
    previous_uids = case when p_new_uid = b.calcom_uid then b.previous_uids else b.previous_uids || b.calcom_uid end,
    start_time = coalesce(p_event.start_time, b.start_time),
    end_time = coalesce(p_event.end_time, b.end_time),
    title = coalesce(p_event.title, b.title),
    organizer_email = coalesce(p_event.organizer_email, b.organizer_email),
    ical_uid = coalesce(p_event.ical_uid, b.ical_uid),
    seat_id = coalesce(p_event.seat_id, b.seat_id),
    status = 'ACCEPTED',
    is_cancelled_by_hand = false,
    is_pending_confirmation = p_event.is_request,
    attended = b.attended and not v_is_to_come,
    met_deal_id = case when not v_is_to_come then b.met_deal_id end,
    has_ended = false,
    is_no_show = false,
    attended_by_hand = null,
    deal_id = v_deal_id,
    cancelled_deal_id = null,
    last_event_id = p_event.id
  where b.id = p_booking.id;

  if v_is_to_come and crm.fall_back_deal(p_booking.met_deal_id) then
    v_deal_id := p_booking.met_deal_id;
    v_deal_change := coalesce(v_deal_change, 'booked');
  end if;
  return crm.make_effect(
    p_event, p_booking, 'applied',
    concat(
      case
        when p_event.is_request then 'The attendee asked for a new time; the organizer has yet to confirm it.'
        when p_booking.is_pending_confirmation then 'The organizer confirmed the new time.'
        else 'Moved to a new time.'
      end,
      case v_deal_change
        when 'reopened' then ' Its deal is active again.'
        when 'booked' then ' The meeting is still to come, so its deal is back to booked.'
      end
    ),
    v_deal_id, v_deal_change, p_email_kind
  );
end;
$$;
comment on function crm.move_booking(public.bookings, crm.event, text, text) is
  'Gives a booking the time and uid of an event, and reopens the deal that its cancellation had closed.';

create function crm.fall_back_deal(p_deal_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update public.deals as d set stage = 'booked'
  where d.id = p_deal_id and d.stage = 'met'
    and not exists (select from public.bookings as b where b.met_deal_id = d.id and b.attended);
  return found;
end;
$$;
comment on function crm.fall_back_deal(uuid) is
  'Has a deal be booked again when no meeting of it was attended; returns whether it was met before.';

-- Rule: the organizer, nothing else; no mail, and those on their way stay true.
create function crm.apply_booking_reassigned(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_effects crm.effect[] := array[]::crm.effect[];
  v_booking public.bookings;
begin
  for v_booking in select b.* from crm.find_bookings(p_event.uid, p_stream_key) as b loop
    if v_booking.calcom_uid <> p_event.uid then
      v_effects := v_effects
        || crm.make_effect(p_event, v_booking, 'ignored', 'The meeting had been moved to another time.');
    elsif p_event.organizer_email is null then
      v_effects := v_effects || crm.make_effect(p_event, v_booking, 'ignored', 'It names no organizer.');
    elsif p_event.organizer_email = v_booking.organizer_email then
      v_effects := v_effects
        || crm.make_effect(p_event, v_booking, 'duplicate', 'The meeting has this organizer already.');
    else
      update public.bookings as b set organizer_email = p_event.organizer_email where b.id = v_booking.id;
      v_effects := v_effects || crm.make_effect(
        p_event, v_booking, 'applied', format('Handed over to %s.', p_event.organizer_email)
      );
    end if;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.apply_booking_reassigned(crm.event, text) is
  'BOOKING_REASSIGNED: another organizer has the meeting.';

------------------------------------------------------------------------------------------------------------ cancelled

-- Rule: the booking is cancelled and with it, as the setting cancellation_rule says, a deal of the person's company. A
--       repeat changes nothing: a deal opened since then stays. Of a booking that somebody has cancelled here by hand,
--       Cal.com's first cancellation is no repeat. Where the event that links two uids was lost, the calendar id tells
--       which booking it is. A seat is cancelled in the meeting where it is, and not by what ends the one that it was
--       moved from.
create function crm.apply_booking_cancelled(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_effects crm.effect[] := array[]::crm.effect[];
  v_booking public.bookings;
begin
  for v_booking in select b.* from crm.find_bookings(p_event.uid, p_stream_key) as b loop
    if crm.applies_to_booking(p_event, v_booking) then
      v_effects := v_effects || crm.cancel_booking(p_event, v_booking);
    end if;
  end loop;
  if not found and p_event.stream_key = p_stream_key and not crm.is_booking_in_log(p_event, p_stream_key) then
    v_booking := crm.find_booking_by_ical_uid(p_event);
    if v_booking.id is not null then
      v_effects := array[crm.cancel_booking(p_event, v_booking)];
    end if;
  end if;
  return v_effects;
end;
$$;
comment on function crm.apply_booking_cancelled(crm.event, text) is
  'BOOKING_CANCELLED, and BOOKING_REJECTED of a known booking: the booking and a deal are cancelled.';

-- Rule: setting cancellation_rule. any: a cancellation closes the active deal of the company. last_meeting: that of its
--       own booking, unless another meeting of that deal is still to come or was attended. A replay does as was done
--       when the event was decided; a rebuild, as the setting says now.
create function crm.cancel_deal(p_event crm.event, p_company_id uuid, p_booking public.bookings)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_deal_id uuid;
begin
  if p_event.cancellation_rule = 'last_meeting' then
    update public.deals as d set status = 'cancelled'
    where d.id = p_booking.deal_id and d.status = 'active'
      and not exists (
        select from public.bookings as b
        where b.deal_id = d.id and b.id <> p_booking.id and b.status = 'ACCEPTED'
          and (b.attended or coalesce(b.end_time, b.start_time) > (p_event.position).happened_at)
      )
    returning d.id into v_deal_id;
  else
    update public.deals as d set status = 'cancelled'
    where d.company_id = p_company_id and d.status = 'active'
    returning d.id into v_deal_id;
  end if;
  return v_deal_id;
end;
$$;
comment on function crm.cancel_deal(crm.event, uuid, public.bookings) is
  'Cancels the deal that a cancellation closes and returns it; null when it closes none.';

create function crm.deal_domain(p_deal_id uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select c.domain from public.deals as d join public.companies as c on c.id = d.company_id where d.id = p_deal_id
  );
end;
$$;
comment on function crm.deal_domain(uuid) is
  'The domain of the company of a deal, which need not be that of the person by now.';

create function crm.cancel_booking(p_event crm.event, p_booking public.bookings)
returns crm.effect
language plpgsql
set search_path = ''
as $$
declare
  v_company public.companies := crm.find_company_of(p_booking.person_id);
  v_deal_id uuid;
begin
  if p_booking.status = 'CANCELLED' and not p_booking.is_cancelled_by_hand then
    return crm.make_effect(p_event, p_booking, 'duplicate', 'This booking is cancelled already.');
  elsif p_event.position < p_booking.made_at and p_event.uid = any (p_booking.previous_uids) then
    return crm.make_effect(p_event, p_booking, 'ignored', 'The meeting was moved to another time after that.');
  elsif p_booking.is_seated and p_event.uid <> p_booking.calcom_uid then
    return crm.make_effect(p_event, p_booking, 'ignored', 'This seat had been moved to another meeting.');
  end if;

  v_deal_id := crm.cancel_deal(p_event, v_company.id, p_booking);
  update public.bookings as b
  set status = 'CANCELLED', is_cancelled_by_hand = false, is_pending_confirmation = false,
    cancelled_deal_id = v_deal_id, last_event_id = p_event.id
  where b.id = p_booking.id;
  return crm.make_effect(
    p_event, p_booking, 'applied',
    concat(
      case when p_event.trigger = 'BOOKING_REJECTED' then 'Rejected' else 'Cancelled' end,
      case
        when v_deal_id is not null then format(
          ', and with it the deal of %s.',
          case when p_event.cancellation_rule = 'last_meeting' then crm.deal_domain(v_deal_id) else v_company.domain end
        )
        when v_company.id is null then '; this person has no company, so there is no deal.'
        when crm.find_active_deal(v_company.id) is null then format('; %s has no active deal.', v_company.domain)
        else format('; the deal of %s goes on.', v_company.domain)
      end
    ),
    v_deal_id, case when v_deal_id is not null then 'cancelled' end, 'cancellation'
  );
end;
$$;
comment on function crm.cancel_booking(crm.event, public.bookings) is
  'Cancels one person''s booking and the deal that goes with it.';

------------------------------------------------------------------------------------------------------------- attended

-- Rule: everybody who holds the booking under this very uid was there. A timer that fires for a cancelled booking,
--       or for a time it was moved away from, was set too early and means nothing.
--       It names the booking that it replaced: when the event that moved it was lost, it moves here.
create function crm.apply_meeting_ended(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_uid text := coalesce(p_event.new_uid, p_event.uid);
  v_effects crm.effect[] := array[]::crm.effect[];
  v_booking public.bookings;
begin
  for v_booking in select b.* from crm.find_bookings(v_uid, p_stream_key) as b loop
    v_effects := v_effects || case
      when v_booking.calcom_uid <> v_uid
        then crm.make_effect(p_event, v_booking, 'ignored', 'The meeting had been moved to another time.')
      when v_booking.status = 'CANCELLED'
        then crm.make_effect(p_event, v_booking, 'ignored', 'The meeting had been cancelled.')
      when p_event.end_time <= v_booking.start_time
        then crm.make_effect(p_event, v_booking, 'ignored', 'The meeting had been moved to a later time.')
      when v_booking.has_ended
        then crm.make_effect(p_event, v_booking, 'duplicate', 'This meeting is known to have ended.')
      else crm.end_meeting(p_event, v_booking)
    end;
  end loop;
  if cardinality(v_effects) > 0 or p_event.new_uid is null then
    return v_effects;
  end if;

  for v_booking in select b.* from crm.find_bookings(p_event.uid, p_stream_key) as b where not b.is_seated loop
    if v_booking.calcom_uid <> p_event.uid then
      v_effects := v_effects
        || crm.make_effect(p_event, v_booking, 'ignored', 'The meeting had been moved to another time.');
    else
      perform crm.move_booking(v_booking, p_event, p_event.new_uid, null);
      select b.* into v_booking from public.bookings as b where b.id = v_booking.id;
      v_effects := v_effects || crm.end_meeting(p_event, v_booking);
    end if;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.apply_meeting_ended(crm.event, text) is
  'MEETING_ENDED: the booking was attended and the active deal is met.';

create function crm.end_meeting(p_event crm.event, p_booking public.bookings)
returns crm.effect
language plpgsql
set search_path = ''
as $$
declare
  v_company public.companies := crm.find_company_of(p_booking.person_id);
  v_deal_id uuid;
  v_deal_change text;
begin
  p_booking.has_ended := true;
  p_booking.met_deal_id := crm.find_active_deal(v_company.id);
  select a.deal_id, a.change into v_deal_id, v_deal_change from crm.save_attendance(p_booking) as a;
  return crm.make_effect(
    p_event, p_booking, 'applied',
    case
      when p_booking.is_no_show then 'The meeting ended; this person was marked as a no-show.'
      when v_deal_change = 'met' then format('The meeting took place; the deal of %s is met.', v_company.domain)
      else 'The meeting took place; there is no active deal to move.'
    end,
    v_deal_id, v_deal_change
  );
end;
$$;
comment on function crm.end_meeting(crm.event, public.bookings) is
  'Ends one person''s meeting, for the deal that is active at that moment.';

-- Rule: marks or unmarks the people it lists by address, on the time that the uid names and no other.
create function crm.apply_no_show_updated(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_effects crm.effect[] := array[]::crm.effect[];
  v_booking public.bookings;
  v_is_no_show boolean;
begin
  for v_booking in select b.* from crm.find_bookings(p_event.uid, p_stream_key) as b loop
    v_is_no_show := (p_event.no_shows ->> v_booking.attendee_email)::boolean;
    continue when v_is_no_show is null and v_booking.is_seated;
    v_effects := v_effects || case
      when v_is_no_show is null
        then crm.make_effect(p_event, v_booking, 'ignored', 'It names nobody who holds this booking.')
      when v_booking.calcom_uid <> p_event.uid
        then crm.make_effect(p_event, v_booking, 'ignored', 'The meeting had been moved to another time.')
      when v_booking.is_no_show and v_is_no_show
        then crm.make_effect(p_event, v_booking, 'duplicate', 'Marked as a no-show already.')
      when not v_booking.is_no_show and not v_is_no_show
        then crm.make_effect(p_event, v_booking, 'duplicate', 'Not marked as a no-show.')
      else crm.mark_no_show(p_event, v_booking, v_is_no_show)
    end;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.apply_no_show_updated(crm.event, text) is
  'BOOKING_NO_SHOW_UPDATED: a no-show was not attended, and its deal falls back unless another meeting keeps it met.';

create function crm.mark_no_show(p_event crm.event, p_booking public.bookings, p_is_no_show boolean)
returns crm.effect
language plpgsql
set search_path = ''
as $$
declare
  v_deal_id uuid;
  v_deal_change text;
begin
  p_booking.is_no_show := p_is_no_show;
  select a.deal_id, a.change into v_deal_id, v_deal_change from crm.save_attendance(p_booking) as a;
  return crm.make_effect(
    p_event, p_booking, 'applied',
    concat(
      case when p_is_no_show then 'Marked as a no-show.' else 'No longer marked as a no-show.' end,
      case v_deal_change
        when 'booked' then format(' The deal of %s is back to booked.', crm.deal_domain(v_deal_id))
        when 'met' then format(' The deal of %s is met.', crm.deal_domain(v_deal_id))
      end
    ),
    v_deal_id, v_deal_change
  );
end;
$$;
comment on function crm.mark_no_show(crm.event, public.bookings, boolean) is
  'Marks one person as a no-show, or takes the mark back.';

-- Rule: a meeting that was attended makes the deal met that was active when it ended; taken back, that deal is booked
--       again unless another meeting of it was attended.
create function crm.move_met_deal(
  p_met_deal_id uuid, p_was_attended boolean, p_is_attended boolean, out deal_id uuid, out change text
)
language plpgsql
set search_path = ''
as $$
begin
  if p_is_attended then
    update public.deals as d set stage = 'met'
    where d.id = p_met_deal_id
    returning d.id, 'met' into deal_id, change;
  elsif p_was_attended and crm.fall_back_deal(p_met_deal_id) then
    deal_id := p_met_deal_id;
    change := 'booked';
  end if;
end;
$$;
comment on function crm.move_met_deal(uuid, boolean, boolean) is
  'Moves the deal that depends on a meeting, which was or was not attended before, and is or is not now.';

-- Rule: attended = the meeting ended, or somebody has said that the person came, and they are not marked as a no-show.
create function crm.is_attended(p_booking public.bookings)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (p_booking.has_ended or p_booking.attended_by_hand is not null) and not p_booking.is_no_show;
end;
$$;
comment on function crm.is_attended(public.bookings) is 'Whether a person came to their meeting, as far as is known.';

create function crm.save_attendance(p_booking public.bookings, out deal_id uuid, out change text)
language plpgsql
set search_path = ''
as $$
declare
  v_attended boolean := crm.is_attended(p_booking);
begin
  update public.bookings as b
  set has_ended = p_booking.has_ended,
    is_no_show = p_booking.is_no_show,
    attended = v_attended,
    met_deal_id = p_booking.met_deal_id,
    deal_id = coalesce(p_booking.met_deal_id, b.deal_id)
  where b.id = p_booking.id;
  select m.deal_id, m.change into deal_id, change
  from crm.move_met_deal(p_booking.met_deal_id, p_booking.attended, v_attended) as m;
end;
$$;
comment on function crm.save_attendance(public.bookings) is
  'Stores whether a meeting ended and who was missing, and moves the deal that depends on it.';
