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
  old_end_time timestamptz
);

create table public.event_effects (
  event_id uuid not null,
  stream_key text not null,
  booking_id uuid not null,
  deal_id uuid,
  deal_change text,
  reason text not null,
  constraint event_effects_pkey primary key (event_id, booking_id),
  constraint event_effects_event_id_fkey foreign key (event_id) references public.calcom_events (id),
  constraint event_effects_booking_id_fkey foreign key (booking_id) references public.bookings (id) on delete cascade,
  constraint event_effects_deal_change_is_known
    check (deal_change in ('opened', 'kept', 'met', 'booked', 'cancelled', 'reopened'))
);
comment on table public.event_effects is 'One row per booking that an event changed, and what it did to the deal.';
comment on column public.event_effects.deal_id is
  'The deal it was about. No foreign key: over REST, bookings and deals have one relationship, bookings.deal_id.';
comment on column public.event_effects.deal_change is 'What it did to the deal; null when it left the deal as it was.';
create index event_effects_stream_key_idx on public.event_effects (stream_key);
create index event_effects_booking_id_idx on public.event_effects (booking_id);
create index event_effects_deal_id_idx on public.event_effects (deal_id);
alter table public.event_effects enable row level security;

-- The table of events: which trigger takes which step.
create function crm.apply_event(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
begin
  return case p_event.trigger
    when 'BOOKING_CREATED' then crm.apply_booking_created(p_event, p_stream_key)
    when 'BOOKING_RESCHEDULED' then crm.apply_booking_rescheduled(p_event, p_stream_key)
    when 'BOOKING_REQUESTED' then crm.apply_booking_rescheduled(p_event, p_stream_key)
    when 'BOOKING_CANCELLED' then crm.apply_booking_cancelled(p_event, p_stream_key)
    when 'BOOKING_REJECTED' then crm.apply_booking_cancelled(p_event, p_stream_key)
    when 'MEETING_ENDED' then crm.apply_meeting_ended(p_event, p_stream_key)
    when 'BOOKING_NO_SHOW_UPDATED' then crm.apply_no_show_updated(p_event, p_stream_key)
  end;
end;
$$;
comment on function crm.apply_event(crm.event, text) is
  'Does what an event says to the bookings of one stream; no effect when it knows none of them.';

create function crm.make_effect(
  p_event crm.event, p_booking public.bookings, p_outcome text, p_reason text,
  p_deal_id uuid default null, p_deal_change text default null, p_email_kind text default null
) returns crm.effect
language sql immutable
return row(
  p_event.id, p_outcome, p_reason, p_booking.person_id, p_booking.id, coalesce(p_deal_id, p_booking.deal_id),
  p_deal_change, p_email_kind, p_booking.start_time, p_booking.end_time
)::crm.effect;
comment on function crm.make_effect(crm.event, public.bookings, text, text, uuid, text, text) is
  'Says what an event did to a booking; the booking is given as it was before.';

------------------------------------------------------------------------------------------------------ booked and moved

-- Rule: company, person and booking are found or created; a company without an active deal gets one.
--       The booking may be there already: a repeat changes nothing, a new seat books again, and what the attendee
--       asked for is confirmed.
create function crm.apply_booking_created(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_company_id uuid;
  v_person_id uuid;
  v_booking public.bookings;
begin
  if p_event.stream_key <> p_stream_key then
    return array[]::crm.effect[]; -- a seat of somebody else
  end if;
  v_company_id := crm.find_or_create_company(p_stream_key, p_event.company_name);
  v_person_id := crm.find_or_create_person(p_event.booker_email, p_event.booker_name, v_company_id);

  select b.* into v_booking
  from crm.find_bookings(p_event.uid, p_stream_key) as b
  where b.person_id = v_person_id and (b.calcom_uid = p_event.uid or p_event.seat_id is not distinct from b.seat_id);
  if not found and p_event.needs_confirmation then
    select b.* into v_booking from crm.find_booking_by_ical_uid(p_event) as b;
    v_booking.is_pending_confirmation := true;
  end if;

  if v_booking.id is not null and v_booking.is_pending_confirmation then
    return array[crm.reschedule_booking(v_booking, p_stream_key, p_event, p_event.uid, 'confirmation')];
  elsif v_booking.id is not null
    and (
      v_booking.status <> 'CANCELLED'
      or p_event.seat_id is null
      or p_event.seat_id is not distinct from v_booking.seat_id
    )
  then
    return array[crm.make_effect(p_event, v_booking, 'duplicate', 'This booking is known already.')];
  end if;
  return array[crm.create_booking(p_event, p_stream_key, v_company_id, v_person_id, v_booking.original_key)];
end;
$$;
comment on function crm.apply_booking_created(crm.event, text) is
  'BOOKING_CREATED: company, person, booking and, if needed, a new deal.';

-- Rule: a rebuild, or a seat that is booked again, writes into the row that has the same key.
create function crm.create_booking(
  p_event crm.event, p_stream_key text, p_company_id uuid, p_person_id uuid, p_original_key text
)
returns crm.effect
language plpgsql
set search_path = ''
as $$
declare
  v_booking public.bookings;
  v_deal_id uuid;
  v_deal_change text;
begin
  select d.deal_id, d.change into v_deal_id, v_deal_change
  from crm.find_or_open_deal(p_company_id, p_event.id) as d;

  insert into public.bookings as b (
    calcom_uid, original_key, stream_key, person_id, deal_id, title, start_time, end_time, organizer_email,
    is_seated, seat_id, ical_uid, last_event_id
  )
  values (
    p_event.uid, coalesce(p_original_key, concat_ws('/', p_event.uid, p_event.seat_id)), p_stream_key, p_person_id,
    v_deal_id, p_event.title, p_event.start_time, p_event.end_time, p_event.organizer_email,
    p_event.is_seated, p_event.seat_id, p_event.ical_uid, p_event.id
  )
  on conflict on constraint bookings_person_id_original_key_key do update set
    (calcom_uid, stream_key, deal_id, title, start_time, end_time, organizer_email, is_seated, seat_id, ical_uid) = (
      excluded.calcom_uid, excluded.stream_key, excluded.deal_id, excluded.title, excluded.start_time,
      excluded.end_time, excluded.organizer_email, excluded.is_seated, excluded.seat_id, excluded.ical_uid
    ),
    status = 'ACCEPTED', attended = false, has_ended = false, is_no_show = false, is_pending_confirmation = false,
    met_deal_id = null, cancelled_deal_id = null, last_event_id = excluded.last_event_id
  returning b.* into v_booking;

  return crm.make_effect(
    p_event, v_booking, 'applied',
    case v_deal_change
      when 'opened' then format('Booked; %s has a new deal.', p_stream_key)
      when 'kept' then format('Booked; %s has an active deal already.', p_stream_key)
      else 'Booked; this person has no company, so there is no deal.'
    end,
    v_deal_id, v_deal_change, 'confirmation'
  );
end;
$$;
comment on function crm.create_booking(crm.event, text, uuid, uuid, text) is
  'Books a meeting, with a new deal when the company has no active one.';

-- Rule: found by the uid it had; on seated events only the people whom the event lists move. A request of the
--       attendee moves the booking without a mail, and a first request changes nothing.
create function crm.apply_booking_rescheduled(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_effects crm.effect[] := array[]::crm.effect[];
  v_email_kind text := case when p_event.trigger = 'BOOKING_RESCHEDULED' then 'reschedule' end;
  v_booking public.bookings;
begin
  for v_booking in select b.* from crm.find_bookings(p_event.uid, p_stream_key) as b loop
    if crm.applies_to_booking(p_event, v_booking) then
      v_effects := v_effects
        || crm.reschedule_booking(v_booking, p_stream_key, p_event, p_event.new_uid, v_email_kind);
    end if;
  end loop;
  if found or p_event.stream_key is distinct from p_stream_key then
    return v_effects;
  end if;

  select b.* into v_booking from crm.find_booking_by_ical_uid(p_event) as b;
  if found then
    return array[crm.reschedule_booking(v_booking, p_stream_key, p_event, p_event.new_uid, v_email_kind)];
  elsif p_event.uid is null then
    return array[
      crm.make_effect(p_event, v_booking, 'ignored', 'A request: it counts once the organizer confirms it.')
    ];
  end if;
  return v_effects;
end;
$$;
comment on function crm.apply_booking_rescheduled(crm.event, text) is
  'BOOKING_RESCHEDULED and a request for a new time: the booking gets its new uid and time.';

-- Rule: a uid that the booking already has or had is a repeat. A seat that is moved onto a meeting where the person has
--       one already is given up. Otherwise it moves.
create function crm.reschedule_booking(
  p_booking public.bookings, p_stream_key text, p_event crm.event, p_new_uid text, p_email_kind text
)
returns crm.effect
language plpgsql
set search_path = ''
as $$
declare
  v_is_confirmed boolean := p_booking.is_pending_confirmation and p_email_kind is not null;
begin
  if p_new_uid = any (p_booking.previous_uids) or (
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
  return crm.move_booking(p_booking, p_stream_key, p_event, p_new_uid, p_email_kind);
end;
$$;
comment on function crm.reschedule_booking(public.bookings, text, crm.event, text, text) is
  'Moves a booking to the time and uid of an event, unless that was done before or is taken, and says so.';

-- Rule: the new time, place in the chain and organizer, whatever moved it. A booking that was cancelled lives again,
--       and so does the deal that its cancellation closed, unless the company has another active one by then.
--       The timer and the no-show belong to the old time; what was attended stays attended.
create function crm.move_booking(
  p_booking public.bookings, p_stream_key text, p_event crm.event, p_new_uid text, p_email_kind text
)
returns crm.effect
language plpgsql
set search_path = ''
as $$
declare
  v_deal_id uuid := p_booking.deal_id;
  v_reopened_deal_id uuid;
begin
  if p_booking.status = 'CANCELLED' and p_stream_key not like '%@%' then
    v_reopened_deal_id := crm.reopen_deal(p_booking.cancelled_deal_id);
    v_deal_id := coalesce(
      v_reopened_deal_id, crm.find_active_deal(crm.find_company(p_stream_key)), p_booking.deal_id
    );
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
    is_pending_confirmation = p_email_kind is null,
    has_ended = false,
    is_no_show = false,
    deal_id = v_deal_id,
    cancelled_deal_id = null,
    last_event_id = p_event.id
  where b.id = p_booking.id;

  return crm.make_effect(
    p_event, p_booking, 'applied',
    concat(
      case
        when p_email_kind is null
          then 'The attendee asked for a new time; the organizer has yet to confirm it.'
        when p_booking.is_pending_confirmation then 'The organizer confirmed the new time.'
        else 'Moved to a new time.'
      end,
      case when v_reopened_deal_id is not null then ' The deal that the cancellation closed is active again.' end
    ),
    v_deal_id, case when v_reopened_deal_id is not null then 'reopened' end, p_email_kind
  );
end;
$$;
comment on function crm.move_booking(public.bookings, text, crm.event, text, text) is
  'Gives a booking the time and uid of an event, and reopens the deal that its cancellation had closed.';

------------------------------------------------------------------------------------------------------------ cancelled

-- Rule: the booking is cancelled and with it the active deal of the person's company. A repeat changes nothing:
--       a deal opened since then stays.
create function crm.apply_booking_cancelled(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_effects crm.effect[] := array[]::crm.effect[];
  v_booking public.bookings;
  v_company_id uuid := crm.find_company(p_stream_key);
  v_deal_id uuid;
begin
  for v_booking in select b.* from crm.find_bookings(p_event.uid, p_stream_key) as b loop
    continue when not crm.applies_to_booking(p_event, v_booking);
    if v_booking.status = 'CANCELLED' then
      v_effects := v_effects
        || crm.make_effect(p_event, v_booking, 'duplicate', 'This booking is cancelled already.');
      continue;
    end if;

    v_deal_id := crm.cancel_active_deal(v_company_id);
    update public.bookings as b
    set status = 'CANCELLED', is_pending_confirmation = false, cancelled_deal_id = v_deal_id,
      last_event_id = p_event.id
    where b.id = v_booking.id;
    v_effects := v_effects || crm.make_effect(
      p_event, v_booking, 'applied',
      concat(
        case when p_event.trigger = 'BOOKING_REJECTED' then 'Rejected' else 'Cancelled' end,
        case
          when v_deal_id is not null then format(', and with it the deal of %s.', p_stream_key)
          when v_company_id is not null then format('; %s has no active deal.', p_stream_key)
          else '; this person has no company, so there is no deal.'
        end
      ),
      v_deal_id, case when v_deal_id is not null then 'cancelled' end, 'cancellation'
    );
  end loop;
  return v_effects;
end;
$$;
comment on function crm.apply_booking_cancelled(crm.event, text) is
  'BOOKING_CANCELLED, and BOOKING_REJECTED of a known booking: the booking and the active deal are cancelled.';

------------------------------------------------------------------------------------------------------------- attended

-- Rule: everybody who holds the booking under this very uid was there. A timer that fires for a cancelled booking,
--       or for a time it was moved away from, was set too early and means nothing.
create function crm.apply_meeting_ended(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_effects crm.effect[] := array[]::crm.effect[];
  v_booking public.bookings;
begin
  for v_booking in select b.* from crm.find_bookings(p_event.uid, p_stream_key) as b loop
    v_effects := v_effects || case
      when v_booking.calcom_uid <> p_event.uid
        then crm.make_effect(p_event, v_booking, 'ignored', 'The meeting had been moved to another time.')
      when v_booking.status = 'CANCELLED'
        then crm.make_effect(p_event, v_booking, 'ignored', 'The meeting had been cancelled.')
      when v_booking.has_ended
        then crm.make_effect(p_event, v_booking, 'duplicate', 'This meeting is known to have ended.')
      else crm.end_meeting(p_event, v_booking, p_stream_key)
    end;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.apply_meeting_ended(crm.event, text) is
  'MEETING_ENDED: the booking was attended and the active deal is met.';

create function crm.end_meeting(p_event crm.event, p_booking public.bookings, p_stream_key text)
returns crm.effect
language plpgsql
set search_path = ''
as $$
declare
  v_deal_id uuid;
  v_deal_change text;
begin
  p_booking.has_ended := true;
  p_booking.met_deal_id := crm.find_active_deal(crm.find_company(p_stream_key));
  select a.deal_id, a.change into v_deal_id, v_deal_change from crm.save_attendance(p_booking) as a;
  return crm.make_effect(
    p_event, p_booking, 'applied',
    case
      when p_booking.is_no_show then 'The meeting ended; this person was marked as a no-show.'
      when v_deal_change = 'met' then format('The meeting took place; the deal of %s is met.', p_stream_key)
      else 'The meeting took place; there is no active deal to move.'
    end,
    v_deal_id, v_deal_change
  );
end;
$$;
comment on function crm.end_meeting(crm.event, public.bookings, text) is
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
    select (p_event.no_shows ->> p.email)::boolean into v_is_no_show
    from public.people as p
    where p.id = v_booking.person_id;

    v_effects := v_effects || case
      when v_is_no_show is null
        then crm.make_effect(p_event, v_booking, 'ignored', 'It names nobody who holds this booking.')
      when v_booking.calcom_uid <> p_event.uid
        then crm.make_effect(p_event, v_booking, 'ignored', 'The meeting had been moved to another time.')
      when v_booking.is_no_show and v_is_no_show
        then crm.make_effect(p_event, v_booking, 'duplicate', 'Marked as a no-show already.')
      when not v_booking.is_no_show and not v_is_no_show
        then crm.make_effect(p_event, v_booking, 'duplicate', 'Not marked as a no-show.')
      else crm.mark_no_show(p_event, v_booking, p_stream_key, v_is_no_show)
    end;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.apply_no_show_updated(crm.event, text) is
  'BOOKING_NO_SHOW_UPDATED: a no-show was not attended, and its deal falls back unless another meeting keeps it met.';

create function crm.mark_no_show(
  p_event crm.event, p_booking public.bookings, p_stream_key text, p_is_no_show boolean
)
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
        when 'booked' then format(' The deal of %s is back to booked.', p_stream_key)
        when 'met' then format(' The deal of %s is met.', p_stream_key)
      end
    ),
    v_deal_id, v_deal_change
  );
end;
$$;
comment on function crm.mark_no_show(crm.event, public.bookings, text, boolean) is
  'Marks one person as a no-show, or takes the mark back.';

-- Rule: attended = the meeting ended and the person was not marked as a no-show. It makes the deal met that was
--       active when it ended; taken back, that deal is booked again unless another meeting of it was attended.
create function crm.save_attendance(p_booking public.bookings, out deal_id uuid, out change text)
language plpgsql
set search_path = ''
as $$
declare
  v_attended boolean := p_booking.has_ended and not p_booking.is_no_show;
begin
  update public.bookings as b
  set has_ended = p_booking.has_ended,
    is_no_show = p_booking.is_no_show,
    attended = v_attended,
    met_deal_id = p_booking.met_deal_id,
    deal_id = coalesce(p_booking.met_deal_id, b.deal_id)
  where b.id = p_booking.id;

  if v_attended then
    update public.deals as d set stage = 'met'
    where d.id = p_booking.met_deal_id
    returning d.id, 'met' into deal_id, change;
  elsif p_booking.attended then
    update public.deals as d set stage = 'booked'
    where d.id = p_booking.met_deal_id
      and not exists (select from public.bookings as o where o.met_deal_id = d.id and o.attended)
    returning d.id, 'booked' into deal_id, change;
  end if;
end;
$$;
comment on function crm.save_attendance(public.bookings) is
  'Stores whether a meeting ended and who was missing, and moves the deal that depends on it.';
