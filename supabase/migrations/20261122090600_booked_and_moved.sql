-- Migration: booked and moved
-- Purpose:   what a new booking and a new time do
-- Needs:     bookings
-- Creates:   crm.effect, crm.effect_of(), crm.move_booking(), crm.book(), crm.move()
-- Tests:     supabase/tests/bookings/, supabase/tests/deals/
--
-- The steps of this chapter and the next: each assumes the sender's order, changes the bookings of one account only,
-- and returns what it did to each booking. No row means that it does not know the booking (yet). Taking a step twice
-- changes nothing the second time.

-- What one event did to one booking: the raw material of the answer, the reason, the mail and the timeline.
create type crm.effect as (
  event_id uuid,
  outcome text,
  reason text,
  person_id uuid,
  booking_id uuid,
  deal_id uuid,
  deal text,
  mail text,
  old_start_time timestamptz,
  old_end_time timestamptz
);

create function crm.effect_of(
  p_event public.calcom_events, p_booking public.bookings, p_outcome text, p_reason text,
  p_deal_id uuid default null, p_deal text default null, p_mail text default null,
  p_old_start_time timestamptz default null, p_old_end_time timestamptz default null
)
returns crm.effect
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return row(
    p_event.id, p_outcome, p_reason, p_booking.person_id, p_booking.id, coalesce(p_deal_id, p_booking.deal_id), p_deal,
    p_mail, p_old_start_time, p_old_end_time
  )::crm.effect;
end;
$$;
comment on function crm.effect_of(
  public.calcom_events, public.bookings, text, text, uuid, text, text, timestamptz, timestamptz
) is 'Says what an event did to a booking.';

-- Rule: the new time, place in the chain and organizer, whatever moved it. A booking that was cancelled lives again,
--       and so does the deal that its cancellation closed. A uid that the booking already has or had is a repeat.
--       A seat moved onto a meeting where the person sits already is given up.
create function crm.move_booking(
  p_booking public.bookings, p_account text, p_event public.calcom_events, p_new_uid text, p_mail text
)
returns crm.effect
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_body jsonb := crm.body_of(p_event.payload);
  v_start_time timestamptz := coalesce(crm.time_of(v_body -> 'startTime'), p_booking.start_time);
  v_company_id uuid := crm.company_of(p_account);
  v_is_confirmed boolean := p_booking.is_requested and p_mail is not null;
  v_deal_id uuid := p_booking.deal_id;
  v_change text;
