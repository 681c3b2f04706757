-- Which event the log lacks: what the API says of a booking is held against what the log holds about it.
--
-- What is missing becomes an event in the webhook's shape, marked as made up, at the best moment that the API gives.

-------------------------------------------------------------------------------------------------- what the log says

-- What the log holds about one uid.
create type crm.log_facts as (
  is_booked boolean,
  is_moved_here boolean,
  is_requested boolean,
  is_linked boolean,
  is_moved_away boolean,
  is_cancelled boolean,
  has_ended boolean,
  has_host_no_show boolean,
  is_touched boolean,
  last_booked_at timestamptz,
  last_happened_at timestamptz,
  bookings public.bookings[]
);
comment on type crm.log_facts is
  'What the log and the tables hold about one uid, by which it is decided what the log lacks.';

-- Rule: what came within the last two minutes may not be all yet: Cal.com sends a cancellation before it writes it.
--       What reconciliation has made up itself is no sign of that.
-- Time: by index, the events that name this uid. The body is read only of those that may be requests.
create function crm.load_log_facts(p_booking crm.api_booking, p_pending_uids text[])
returns crm.log_facts
language plpgsql
stable
set search_path = ''
as $$
declare
  v_uid constant text := p_booking.uid;
  v_log crm.log_facts;
begin
  select
    coalesce(bool_or(e.uid = v_uid and not e.is_follow_up), false),
    coalesce(bool_or(e.new_uid = v_uid and e.trigger = 'BOOKING_RESCHEDULED' and not e.is_request), false),
    coalesce(bool_or(e.new_uid = v_uid and e.is_request), false),
    coalesce(bool_or(e.new_uid = v_uid and e.uid = p_booking.previous_uid), false),
    coalesce(bool_or(e.uid = v_uid and e.new_uid <> v_uid), false),
    coalesce(bool_or(e.uid = v_uid and e.trigger in ('BOOKING_CANCELLED', 'BOOKING_REJECTED')), false),
    coalesce(
      bool_or(
        e.trigger = 'MEETING_ENDED' and coalesce(e.new_uid, e.uid) = v_uid
        and (e.position).happened_at > p_booking.start_time
      ),
      false
    ),
    coalesce(
      bool_or(e.trigger = 'BOOKING_NO_SHOW_UPDATED' and e.payload #> '{payload,noShowHost}' = 'true'), false
    ),
    coalesce(bool_or(e.received_at > now() - interval '2 minutes' and e.source = 'webhook'), false)
      or v_uid = any (p_pending_uids),
    max((e.position).happened_at) filter (
      where e.trigger in ('BOOKING_REQUESTED', 'BOOKING_CREATED', 'BOOKING_RESCHEDULED', 'BOOKING_REASSIGNED')
        and coalesce(e.new_uid, e.uid) = v_uid
    ),
    max((e.position).happened_at)
  into
    v_log.is_booked, v_log.is_moved_here, v_log.is_requested, v_log.is_linked, v_log.is_moved_away, v_log.is_cancelled,
    v_log.has_ended, v_log.has_host_no_show, v_log.is_touched, v_log.last_booked_at, v_log.last_happened_at
  from (
    select o.*, crm.is_request(o.trigger, o.payload -> 'payload') as is_request
    from (
      select n.* from public.calcom_events as n where n.uid = v_uid
      union all
      select n.* from public.calcom_events as n where n.new_uid = v_uid and n.uid is distinct from v_uid
    ) as o
  ) as e;
  v_log.bookings := array(select b from public.bookings as b where b.calcom_uid = v_uid);
  -- A request may have named no booking, and have been taken for another time of this one.
  v_log.is_moved_away := v_log.is_moved_away or exists (select from crm.previous_uids as u where u.uid = v_uid);
  if not v_log.is_linked and p_booking.previous_uid is not null then
    v_log.is_linked := exists (
      select
      from crm.previous_uids as u
      join public.bookings as b on b.id = u.booking_id
      where u.uid = p_booking.previous_uid and v_uid = any (b.previous_uids || b.calcom_uid)
    );
  end if;
  return v_log;
end;
$$;
comment on function crm.load_log_facts(crm.api_booking, text[]) is
  'What the log and the tables hold about the booking of a row.';

------------------------------------------------------------------------------------------------ which event is missing

-- Rule: marked as made up, at its moment. It is a function of the row of the API wherever that gives the moment: the
--       same row makes the same body.
create function crm.make_up_event(
  p_trigger text, p_happened_at timestamptz, p_body jsonb, p_owes_mail boolean default true
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'triggerEvent', p_trigger,
    'createdAt', to_char(p_happened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'madeBy', 'reconciliation',
    'payload', p_body
  ) || case when p_owes_mail then '{}' else jsonb_build_object('owesMail', false) end;
end;
$$;
comment on function crm.make_up_event(text, timestamptz, jsonb, boolean) is
  'The body of an event that reconciliation makes up.';

-- Rule: what only a comparison shows has no moment. It comes after all that is known of the booking, and owes no mail.
create function crm.moment_of_comparison(p_log crm.log_facts)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return greatest(now(), p_log.last_happened_at + interval '1 millisecond');
end;
$$;
comment on function crm.moment_of_comparison(crm.log_facts) is
  'When something happened of which the API does not say when.';

-- Rule: a seat is taken, moved or given up before the meeting begins, also when the log says that somebody else became
--       its host after its end.
create function crm.moment_of_seat(p_booking crm.api_booking, p_log crm.log_facts)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return greatest(least(crm.moment_of_comparison(p_log), p_booking.start_time), p_booking.created_at);
end;
$$;
comment on function crm.moment_of_seat(crm.api_booking, crm.log_facts) is
  'When something happened to a seat of which the API does not say when.';

-- Rule: a booking is confirmed, or moved in place, before it begins; what was updated last may be something else.
create function crm.moment_of_change(p_booking crm.api_booking) returns timestamptz
language sql immutable set search_path = ''
return greatest(least(p_booking.updated_at, p_booking.start_time), p_booking.created_at);
comment on function crm.moment_of_change(crm.api_booking) is
  'When a booking was confirmed or got its time, as far as the API tells.';

-- Rule: the beginning of a booking: booked, moved here, asked for, or confirmed. Cal.com confirms a move with a
--       BOOKING_CREATED that names no other booking; the API knows which one it was, so the request is made up with its
--       link. A booking that is over by now is told by its end: its beginning owes no mail.
-- Rule: a cancelled row that nothing linked to another one yet may have been moved. So a move comes after what
--       reconciliation took for a cancellation.
create function crm.missing_beginning(p_booking crm.api_booking, p_log crm.log_facts)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_link constant jsonb := jsonb_strip_nulls(jsonb_build_object('rescheduleUid', p_booking.previous_uid));
  v_is_known constant boolean := p_log.is_booked or p_log.is_moved_here;
  v_is_request constant boolean := p_booking.status in ('pending', 'rejected');
  v_owes_mail constant boolean := p_booking.status = 'accepted';
begin
  if p_booking.status = 'rejected' and p_booking.previous_uid is null then
    return null; -- it asked for a meeting that never was
  elsif not v_is_known and not p_log.is_requested and not v_is_request then
    if p_booking.previous_uid is null then
      return crm.make_up_event('BOOKING_CREATED', p_booking.created_at, crm.api_body(p_booking), v_owes_mail);
    end if;
    return crm.make_up_event(
      'BOOKING_RESCHEDULED',
      greatest(
        p_booking.created_at,
        (
          select max((e.position).happened_at) + interval '1 millisecond'
          from public.calcom_events as e
          where e.uid = p_booking.previous_uid and e.trigger = 'BOOKING_CANCELLED' and e.source <> 'webhook'
            and e.payload ? 'madeBy'
        )
      ),
      crm.api_body(p_booking) || v_link, v_owes_mail
    );
  elsif (v_is_request and not v_is_known and not p_log.is_requested) or (
    p_booking.previous_uid is not null and not p_log.is_linked and not p_log.is_moved_here
    and crm.is_known_uid(p_booking.previous_uid)
  ) then
    return crm.make_up_event(
      'BOOKING_REQUESTED', p_booking.created_at, crm.api_body(p_booking) || v_link || '{"status": "PENDING"}'
    );
  elsif not v_is_known and p_booking.status = 'accepted' then
    return crm.make_up_event('BOOKING_CREATED', crm.moment_of_change(p_booking), crm.api_body(p_booking));
  end if;
  return null;
end;
$$;
comment on function crm.missing_beginning(crm.api_booking, crm.log_facts) is
  'The event that made, moved, asked for or confirmed a booking, when the log lacks it.';

create function crm.is_known_uid(p_uid text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (select from public.bookings as b where b.calcom_uid = p_uid)
    or exists (select from crm.previous_uids as u where u.uid = p_uid);
end;
$$;
comment on function crm.is_known_uid(text) is 'Whether a booking has or had this uid.';

-- Rule: in place, under the same uid: another time, another organizer. What somebody has set by hand stays. A time is
--       moved in place where there are seats, and then it is news; of any other booking Cal.com sends no event for it.
--       An organizer may have several addresses: the id decides, and where a webhook gave none, the name. Whose meeting
--       it was counts also when it was cancelled.
create function crm.missing_change(p_booking crm.api_booking, p_log crm.log_facts)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_bookings public.bookings[] := array(
    select b
    from unnest(p_log.bookings) as b
    where b.status = upper(p_booking.status) and not b.is_pending_confirmation and b.last_event_id is not null
  );
begin
  if p_booking.updated_at is null or p_booking.status not in ('accepted', 'cancelled')
    or (p_booking.status = 'cancelled' and p_booking.is_moved)
  then
    return null;
  elsif p_booking.status = 'accepted' and exists (
    select
    from unnest(v_bookings) as b
    where b.start_time <> p_booking.start_time and not crm.is_set_by_hand(b.id, 'start_time')
  ) then
    return crm.make_up_event(
      'BOOKING_RESCHEDULED', crm.moment_of_change(p_booking),
      crm.api_body(p_booking) || jsonb_build_object('rescheduleUid', p_booking.uid), p_booking.is_seated
    );
  elsif exists (
    select
    from unnest(v_bookings) as b
    where b.organizer_email <> p_booking.host_email and not crm.is_set_by_hand(b.id, 'organizer_email')
      and crm.is_another_host(p_booking, b.organizer_email)
  ) then
    return crm.make_up_event('BOOKING_REASSIGNED', p_booking.updated_at, crm.api_body(p_booking));
  end if;
  return null;
end;
$$;
comment on function crm.missing_change(crm.api_booking, crm.log_facts) is
  'The event that changed the time or the organizer of a booking in place, when the log lacks it.';

create function crm.is_set_by_hand(p_booking_id uuid, p_column text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (select from public.hand_edits as h where h.row_id = p_booking_id and h.new_values ? p_column);
end;
$$;
comment on function crm.is_set_by_hand(uuid, text) is 'Whether somebody has set a column of a booking by hand.';

create function crm.is_another_host(p_booking crm.api_booking, p_organizer_email text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  v_host constant jsonb := p_booking.api_row #> '{hosts,0}';
  v_organizer jsonb;
begin
  select e.payload #> '{payload,organizer}' into v_organizer
  from (
    select o.position, o.payload from public.calcom_events as o
    where o.uid = p_booking.uid and (not o.is_follow_up or o.trigger = 'BOOKING_REASSIGNED')
    union all
    select o.position, o.payload from public.calcom_events as o where o.new_uid = p_booking.uid
  ) as e
  where crm.jsonb_email(e.payload #> '{payload,organizer,email}') = p_organizer_email
  order by e.position desc
  limit 1;
  return case
    when v_organizer -> 'id' is not null and v_host -> 'id' is not null
      then crm.jsonb_text(v_organizer -> 'id') is distinct from crm.jsonb_text(v_host -> 'id')
    else coalesce(crm.jsonb_text(v_organizer -> 'name') <> crm.api_text(v_host -> 'name'), false)
  end;
end;
$$;
comment on function crm.is_another_host(crm.api_booking, text) is
  'Whether the host of a booking is not the one who, as the log says, has this address.';

-- Rule: at the latest when the row was last written, but not before the booking was made or moved: it is over now.
create function crm.moment_of_end(p_booking crm.api_booking, p_log crm.log_facts)
returns timestamptz
language plpgsql
immutable
set search_path = ''
as $$
begin
  return greatest(
    coalesce(p_booking.updated_at, p_booking.start_time), p_booking.created_at, p_log.last_booked_at
  );
end;
$$;
comment on function crm.moment_of_end(crm.api_booking, crm.log_facts) is
  'When a booking was cancelled or rejected, as far as the API tells.';

-- Rule: a cancelled booking that was moved away from is told by the one that took its place.
create function crm.missing_end(p_booking crm.api_booking, p_log crm.log_facts)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_at constant timestamptz := crm.moment_of_end(p_booking, p_log);
begin
  if p_log.is_cancelled or p_booking.is_moved or p_log.is_moved_away then
    return null;
  elsif p_booking.status = 'cancelled' and (p_log.is_booked or p_log.is_moved_here or p_log.is_requested) then
    return crm.make_up_event('BOOKING_CANCELLED', v_at, crm.api_body(p_booking) || jsonb_build_object(
      'status', 'CANCELLED',
      'requestReschedule',
      coalesce(crm.jsonb_text(p_booking.api_row -> 'cancellationReason') like 'Please reschedule.%', false)
    ));
  elsif p_booking.status = 'rejected' then
    return crm.make_up_event('BOOKING_REJECTED', v_at, crm.api_body(p_booking) || '{"status": "REJECTED"}');
  end if;
  return null;
end;
$$;
comment on function crm.missing_end(crm.api_booking, crm.log_facts) is
  'The event that cancelled or rejected a booking, when the log lacks it.';

-- Rule: a seat that is moved, in place or to another meeting, keeps its mark at Cal.com, though nobody can have missed
--       the new meeting yet. So a mark of which the log has told already says nothing more.
create function crm.last_told_no_show(p_uids text[], p_email text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce(
    (
      select (a.attendee -> 'noShow')::boolean
      from public.calcom_events as e
      cross join jsonb_array_elements(crm.jsonb_list(e.payload #> '{payload,attendees}')) as a (attendee)
      where e.uid = any (p_uids) and e.trigger = 'BOOKING_NO_SHOW_UPDATED'
        and crm.jsonb_email(a.attendee -> 'email') = p_email and jsonb_typeof(a.attendee -> 'noShow') = 'boolean'
      order by e.position desc
      limit 1
    ),
    false
  );
end;
$$;
comment on function crm.last_told_no_show(text[], text) is
  'Whether somebody was missing from a meeting, by the uids that it has had, as the last event about that says.';

-- Rule: nothing in the API says that a meeting took place. It did when it was accepted, is over, and nobody was
--       missing; Cal.com's own event is a timer, too. Of a seated event, those who were not missing were there.
-- Time: Cal.com's timer fires within minutes.
create function crm.missing_attendance(p_booking crm.api_booking, p_log crm.log_facts)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_held record;
begin
  if p_booking.status <> 'accepted' then
    return null;
  end if;
  select
    coalesce(
      bool_or(
        (a.attendee -> 'is_absent')::boolean <> b.is_no_show
        and (a.attendee -> 'is_absent')::boolean <> crm.last_told_no_show(
          p_booking.uid || case when b.is_seated then b.previous_uids end, b.attendee_email
        )
      ),
      false
    ) as differs,
    coalesce(
      bool_or(not b.has_ended and b.attended_by_hand is null and not (a.attendee -> 'is_absent')::boolean), false
    ) as may_have_ended,
    jsonb_agg(
      jsonb_build_object('email', a.attendee #> '{told,email}', 'noShow', a.attendee -> 'is_absent') order by a.place
    ) as no_shows
  into v_held
  from unnest(p_log.bookings) as b
  join jsonb_array_elements(p_booking.attendees) with ordinality as a (attendee, place)
    on a.attendee ->> 'email' = b.attendee_email
  where b.status = 'ACCEPTED' and not b.is_pending_confirmation;

  if v_held.differs then
    return crm.make_up_event(
      'BOOKING_NO_SHOW_UPDATED', crm.moment_of_comparison(p_log),
      jsonb_build_object(
        'bookingUid', p_booking.uid, 'bookingId', p_booking.api_row -> 'id', 'attendees', v_held.no_shows
      )
    );
  elsif p_booking.is_host_absent and not p_log.has_host_no_show and cardinality(p_log.bookings) > 0 then
    return crm.make_up_event(
      'BOOKING_NO_SHOW_UPDATED', coalesce(p_booking.updated_at, p_booking.end_time),
      jsonb_build_object(
        'bookingUid', p_booking.uid, 'bookingId', p_booking.api_row -> 'id', 'attendees', jsonb_build_array(),
        'noShowHost', true
      )
    );
  elsif v_held.may_have_ended and not p_booking.is_host_absent and not p_log.has_ended
    and p_booking.end_time < now() - interval '10 minutes'
  then
    return crm.make_up_event('MEETING_ENDED', p_booking.end_time, crm.api_body(p_booking));
  end if;
  return null;
end;
$$;
comment on function crm.missing_attendance(crm.api_booking, crm.log_facts) is
  'The event that ended a meeting or marked who was missing, when the log lacks it.';

----------------------------------------------------------------------------------------------------------------- seats

create function crm.last_told_seat(p_seat_id text, out uid text, out happened_at timestamptz)
language plpgsql
stable
set search_path = ''
as $$
begin
  select coalesce(e.new_uid, e.uid), (e.position).happened_at into uid, happened_at
  from public.calcom_events as e
  where e.payload #>> '{payload,attendeeSeatId}' = p_seat_id
  order by e.position desc
  limit 1;
end;
$$;
comment on function crm.last_told_seat(text) is
  'The meeting in which the last event that names a seat has it, and when.';

-- Rule: a seat is known when its holder has a booking there, unless it is one that we know in another meeting. One that
--       was cancelled was booked again when it has a new id, or was taken after that. What somebody has deleted stays
--       away, and who was erased is nobody new.
create function crm.is_known_seat(p_booking crm.api_booking, p_attendee jsonb, p_log crm.log_facts)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  v_email constant text := p_attendee ->> 'email';
  v_seat_id constant text := p_attendee ->> 'seat_id';
  v_booking public.bookings;
begin
  select b.* into v_booking from unnest(p_log.bookings) as b where b.attendee_email = v_email limit 1;
  if v_booking.status = 'ACCEPTED' and v_booking.seat_id = v_seat_id then
    return true;
  elsif p_booking.uid = (crm.last_told_seat(v_seat_id)).uid then
    return true;
  elsif v_booking.status = 'ACCEPTED' then
    return crm.find_seat_elsewhere(p_booking.uid, p_attendee) is null;
  elsif v_booking.id is not null then
    return v_booking.seat_id is null and coalesce(
      crm.jsonb_timestamp(p_attendee -> 'created_at') <= p_log.last_happened_at, true
    );
  end if;
  return exists (
    select
    from crm.deleted_bookings as d
    where d.stream_key = crm.stream_key(v_email) and d.attendee_email = v_email and p_booking.uid = any (d.uids)
      and coalesce(d.seat_id, v_seat_id) = v_seat_id
  ) or exists (
    select
    from crm.previous_uids as u
    join public.bookings as b on b.id = u.booking_id
    where u.uid = p_booking.uid and u.stream_key = crm.stream_key(v_email) and b.attendee_email = v_email
      and b.seat_id is null
  ) or exists (
    select
    from crm.erased_people as p
    join crm.erased_bookings as k on k.pseudonym = p.pseudonym
    where p.address_hash = crm.hash_address(v_email) and k.uid = p_booking.uid
      and (k.seat_ids = '{}' or v_seat_id = any (k.seat_ids))
  );
end;
$$;
comment on function crm.is_known_seat(crm.api_booking, jsonb, crm.log_facts) is
  'Whether the log knows a seat that the API shows.';

create function crm.find_seat_elsewhere(p_uid text, p_attendee jsonb)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select b.calcom_uid
    from public.bookings as b
    where b.attendee_email = p_attendee ->> 'email' and b.seat_id = p_attendee ->> 'seat_id' and b.calcom_uid <> p_uid
    limit 1
  );
end;
$$;
comment on function crm.find_seat_elsewhere(text, jsonb) is
  'The other meeting in which we know a seat that the API shows; null when there is none.';

create function crm.moment_of_next_seat(p_uid text, p_attendee jsonb)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select min((n.position).happened_at) - interval '1 millisecond'
    from public.calcom_events as e
    join public.calcom_events as n on n.uid = e.uid and n.booker_email = e.booker_email and n.position > e.position
    where e.uid = p_uid and e.trigger = 'BOOKING_CREATED' and e.booker_email = p_attendee ->> 'email'
      and e.payload #>> '{payload,attendeeSeatId}' = p_attendee ->> 'seat_id'
      and n.trigger = 'BOOKING_CREATED' and n.payload #>> '{payload,attendeeSeatId}' <> p_attendee ->> 'seat_id'
  );
end;
$$;
comment on function crm.moment_of_next_seat(text, jsonb) is
  'Just before somebody took another seat in the same meeting: the one they had was gone by then. Null when they took '
  'none.';

create function crm.moment_before_seat(p_log crm.log_facts, p_attendee jsonb)
returns timestamptz
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select min((b.made_at).happened_at) - interval '1 millisecond'
    from unnest(p_log.bookings) as b
    where b.attendee_email = p_attendee ->> 'email' and b.seat_id is null
  );
end;
$$;
comment on function crm.moment_before_seat(crm.log_facts, jsonb) is
  'Just before the log first tells of somebody in a meeting by what names no seat: they had one by then. Null when it '
  'tells of them by their seat, or not at all.';

-- Rule: a seat that we know in another meeting has been moved here, after all that the log says of it: with the whole
--       meeting, or alone. Any other was booked.
create function crm.missing_seat(p_booking crm.api_booking, p_log crm.log_facts)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_attendee jsonb;
  v_moved_from text;
  v_moved jsonb;
  v_taken_at timestamptz;
begin
  if p_booking.status <> 'accepted' then
    return null;
  end if;
  for v_attendee in
    select a.attendee from jsonb_array_elements(p_booking.attendees) with ordinality as a (attendee, place)
    order by a.place
  loop
    continue when crm.is_known_seat(p_booking, v_attendee, p_log);

    select jsonb_agg(a.attendee order by a.place) into v_moved
    from jsonb_array_elements(p_booking.attendees) with ordinality as a (attendee, place)
    join public.bookings as b
      on b.calcom_uid = p_booking.previous_uid and b.attendee_email = a.attendee ->> 'email' and b.is_seated
    having bool_or(b.attendee_email = v_attendee ->> 'email');
    if v_moved is not null then
      return crm.make_up_event(
        'BOOKING_RESCHEDULED', p_booking.created_at,
        crm.api_body(p_booking) || jsonb_build_object(
          'rescheduleUid', p_booking.previous_uid, 'attendees', crm.api_entries(v_moved)
        )
      );
    end if;

    v_moved_from := crm.find_seat_elsewhere(p_booking.uid, v_attendee);
    if v_moved_from is not null then
      return crm.make_up_event(
        'BOOKING_RESCHEDULED',
        greatest(
          least(
            crm.moment_of_seat(p_booking, p_log), crm.moment_of_next_seat(v_moved_from, v_attendee),
            crm.moment_before_seat(p_log, v_attendee)
          ),
          (crm.last_told_seat(v_attendee ->> 'seat_id')).happened_at + interval '1 millisecond'
        ),
        crm.api_body(p_booking) || jsonb_build_object(
          'rescheduleUid', v_moved_from, 'attendeeSeatId', v_attendee -> 'seat_id',
          'attendees', crm.api_entries(jsonb_build_array(v_attendee))
        ),
        false
      );
    end if;

    v_taken_at := crm.jsonb_timestamp(v_attendee -> 'created_at');
    if exists (select from unnest(p_log.bookings) as b where b.attendee_email = v_attendee ->> 'email') then
      v_taken_at := greatest(v_taken_at, p_log.last_happened_at + interval '1 millisecond'); -- it was cancelled before
    end if;
    return crm.make_up_event(
      'BOOKING_CREATED', coalesce(v_taken_at, crm.moment_of_seat(p_booking, p_log)),
      crm.api_body(p_booking) || jsonb_strip_nulls(jsonb_build_object(
        'attendeeSeatId', v_attendee -> 'seat_id', 'attendees', crm.api_entries(jsonb_build_array(v_attendee)),
        'responses', crm.api_responses(v_attendee #> '{told,bookingFieldsResponses}')
      )),
      v_taken_at is not null
    );
  end loop;
  return null;
end;
$$;
comment on function crm.missing_seat(crm.api_booking, crm.log_facts) is
  'The event that booked a seat, or moved it here, when the log lacks it.';

-- Rule: a seat that we know and that is gone was cancelled, when the row still lists others. A seated event that was
--       cancelled as a whole lists nobody any more: it is cancelled for all of whom we know that they sat there.
--       Nobody's seat goes because a row cannot be read, or because its holder was erased or entered by hand.
create function crm.missing_seat_end(p_booking crm.api_booking, p_log crm.log_facts)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_is_over constant boolean := p_booking.status in ('cancelled', 'rejected');
  v_gone jsonb;
begin
  if p_booking.is_moved or p_booking.status = 'pending' or (
    not v_is_over and (p_booking.has_unreadable_attendees or p_booking.attendees = '[]')
  ) then
    return null;
  end if;
  select jsonb_agg(jsonb_build_object('email', b.attendee_email) order by b.attendee_email) into v_gone
  from unnest(p_log.bookings) as b
  where (b.status = 'ACCEPTED' or b.is_cancelled_by_hand) and b.is_seated
    and (v_is_over or (
      b.last_event_id is not null
      and not jsonb_path_exists(
        p_booking.attendees, '$[*] ? (@.email == $email)', jsonb_build_object('email', b.attendee_email)
      )
      and not exists (select from crm.erased_people as p where p.pseudonym = b.attendee_email)
    ));
  if v_gone is null then
    return null;
  end if;
  return crm.make_up_event(
    case p_booking.status when 'rejected' then 'BOOKING_REJECTED' else 'BOOKING_CANCELLED' end,
    case
      when v_is_over then crm.moment_of_end(p_booking, p_log)
      else crm.moment_of_seat(p_booking, p_log)
    end,
    crm.api_body(p_booking) || jsonb_build_object(
      'status', 'CANCELLED', 'attendees', v_gone, 'seatsPerTimeSlot', jsonb_array_length(v_gone)
    ),
    v_is_over
  );
end;
$$;
comment on function crm.missing_seat_end(crm.api_booking, crm.log_facts) is
  'The event that cancelled seats, when the log lacks it.';
