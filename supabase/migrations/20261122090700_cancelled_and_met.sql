-- Migration: cancelled and met
-- Purpose:   what a cancellation, the end of a meeting and a no-show do
-- Needs:     booked and moved
-- Creates:   crm.cancel(), crm.record_attendance(), crm.end_meeting(), crm.mark_no_show(), crm.apply_event()
-- Tests:     supabase/tests/bookings/, supabase/tests/deals/

-- Rule: the booking is cancelled and with it the active deal of the person's company. A repeat changes nothing:
--       a deal opened since then stays.
create function crm.cancel(p_event public.calcom_events, p_account text)
returns crm.effect[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_effects crm.effect[] := array[]::crm.effect[];
  v_body jsonb := crm.body_of(p_event.payload);
  v_booking public.bookings;
  v_company_id uuid := crm.company_of(p_account);
  v_deal_id uuid;
begin
  for v_booking in select b.* from crm.bookings_of(p_event.uid, p_account) as b loop
    continue when not crm.concerns(v_body, v_booking);
    if v_booking.status = 'CANCELLED' then
      v_effects := v_effects || crm.effect_of(p_event, v_booking, 'duplicate', 'This booking is cancelled already.');
      continue;
    end if;

    v_deal_id := crm.cancel_active_deal(v_company_id);
    update public.bookings as b
    set status = 'CANCELLED', is_requested = false, closed_deal_id = v_deal_id, changed_by = p_event.id
    where b.id = v_booking.id;
    v_effects := v_effects || crm.effect_of(
      p_event, v_booking, 'applied',
      case
        when v_deal_id is not null then format('Cancelled, and with it the deal of %s.', p_account)
        when v_company_id is not null then format('Cancelled; %s has no active deal.', p_account)
        else 'Cancelled; this person has no company, so there is no deal.'
      end,
      v_deal_id, case when v_deal_id is not null then 'cancelled' end, 'cancellation'
    );
  end loop;
  return v_effects;
end;
$$;
comment on function crm.cancel(public.calcom_events, text) is
  'BOOKING_CANCELLED, and BOOKING_REJECTED of a known booking: the booking and the active deal are cancelled.';

-- Rule: attended = the meeting ended and the person was not marked as a no-show. It makes the deal met that was
--       active when it ended; taken back, that deal is booked again unless another meeting of it was attended.
create function crm.record_attendance(p_booking public.bookings, out deal_id uuid, out change text)
language plpgsql
volatile
security invoker
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
comment on function crm.record_attendance(public.bookings) is
  'Stores whether a meeting ended and who was missing, and moves the deal that depends on it.';

-- Rule: everybody who holds the booking under this very uid was there. A timer that fires for a cancelled booking,
--       or for a time it was moved away from, was set too early and means nothing.
create function crm.end_meeting(p_event public.calcom_events, p_account text)
returns crm.effect[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_effects crm.effect[] := array[]::crm.effect[];
  v_booking public.bookings;
  v_company_id uuid := crm.company_of(p_account);
  v_deal_id uuid;
  v_change text;
begin
  for v_booking in select b.* from crm.bookings_of(p_event.uid, p_account) as b loop
    if v_booking.calcom_uid <> p_event.uid then
      v_effects := v_effects || crm.effect_of(p_event, v_booking, 'ignored', 'The meeting had been moved to another time.');
    elsif v_booking.status = 'CANCELLED' then
      v_effects := v_effects || crm.effect_of(p_event, v_booking, 'ignored', 'The meeting had been cancelled.');
    elsif v_booking.has_ended then
      v_effects := v_effects || crm.effect_of(p_event, v_booking, 'duplicate', 'This meeting is known to have ended.');
    else
      v_booking.has_ended := true;
      v_booking.met_deal_id := (select d.id from public.deals as d where d.company_id = v_company_id and d.status = 'active');
      select a.deal_id, a.change into v_deal_id, v_change from crm.record_attendance(v_booking) as a;
      v_effects := v_effects || crm.effect_of(
        p_event, v_booking, 'applied',
        case
          when v_booking.is_no_show then 'The meeting ended; this person was marked as a no-show.'
          when v_change = 'met' then format('The meeting took place; the deal of %s is met.', p_account)
          else 'The meeting took place; there is no active deal to move.'
        end,
        v_deal_id, v_change
      );
    end if;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.end_meeting(public.calcom_events, text) is 'MEETING_ENDED: the booking was attended and the active deal is met.';

-- Rule: marks or unmarks the people it lists by address, on the time that the uid names and no other.
create function crm.mark_no_show(p_event public.calcom_events, p_account text)
returns crm.effect[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_effects crm.effect[] := array[]::crm.effect[];
  v_body jsonb := crm.body_of(p_event.payload);
  v_booking public.bookings;
  v_is_no_show boolean;
  v_deal_id uuid;
  v_change text;
begin
  for v_booking in select b.* from crm.bookings_of(p_event.uid, p_account) as b loop
    select bool_or(a.attendee -> 'noShow' = 'true') into v_is_no_show
    from public.people as p
    left join jsonb_array_elements(
      case when jsonb_typeof(v_body -> 'attendees') = 'array' then v_body -> 'attendees' else '[]' end
    ) as a (attendee) on crm.address_of(a.attendee -> 'email') = p.email and jsonb_typeof(a.attendee -> 'noShow') = 'boolean'
    where p.id = v_booking.person_id;

    if v_is_no_show is null then
      v_effects := v_effects || crm.effect_of(p_event, v_booking, 'ignored', 'It names nobody who holds this booking.');
    elsif v_booking.calcom_uid <> p_event.uid then
      v_effects := v_effects || crm.effect_of(p_event, v_booking, 'ignored', 'The meeting had been moved to another time.');
    elsif v_booking.is_no_show = v_is_no_show then
      v_effects := v_effects || crm.effect_of(
        p_event, v_booking, 'duplicate', case when v_is_no_show then 'Marked as a no-show already.' else 'Not marked as a no-show.' end
      );
    else
      v_booking.is_no_show := v_is_no_show;
      select a.deal_id, a.change into v_deal_id, v_change from crm.record_attendance(v_booking) as a;
      v_effects := v_effects || crm.effect_of(
        p_event, v_booking, 'applied',
        concat(
          case when v_is_no_show then 'Marked as a no-show.' else 'No longer marked as a no-show.' end,
          case v_change
            when 'booked' then format(' The deal of %s is back to booked.', p_account)
            when 'met' then format(' The deal of %s is met.', p_account)
          end
        ),
        v_deal_id, v_change
      );
    end if;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.mark_no_show(public.calcom_events, text) is
  'BOOKING_NO_SHOW_UPDATED: a no-show was not attended, and its deal falls back unless another meeting holds it up.';

-- The table of events: which trigger takes which step.
create function crm.apply_event(p_event public.calcom_events, p_account text)
returns crm.effect[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return case p_event.trigger
    when 'BOOKING_CREATED' then crm.book(p_event, p_account)
    when 'BOOKING_RESCHEDULED' then crm.move(p_event, p_account)
    when 'BOOKING_REQUESTED' then crm.move(p_event, p_account)
    when 'BOOKING_CANCELLED' then crm.cancel(p_event, p_account)
    when 'BOOKING_REJECTED' then crm.cancel(p_event, p_account)
    when 'MEETING_ENDED' then crm.end_meeting(p_event, p_account)
    when 'BOOKING_NO_SHOW_UPDATED' then crm.mark_no_show(p_event, p_account)
  end;
end;
$$;
comment on function crm.apply_event(public.calcom_events, text) is
  'Does what an event says to the bookings of one account; nothing when it knows none of them.';