begin
  if p_new_uid = any (p_booking.former_uids)
    or (p_new_uid = p_booking.calcom_uid and v_start_time is not distinct from p_booking.start_time and not v_is_confirmed)
  then
    return crm.effect_of(p_event, p_booking, 'duplicate', 'This move is known already.');
  end if;

  if exists (
    select from public.bookings as o
    where o.person_id = p_booking.person_id and o.calcom_uid = p_new_uid and o.id <> p_booking.id
  ) then
    update public.bookings as b set status = 'CANCELLED', is_requested = false, changed_by = p_event.id
    where b.id = p_booking.id;
    return crm.effect_of(p_event, p_booking, 'applied', 'Moved onto a meeting that this person has booked already.');
  end if;

  if p_booking.status = 'CANCELLED' and v_company_id is not null then
    v_deal_id := crm.revive_deal(p_booking.closed_deal_id);
    v_change := case when v_deal_id is not null then 'revived' end;
    v_deal_id := coalesce(
      v_deal_id,
      (select d.id from public.deals as d where d.company_id = v_company_id and d.status = 'active'),
      p_booking.deal_id
    );
  end if;

  update public.bookings as b
  set calcom_uid = p_new_uid,
    former_uids = case when p_new_uid = b.calcom_uid then b.former_uids else b.former_uids || b.calcom_uid end,
    start_time = v_start_time,
    end_time = coalesce(crm.time_of(v_body -> 'endTime'), b.end_time),
    title = coalesce(crm.text_of(v_body -> 'title'), b.title),
    organizer_email = coalesce(crm.address_of(v_body #> '{organizer,email}'), b.organizer_email),
    ical_uid = coalesce(crm.text_of(v_body -> 'iCalUID'), b.ical_uid),
    seat_id = coalesce(crm.seat_of(v_body), b.seat_id),
    status = 'ACCEPTED',
    is_requested = p_mail is null,
    -- The timer and the no-show belong to the old time; what was attended stays attended.
    has_ended = false,
    is_no_show = false,
    deal_id = v_deal_id,
    closed_deal_id = null,
    changed_by = p_event.id
  where b.id = p_booking.id;

  return crm.effect_of(
    p_event, p_booking, 'applied',
    concat(
      case when v_is_confirmed then 'The host confirmed the new time.' when p_mail is null
        then 'The attendee asked for a new time; the host has yet to confirm it.' else 'Moved to a new time.' end,
      case when v_change = 'revived' then ' The deal that the cancellation closed is active again.' end
    ),
    v_deal_id, v_change, p_mail, p_booking.start_time, p_booking.end_time
  );
end;
$$;
comment on function crm.move_booking(public.bookings, text, public.calcom_events, text, text) is
  'Gives a booking the time and uid that an event names, and says so.';

-- Rule: company, person and booking are found or created; a company without an active deal gets one.
--       The booking may be there already: a repeat changes nothing, a new seat books again, and what the
--       attendee asked for is confirmed.
create function crm.book(p_event public.calcom_events, p_account text)
returns crm.effect[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_effects crm.effect[] := array[]::crm.effect[];
  v_body jsonb := crm.body_of(p_event.payload);
  v_company_id uuid;
  v_person_id uuid;
  v_seat_id text := crm.seat_of(v_body);
  v_booking public.bookings;
  v_deal_id uuid;
  v_change text;
begin
  if p_event.account <> p_account then
    return v_effects; -- a seat of somebody else
  end if;
  v_company_id := crm.find_or_create_company(p_account, crm.company_answer(v_body));
  v_person_id := crm.find_or_create_person(p_event.email, crm.booker_name(v_body), v_company_id);

  select b.* into v_booking
  from crm.bookings_of(p_event.uid, p_account) as b
  where b.person_id = v_person_id and (b.calcom_uid = p_event.uid or v_seat_id is not distinct from b.seat_id);
  if v_booking.id is null and p_event.payload #> '{payload,requiresConfirmation}' = 'true' then
    select b.* into v_booking from crm.booking_of_calendar(p_event.email, v_body) as b;
    v_booking.is_requested := true;
  end if;

  if v_booking.is_requested and v_booking.id is not null then
    v_effects := v_effects || crm.move_booking(v_booking, p_account, p_event, p_event.uid, 'confirmation');
    return v_effects;
  elsif v_booking.id is not null
    and not (v_booking.status = 'CANCELLED' and v_seat_id is distinct from v_booking.seat_id and v_seat_id is not null)
  then
    v_effects := v_effects || crm.effect_of(p_event, v_booking, 'duplicate', 'This booking is known already.');
    return v_effects;
  end if;

  select d.deal_id, d.change into v_deal_id, v_change from crm.find_or_open_deal(v_company_id, p_event.id) as d;

  insert into public.bookings as b (
    calcom_uid, first_uid, account, person_id, deal_id, title, start_time, end_time, organizer_email,
    is_seated, seat_id, ical_uid, changed_by
  )
  values (
    p_event.uid, coalesce(v_booking.first_uid, concat_ws('/', p_event.uid, v_seat_id)), p_account, v_person_id, v_deal_id, crm.text_of(v_body -> 'title'),
    crm.time_of(v_body -> 'startTime'), crm.time_of(v_body -> 'endTime'), crm.address_of(v_body #> '{organizer,email}'),
    crm.is_seated(v_body), v_seat_id, crm.text_of(v_body -> 'iCalUID'), p_event.id
  )
  on conflict on constraint bookings_person_id_first_uid_key do update set
    (calcom_uid, account, deal_id, title, start_time, end_time, organizer_email, is_seated, seat_id, ical_uid, changed_by) = (
      excluded.calcom_uid, excluded.account, excluded.deal_id, excluded.title, excluded.start_time, excluded.end_time,
      excluded.organizer_email, excluded.is_seated, excluded.seat_id, excluded.ical_uid, excluded.changed_by
    ),
    status = 'ACCEPTED', attended = false, has_ended = false, is_no_show = false, is_requested = false, met_deal_id = null,
    closed_deal_id = null
  returning b.* into v_booking;

  v_effects := v_effects || crm.effect_of(
    p_event, v_booking, 'applied',
    case v_change
      when 'opened' then format('Booked; %s has a new deal.', p_account)
      when 'kept' then format('Booked; %s has an active deal already.', p_account)
      else 'Booked; this person has no company, so there is no deal.'
    end,
    v_deal_id, v_change, 'confirmation'
  );
  return v_effects;
end;
$$;
comment on function crm.book(public.calcom_events, text) is 'BOOKING_CREATED: company, person, booking and, if needed, a new deal.';

-- Rule: found by the uid it had; on seated events only the people whom the event lists move. A request of the
--       attendee moves the booking without a mail, and a first request changes nothing.
create function crm.move(p_event public.calcom_events, p_account text)
returns crm.effect[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_effects crm.effect[] := array[]::crm.effect[];
  v_body jsonb := crm.body_of(p_event.payload);
  v_mail text := case when p_event.trigger = 'BOOKING_RESCHEDULED' then 'reschedule' end;
  v_booking public.bookings;
begin
  for v_booking in select b.* from crm.bookings_of(p_event.uid, p_account) as b loop
    if crm.concerns(v_body, v_booking) then
      v_effects := v_effects || crm.move_booking(v_booking, p_account, p_event, p_event.new_uid, v_mail);
    end if;
  end loop;
  if found or p_event.account is distinct from p_account then
    return v_effects;
  end if;

  select b.* into v_booking from crm.booking_of_calendar(p_event.email, v_body) as b;
  if found then
    v_effects := v_effects || crm.move_booking(v_booking, p_account, p_event, p_event.new_uid, v_mail);
  elsif p_event.uid is null then
    v_effects := v_effects || crm.effect_of(p_event, v_booking, 'ignored', 'A request: it counts once the host confirms it.');
  end if;
  return v_effects;
end;
$$;
comment on function crm.move(public.calcom_events, text) is
  'BOOKING_RESCHEDULED and a request for a new time: the booking gets its new uid and time.';
