-- Reconciliation: what Cal.com's bookings API knows and the log does not.
--
-- Cal.com sends a webhook once; what is lost is lost. Its API shows what a booking has become. Here the two are
-- compared, and what the log lacks becomes an event in the webhook's shape, marked as made up, at the best moment that
-- the API gives. It is decided like any other, so the webhook that turns up later is a repeat of it.
--
-- Rule: what cannot be known is left alone. A booking that the API does not show was not cancelled; who cannot be read
--       is nobody; a booking on which Cal.com, or its webhook, may still be at work waits for the next time.

--------------------------------------------------------------------------------------------------- what the API says

-- One row of the bookings API, read once. Both of its contracts have the same rows.
create type crm.api_booking as (
  uid text,
  status text,
  previous_uid text,
  is_moved boolean,
  is_seated boolean,
  start_time timestamptz,
  end_time timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  booker_email text,
  attendees jsonb,
  has_unreadable_attendees boolean,
  is_host_absent boolean,
  host_email text,
  api_row jsonb,
  problem text
);
comment on column crm.api_booking.problem is 'Why it says nothing that counts here; null when it does.';
comment on column crm.api_booking.previous_uid is 'The uid that it had before it was moved.';
comment on column crm.api_booking.is_moved is 'It was moved away from: another booking has taken its place.';
comment on column crm.api_booking.attendees is
  'A list of {email, seat_id, is_absent, created_at, told}: whom it names, the booker first; told is all that the API '
  'says.';

-- Rule: where Cal.com cannot read what it has stored, the API says "unknown" in its place.
create function crm.api_text(p_value jsonb) returns text
language sql immutable
return nullif(crm.jsonb_text(p_value), 'unknown');
comment on function crm.api_text(jsonb) is 'A text of the API; null where it says "unknown".';

create function crm.api_responses(p_answers jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select jsonb_object_agg(a.key, jsonb_build_object('value', a.value))
    from jsonb_each(case jsonb_typeof(p_answers) when 'object' then p_answers else '{}' end) as a
    where a.value not in ('null', '"unknown"')
  );
end;
$$;
comment on function crm.api_responses(jsonb) is
  'The answers of a form as a webhook has them; null when there are none.';

create function crm.api_host(p_host jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return jsonb_strip_nulls(jsonb_build_object(
    'id', p_host -> 'id',
    'name', crm.api_text(p_host -> 'name'),
    'email', crm.jsonb_email(p_host -> 'email'),
    'username', crm.api_text(p_host -> 'username'),
    'timeZone', crm.api_text(p_host -> 'timeZone')
  ));
end;
$$;
comment on function crm.api_host(jsonb) is 'The organizer as a webhook has it.';

-- Rule: who booked is said by the answers, not by the order of the attendees, which has none. A team's hosts may be
--       among them.
create function crm.api_attendees(p_row jsonb, p_booker_email text)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select coalesce(
      jsonb_agg(
        jsonb_strip_nulls(jsonb_build_object(
          'email', m.email,
          'seat_id', left(crm.jsonb_text(m.attendee -> 'seatUid'), 200),
          'is_absent', m.attendee -> 'absent' is not distinct from 'true',
          'created_at', m.attendee -> 'createdAt',
          'told', m.attendee
        ))
        order by m.email is distinct from p_booker_email, m.place
      ),
      '[]'
    )
    from (
      select a.attendee, crm.jsonb_email(a.attendee -> 'email') as email, a.place
      from jsonb_array_elements(crm.jsonb_list(p_row -> 'attendees')) with ordinality as a (attendee, place)
      offset 0
    ) as m
    where m.email is not null
  );
end;
$$;
comment on function crm.api_attendees(jsonb, text) is 'Whom a row of the API names, by address.';

create function crm.api_entries(p_attendees jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select coalesce(
      jsonb_agg(
        jsonb_strip_nulls(jsonb_build_object(
          'email', a.told -> 'email',
          'name', crm.api_text(a.told -> 'name'),
          'timeZone', crm.api_text(a.told -> 'timeZone'),
          'language', jsonb_build_object('locale', crm.api_text(a.told -> 'language')),
          'phoneNumber', crm.api_text(a.told -> 'phoneNumber')
        ))
        order by a.place
      ),
      '[]'
    )
    from (
      select l.attendee -> 'told' as told, l.place
      from jsonb_array_elements(p_attendees) with ordinality as l (attendee, place)
    ) as a
  );
end;
$$;
comment on function crm.api_entries(jsonb) is 'Attendees in the words of a webhook.';

-- Rule: the API says where a meeting is, not who said so. A link counts as the way into the call only where it leads to
--       a service for calls, or to Cal.com's page of this booking; any other may be a visitor's, and stays text.
create function crm.is_call_link(p_url text, p_uid text) returns boolean
language sql immutable set search_path = ''
return coalesce(
  crm.is_host_of(
    crm.url_host(p_url),
    crm.call_domains('integrations:google:meet') || crm.call_domains('integrations:zoom')
      || crm.call_domains('integrations:office365_video') || crm.call_domains('integrations:webex_video')
  )
  or crm.is_host_of(crm.url_host(p_url), array['cal.com', 'cal.eu']) and crm.call_page_uid(p_url) = p_uid,
  false
);
comment on function crm.is_call_link(text, text) is 'Whether a place is a link into a call that no visitor has typed.';

-- Rule: seats have their answers of their own. How many seats there are, the API does not say; that there are counts.
-- Time: only for what the log lacks.
create function crm.api_body(p_booking crm.api_booking)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_row constant jsonb := p_booking.api_row;
  v_location text := crm.api_text(v_row -> 'location');
  v_responses jsonb;
begin
  if not p_booking.is_seated then
    v_responses := coalesce(crm.api_responses(v_row -> 'bookingFieldsResponses'), '{}')
      || coalesce(
        crm.api_responses(jsonb_build_object(
          'email', p_booking.booker_email,
          'guests', v_row -> 'guests',
          'rescheduleReason', crm.api_text(v_row -> 'reschedulingReason')
        )),
        '{}'
      ) || case
        when v_location ~* '^https?://' and not crm.is_call_link(v_location, p_booking.uid)
          then jsonb_build_object('location', jsonb_build_object('value', v_location))
        else '{}'
      end;
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'uid', p_booking.uid,
    'bookingId', v_row -> 'id',
    'type', crm.api_text(v_row #> '{eventType,slug}'),
    'eventTypeId', v_row #> '{eventType,id}',
    'title', crm.api_text(v_row -> 'title'),
    'startTime', v_row -> 'start',
    'endTime', v_row -> 'end',
    'length', v_row -> 'duration',
    'additionalNotes', crm.api_text(v_row #> '{bookingFieldsResponses,notes}'),
    'location', v_location,
    'organizer', crm.api_host(v_row #> '{hosts,0}'),
    'attendees', crm.api_entries(p_booking.attendees),
    'responses', v_responses,
    'seatsPerTimeSlot', case when p_booking.is_seated then greatest(jsonb_array_length(p_booking.attendees), 1) end,
    'recurringEvent', case
      when crm.jsonb_text(v_row -> 'recurringBookingUid') is not null then jsonb_build_object()
    end,
    'iCalUID', crm.api_text(v_row -> 'icsUid'),
    'status', 'ACCEPTED',
    'cancellationReason', case when p_booking.status in ('cancelled', 'rejected')
      then crm.api_text(v_row -> 'cancellationReason')
    end,
    'cancelledBy', case when p_booking.status = 'cancelled' then crm.jsonb_email(v_row -> 'cancelledByEmail') end,
    'rescheduledBy', crm.jsonb_email(v_row -> 'rescheduledByEmail')
  ));
end;
$$;
comment on function crm.api_body(crm.api_booking) is 'What a row of the API says, in the words of a webhook.';

create function crm.read_api_booking(p_row jsonb, p_moved_uids text[], p_host_ids text[])
returns crm.api_booking
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_booking crm.api_booking;
  v_answers jsonb := p_row -> 'bookingFieldsResponses';
begin
  v_booking.uid := crm.jsonb_text(p_row -> 'uid');
  if v_booking.uid is null or length(v_booking.uid) > 200 then
    v_booking.uid := null;
    v_booking.problem := 'It names no booking: "uid" is missing, or longer than 200 characters.';
    return v_booking;
  end if;
  v_booking.status := crm.jsonb_text(p_row -> 'status');
  v_booking.start_time := crm.jsonb_timestamp(p_row -> 'start');
  v_booking.end_time := crm.jsonb_timestamp(p_row -> 'end');
  v_booking.created_at := crm.jsonb_timestamp(p_row -> 'createdAt');
  v_booking.updated_at := crm.jsonb_timestamp(p_row -> 'updatedAt');
  v_booking.problem := case
    when p_host_ids is not null and not coalesce(crm.jsonb_text(p_row #> '{hosts,0,id}') = any (p_host_ids), false)
      then 'Its host is not one whose meetings come here.'
    when v_booking.status is null or v_booking.status not in ('accepted', 'pending', 'cancelled', 'rejected')
      then format('Its status "%s" says nothing here.', left(v_booking.status, 100))
    when v_booking.start_time is null or v_booking.end_time is null or v_booking.created_at is null
      then 'Its times cannot be read: "start", "end" or "createdAt".'
  end;
  if v_booking.problem is not null then
    return v_booking;
  end if;

  v_booking.previous_uid := crm.jsonb_text(p_row -> 'rescheduledFromUid');
  if v_booking.previous_uid = v_booking.uid or length(v_booking.previous_uid) > 200 then
    v_booking.previous_uid := null;
  end if;
  v_booking.is_moved := coalesce(crm.jsonb_text(p_row -> 'rescheduledToUid') <> v_booking.uid, false)
    or v_booking.uid = any (p_moved_uids);
  v_booking.booker_email := case
    when crm.jsonb_text(v_answers -> 'email') is not null then crm.jsonb_email(v_answers -> 'email')
    else crm.jsonb_email(p_row #> '{attendees,0,email}')
  end;
  v_booking.is_host_absent := p_row -> 'absentHost' is not distinct from 'true';
  v_booking.host_email := crm.jsonb_email(p_row #> '{hosts,0,email}');
  v_booking.attendees := crm.api_attendees(p_row, v_booking.booker_email);
  v_booking.has_unreadable_attendees := jsonb_array_length(crm.jsonb_list(p_row -> 'attendees'))
    > jsonb_array_length(v_booking.attendees);
  v_booking.is_seated := jsonb_path_exists(v_booking.attendees, '$[*].seat_id');
  if v_booking.is_seated then
    v_booking.booker_email := null;
    -- Without a seat it is a host of the team.
    v_booking.attendees := jsonb_path_query_array(v_booking.attendees, '$[*] ? (exists (@.seat_id))');
  end if;
  v_booking.api_row := p_row;
  return v_booking;
end;
$$;
comment on function crm.read_api_booking(jsonb, text[], text[]) is
  'What a row of the bookings API says; the problem when it says nothing that counts here.';

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
    select
      o.*,
      o.trigger = 'BOOKING_REQUESTED' or (
        o.new_uid is not null and o.trigger in ('BOOKING_CREATED', 'BOOKING_RESCHEDULED')
        and o.payload #>> '{payload,status}' = 'PENDING'
      ) as is_request
    from (
      select n.* from public.calcom_events as n where n.uid = v_uid
      union all
      select n.* from public.calcom_events as n where n.new_uid = v_uid and n.uid is distinct from v_uid
    ) as o
  ) as e;
  v_log.bookings := array(select b from public.bookings as b where b.calcom_uid = v_uid);
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
create function crm.moment_of_comparison(p_log crm.log_facts) returns timestamptz
language sql stable set search_path = ''
return greatest(now(), p_log.last_happened_at + interval '1 millisecond');
comment on function crm.moment_of_comparison(crm.log_facts) is
  'When something happened of which the API does not say when.';

-- Rule: a seat is taken, moved or given up before the meeting begins.
create function crm.moment_of_seat(p_booking crm.api_booking, p_log crm.log_facts) returns timestamptz
language sql stable set search_path = ''
return greatest(
  least(crm.moment_of_comparison(p_log), p_booking.start_time), p_log.last_booked_at, p_booking.created_at
);
comment on function crm.moment_of_seat(crm.api_booking, crm.log_facts) is
  'When something happened to a seat of which the API does not say when.';

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
    return crm.make_up_event(
      'BOOKING_CREATED',
      greatest(least(p_booking.updated_at, p_booking.start_time), p_booking.created_at), crm.api_body(p_booking)
    );
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
      'BOOKING_RESCHEDULED', p_booking.updated_at,
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
create function crm.moment_of_end(p_booking crm.api_booking, p_log crm.log_facts) returns timestamptz
language sql immutable set search_path = ''
return greatest(
  coalesce(p_booking.updated_at, p_booking.start_time), p_booking.created_at, p_log.last_booked_at
);
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

-- Rule: a seat that is moved in place keeps its mark at Cal.com, though nobody can have missed the new meeting yet. So
--       a mark of which the log has told already says nothing more.
create function crm.last_told_no_show(p_uid text, p_email text)
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
      where e.uid = p_uid and e.trigger = 'BOOKING_NO_SHOW_UPDATED'
        and crm.jsonb_email(a.attendee -> 'email') = p_email and jsonb_typeof(a.attendee -> 'noShow') = 'boolean'
      order by e.position desc
      limit 1
    ),
    false
  );
end;
$$;
comment on function crm.last_told_no_show(text, text) is
  'Whether somebody was missing from a meeting, as the last event about that says.';

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
        and (a.attendee -> 'is_absent')::boolean <> crm.last_told_no_show(p_booking.uid, b.attendee_email)
      ),
      false
    ) as differs,
    coalesce(bool_or(not b.has_ended and not (a.attendee -> 'is_absent')::boolean), false) as may_have_ended,
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

-- Rule: a seat is known when its holder has a booking there. One that was cancelled was booked again when it has a new
--       id, or was taken after that. What somebody has deleted stays away, and who was erased is nobody new.
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
  if v_booking.status = 'ACCEPTED' then
    return true;
  elsif exists (
    select
    from public.calcom_events as e
    where e.payload #>> '{payload,attendeeSeatId}' = v_seat_id
      and p_booking.uid = coalesce(e.new_uid, e.uid)
  ) then
    return true;
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
      and coalesce(b.seat_id, v_seat_id) = v_seat_id
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

-- Rule: a seat that we know in another meeting has been moved here: with the whole meeting, or alone. Any other was
--       booked.
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
    select a.attendee
    from jsonb_array_elements(p_booking.attendees) with ordinality as a (attendee, place)
    where not exists (
      select from unnest(p_log.bookings) as b
      where b.attendee_email = a.attendee ->> 'email' and b.status = 'ACCEPTED'
    )
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

    select b.calcom_uid into v_moved_from
    from public.bookings as b
    where b.attendee_email = v_attendee ->> 'email' and b.seat_id = v_attendee ->> 'seat_id'
      and b.calcom_uid <> p_booking.uid
    limit 1;
    if found then
      return crm.make_up_event(
        'BOOKING_RESCHEDULED',
        least(crm.moment_of_seat(p_booking, p_log), crm.moment_of_next_seat(v_moved_from, v_attendee)),
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
  where b.status = 'ACCEPTED' and b.is_seated
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

----------------------------------------------------------------------------------------------------------- a booking

-- Rule: what somebody has deleted by hand stays deleted, whatever the API still says about it.
create function crm.is_deleted_by_hand(p_booking crm.api_booking)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select
    from crm.deleted_bookings as d
    where d.stream_key = crm.stream_key(p_booking.booker_email)
      and (p_booking.uid = any (d.uids) or p_booking.previous_uid = any (d.uids))
  );
end;
$$;
comment on function crm.is_deleted_by_hand(crm.api_booking) is 'Whether somebody has deleted a booking of the API.';

-- Rule: in the order of a booking's life, one after the other: what comes next depends on what the one before has made.
--       Nothing is made up twice: what the log has, to the byte, it does not lack, whatever became of it.
create function crm.next_missing_event(
  p_booking crm.api_booking, p_log crm.log_facts, p_only_beginning boolean, out event jsonb, out problem text
)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_is_seated boolean := p_booking.is_seated or (
    p_booking.attendees = '[]' and exists (select from unnest(p_log.bookings) as b where b.is_seated)
  );
  v_event jsonb;
begin
  for v_step in 1..case when p_only_beginning then 1 else 4 end loop
    v_event := case v_step
      when 1 then
        case
          when v_is_seated then crm.missing_seat(p_booking, p_log)
          else crm.missing_beginning(p_booking, p_log)
        end
      when 2 then crm.missing_change(p_booking, p_log)
      when 3 then
        case
          when v_is_seated then crm.missing_seat_end(p_booking, p_log)
          else crm.missing_end(p_booking, p_log)
        end
      else crm.missing_attendance(p_booking, p_log)
    end;
    if v_event is not null and v_step = 1 and not v_is_seated and p_booking.booker_email is null then
      problem := 'Nobody can be read from it who booked.';
      return;
    end if;
    if v_event is not null and not exists (
      select
      from public.calcom_events as e
      where e.payload_hash = jsonb_hash_extended(v_event, 0) and (e.payload = v_event or e.received_hash is not null)
    ) then
      if not v_is_seated and crm.is_deleted_by_hand(p_booking) then
        return;
      end if;
      event := v_event;
      return;
    end if;
  end loop;
end;
$$;
comment on function crm.next_missing_event(crm.api_booking, crm.log_facts, boolean) is
  'The next event that the log lacks of a booking that the API shows; null when it lacks none. The problem when it '
  'cannot be made up.';

-- Rule: an event is in the log before it is decided, as the webhook's are. One that cannot be decided now, because
--       somebody edits the same rows, is left to the pick-up: this transaction may hold what they wait for.
create function crm.decide_made_up_event(p_event jsonb, p_is_backfill boolean)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_row public.calcom_events;
  v_answer jsonb;
begin
  insert into public.calcom_events as e (payload, source)
  values (p_event, case when p_is_backfill then 'backfill' else 'reconciliation' end)
  returning e.* into v_row;
  v_answer := crm.process_event(v_row, p_max_attempts => 1);
  return case when v_answer ? 'is_pending' then 'pending' else v_answer ->> 'outcome' end;
end;
$$;
comment on function crm.decide_made_up_event(jsonb, boolean) is
  'Stores an event that reconciliation makes up, decides it, and returns its outcome.';

create function crm.count_up(p_counts jsonb, p_name text) returns jsonb
language sql immutable set search_path = ''
return p_counts || jsonb_build_object(p_name, coalesce((p_counts -> p_name)::integer, 0) + 1);
comment on function crm.count_up(jsonb, text) is 'One more of this name.';

-- What became of the rows of one call.
create type crm.reconciled as (
  created jsonb,
  outcomes jsonb
);

-- Time: each turn decides one event. A row has a few; a seated one has some for each seat.
create function crm.reconcile_booking(
  p_booking crm.api_booking, p_is_backfill boolean, p_only_beginning boolean, p_so_far crm.reconciled
)
returns crm.reconciled
language plpgsql
set search_path = ''
as $$
declare
  v_missing record;
begin
  for v_turn in 1..20 + 3 * jsonb_array_length(p_booking.attendees) loop
    v_missing := crm.next_missing_event(p_booking, crm.load_log_facts(p_booking, '{}'), p_only_beginning);
    exit when v_missing.event is null;
    p_so_far.outcomes := crm.count_up(
      p_so_far.outcomes, crm.decide_made_up_event(v_missing.event, p_is_backfill)
    );
    p_so_far.created := crm.count_up(p_so_far.created, v_missing.event ->> 'triggerEvent');
  end loop;
  return p_so_far;
end;
$$;
comment on function crm.reconcile_booking(crm.api_booking, boolean, boolean, crm.reconciled) is
  'Makes up and decides what the log lacks of one booking; only its beginning, if told so.';

-- Time: one look at what is undecided, for all rows. When that is a lot, the pick-up has to come first.
create function crm.list_pending_uids()
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array(
    select distinct u.uid
    from (select e.payload from public.calcom_events as e where e.outcome = 'pending' limit 1000) as p
    cross join lateral unnest(crm.list_uids(p.payload)) as u (uid)
  );
end;
$$;
comment on function crm.list_pending_uids() is 'The bookings that events name which nobody has decided yet.';

-- Rule: a moment that is more than a day ahead says nothing: some clock is wrong.
create function crm.is_young(p_booking crm.api_booking) returns boolean
language sql stable set search_path = ''
return coalesce(p_booking.updated_at, p_booking.created_at) > now() - interval '2 minutes'
  and coalesce(p_booking.updated_at, p_booking.created_at) <= now() + interval '1 day';
comment on function crm.is_young(crm.api_booking) is
  'Whether Cal.com has written a booking so lately that its webhook may be on its way.';

------------------------------------------------------------------------------------------------------------- the door

-- Rule: of one booking the row that was written last counts; what was moved stands before what it became.
create function crm.read_api_bookings(
  p_rows jsonb, p_host_ids text[], out bookings crm.api_booking[], out skipped jsonb
)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_moved_uids text[] := array(
    select distinct crm.jsonb_text(r.api_row -> 'rescheduledFromUid')
    from jsonb_array_elements(crm.jsonb_list(p_rows)) as r (api_row)
    where crm.jsonb_text(r.api_row -> 'rescheduledFromUid') is distinct from crm.jsonb_text(r.api_row -> 'uid')
  );
begin
  select
    coalesce(
      array_agg(r.booking order by (r.booking).created_at, (r.booking).previous_uid is not null, (r.booking).uid)
        filter (where (r.booking).problem is null and r.number = 1),
      array[]::crm.api_booking[]
    ),
    coalesce(
      jsonb_agg(jsonb_build_object('uid', (r.booking).uid, 'reason', (r.booking).problem))
        filter (where (r.booking).problem is not null),
      '[]'
    )
  into bookings, skipped
  from (
    select
      o.booking,
      row_number() over (
        partition by (o.booking).problem is null, (o.booking).uid
        order by (o.booking).updated_at desc nulls last, o.place desc
      ) as number
    from (
      select b as booking, l.place
      from jsonb_array_elements(crm.jsonb_list(p_rows)) with ordinality as l (api_row, place)
      cross join lateral crm.read_api_booking(l.api_row, v_moved_uids, p_host_ids) as b
    ) as o
  ) as r;
end;
$$;
comment on function crm.read_api_bookings(jsonb, text[]) is
  'The rows of the bookings API that say something, in the order in which they are to be looked at; and the others.';

-- Rule: all beginnings first: whether a seat was given up or moved is seen when the other meetings are known.
-- Race: one after the other, so that two runs make nothing twice. What the log lacks is looked up again once that is
--       so. The events take their own locks, and never wait long for them.
create function crm.reconcile_rows(p_rows jsonb, p_is_backfill boolean, p_host_ids text[])
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_read record := crm.read_api_bookings(p_rows, p_host_ids);
  v_skipped jsonb := v_read.skipped;
  v_booking crm.api_booking;
  v_log crm.log_facts;
  v_missing record;
  v_pending_uids text[] := crm.list_pending_uids();
  v_lacking crm.api_booking[] := array[]::crm.api_booking[];
  v_known integer := 0;
  v_waiting integer := 0;
  v_oldest_waiting timestamptz;
  v_newest_update timestamptz;
  v_done crm.reconciled := row('{}', '{}')::crm.reconciled;
begin
  foreach v_booking in array v_read.bookings loop
    v_newest_update := greatest(v_newest_update, v_booking.updated_at);
    v_log := crm.load_log_facts(v_booking, v_pending_uids);
    v_missing := crm.next_missing_event(v_booking, v_log, false);
    if v_missing.problem is not null then
      v_skipped := v_skipped || jsonb_build_object('uid', v_booking.uid, 'reason', v_missing.problem);
    elsif v_missing.event is null then
      v_known := v_known + 1;
    elsif v_log.is_touched or crm.is_young(v_booking) then
      v_waiting := v_waiting + 1;
      v_oldest_waiting := least(v_oldest_waiting, v_booking.updated_at);
    else
      v_lacking := array_append(v_lacking, v_booking);
    end if;
  end loop;

  if cardinality(v_lacking) > 0 then
    perform pg_advisory_xact_lock(hashtextextended('calcom-deals reconciliation', 0));
    foreach v_booking in array v_lacking loop
      v_done := crm.reconcile_booking(v_booking, p_is_backfill, true, v_done);
    end loop;
    foreach v_booking in array v_lacking loop
      v_done := crm.reconcile_booking(v_booking, p_is_backfill, false, v_done);
    end loop;
  end if;
  return jsonb_build_object(
    'bookings', jsonb_array_length(crm.jsonb_list(p_rows)), 'created', v_done.created, 'known', v_known,
    'waiting', v_waiting, 'skipped', v_skipped, 'outcomes', v_done.outcomes, 'newest_update', v_newest_update,
    'oldest_waiting', v_oldest_waiting
  );
end;
$$;
comment on function crm.reconcile_rows(jsonb, boolean, text[]) is
  'Compares rows of the bookings API with the log, makes up what that lacks, and says how many of each.';

-- Rule: whatever it is given, it raises nothing; what it cannot read, it says.
-- Rule: a dry run does all of it and takes it back.
create function public.reconcile_calcom_bookings(
  bookings jsonb, is_backfill boolean default false, host_ids text[] default null, is_dry_run boolean default false
)
returns jsonb
language plpgsql
security definer -- as handle_calcom_event
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_answer jsonb;
begin
  perform pg_advisory_xact_lock_shared(crm.maintenance_lock_key());
  if not is_dry_run then
    return crm.reconcile_rows(bookings, is_backfill, host_ids);
  end if;
  begin
    v_answer := crm.reconcile_rows(bookings, is_backfill, host_ids);
    raise exception using errcode = 'KC004', message = 'A dry run is taken back';
  exception
    when sqlstate 'KC004' then null;
  end;
  return v_answer;
end;
$$;
comment on function public.reconcile_calcom_bookings(jsonb, boolean, text[], boolean) is
  'Takes rows of Cal.com''s bookings API, makes up and decides the events that the log lacks, and says how many of '
  'each trigger ("created") came to what ("outcomes"), how many bookings were known or have to wait, and which rows '
  'were skipped and why. is_backfill: no mail is owed. host_ids: only meetings of these hosts count.';

------------------------------------------------------------------------------------------------------ runs and places

alter table public.settings add constraint "value must be a whole number of days from 1 to 3599 for reconciliation"
  check (
    name not in ('reconcile_days_back', 'reconcile_days_ahead')
    or value ~ '^[1-9]\d{0,2}$|^[12]\d{3}$|^3[0-5]\d\d$'
  );
insert into public.settings (name, value, description)
values
  (
    'reconcile_days_back', '14',
    'How many days back, by the start of a meeting, each reconciliation looks for what the log lacks.'
  ),
  (
    'reconcile_days_ahead', '60',
    'How many days ahead, by the start of a meeting, each reconciliation looks for what the log lacks.'
  );

create table public.reconciliations (
  id uuid not null default gen_random_uuid(),
  number bigint not null generated always as identity,
  kind text not null,
  since timestamptz,
  until timestamptz,
  is_dry_run boolean not null default false,
  place jsonb,
  lease uuid,
  leased_until timestamptz,
  started_at timestamptz not null default now(),
  last_page_at timestamptz,
  finished_at timestamptz,
  pages integer not null default 0,
  bookings integer not null default 0,
  known integer not null default 0,
  waiting integer not null default 0,
  skipped integer not null default 0,
  events_made integer not null default 0,
  created jsonb not null default '{}',
  outcomes jsonb not null default '{}',
  skipped_reasons jsonb not null default '{}',
  api_newest_update timestamptz,
  oldest_waiting timestamptz,
  error text,
  constraint reconciliations_pkey primary key (id),
  constraint reconciliations_number_key unique (number),
  constraint reconciliations_kind_is_known check (kind in ('updates', 'window', 'backfill'))
);
comment on table public.reconciliations is
  'One row per pass through Cal.com''s bookings API: what it looked at, what it found missing, and where it is.';
comment on column public.reconciliations.kind is
  'updates: what was changed since the last time. window: the meetings around today, for what no update shows. '
  'backfill: history that somebody asked for.';
comment on column public.reconciliations.since is
  'By the last update, or (window, backfill) by the start of a meeting.';
comment on column public.reconciliations.is_dry_run is 'It only says what it would do.';
comment on column public.reconciliations.place is 'Where it goes on; null at the beginning and at the end.';
comment on column public.reconciliations.lease is 'Who is at it; whoever shows another one is too late.';
comment on column public.reconciliations.leased_until is 'Until when nobody else may go on with it.';
comment on column public.reconciliations.known is 'Bookings of which the log lacked nothing.';
comment on column public.reconciliations.waiting is
  'Bookings that were touched so lately that they wait for the next time.';
comment on column public.reconciliations.events_made is 'Events that it made up; created has them by trigger.';
comment on column public.reconciliations.skipped_reasons is 'Why rows were skipped, and how many for each reason.';
comment on column public.reconciliations.api_newest_update is
  'The newest update that the API showed: the next pass through the updates begins there.';
comment on column public.reconciliations.oldest_waiting is 'The oldest update of a booking that has to wait.';
comment on column public.reconciliations.error is
  'What kept it from going on, in plain words; null when all went well.';
create index reconciliations_unfinished_idx on public.reconciliations (number) where finished_at is null;
alter table public.reconciliations enable row level security;

-- Rule: the next pass begins where the last one ended, and a little before that. What had to wait is looked at again. A
--       clock that is ahead counts for no more than ours.
create function crm.updates_since()
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce(
    (
      select least(r.api_newest_update, r.started_at, r.oldest_waiting) - interval '10 minutes'
      from public.reconciliations as r
      where r.kind = 'updates' and r.finished_at is not null and not r.is_dry_run and r.api_newest_update is not null
      order by r.number desc
      limit 1
    ),
    now() - crm.setting('reconcile_days_back')::integer * interval '1 day'
  );
end;
$$;
comment on function crm.updates_since() is 'From which update on the next pass through the updates looks.';

-- Rule: what was begun goes on first. Then, once in a tick, the updates and the window; or the history that somebody
--       asked for, and nothing else.
create function crm.find_or_begin_reconciliation(p_tick timestamptz, p_since timestamptz, p_is_dry_run boolean)
returns public.reconciliations
language plpgsql
set search_path = ''
as $$
declare
  v_run public.reconciliations;
  v_kind text;
begin
  select r.* into v_run
  from public.reconciliations as r
  where r.finished_at is null and r.is_dry_run = p_is_dry_run
    and (p_since is null or (r.kind = 'backfill' and r.since = p_since))
  order by r.kind = 'backfill', r.number
  limit 1;
  if found then
    return v_run;
  end if;

  select k.kind into v_kind
  from unnest(case when p_since is null then array['updates', 'window'] else array['backfill'] end)
    with ordinality as k (kind, place)
  where not exists (
    select from public.reconciliations as r
    where r.kind = k.kind and r.started_at >= p_tick and r.is_dry_run = p_is_dry_run
      and (p_since is null or r.since = p_since)
  )
  order by k.place
  limit 1;
  if v_kind is null then
    return null;
  end if;
  delete from public.reconciliations as r where r.started_at < now() - interval '90 days' and r.finished_at is not null;
  insert into public.reconciliations as r (kind, since, until, is_dry_run, started_at)
  values (
    v_kind,
    case v_kind
      when 'updates' then crm.updates_since()
      when 'window' then now() - crm.setting('reconcile_days_back')::integer * interval '1 day'
      else p_since
    end,
    case v_kind when 'window' then now() + crm.setting('reconcile_days_ahead')::integer * interval '1 day' end,
    p_is_dry_run, clock_timestamp()
  )
  returning r.* into v_run;
  return v_run;
end;
$$;
comment on function crm.find_or_begin_reconciliation(timestamptz, timestamptz, boolean) is
  'The pass that is to go on now, begun if need be; null when there is none in this tick.';

-- Rule: one at a time. Whoever is at it has a lease of three minutes, and each page renews it: when they die, the next
--       tick goes on from the last page that was done.
create function public.next_reconciliation_page(
  tick timestamptz default null, lease uuid default null, since timestamptz default null,
  is_dry_run boolean default false
)
returns jsonb
language plpgsql
security definer -- the table is the engine's
set search_path = ''
as $$
declare
  v_tick constant timestamptz := coalesce(tick, clock_timestamp());
  v_lease constant uuid := coalesce(next_reconciliation_page.lease, gen_random_uuid());
  v_run public.reconciliations;
  v_busy_until timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('calcom-deals reconciliation place', 0));
  select max(r.leased_until) into v_busy_until
  from public.reconciliations as r
  where r.finished_at is null and r.leased_until > clock_timestamp() and r.lease <> v_lease;
  if v_busy_until is not null then
    return jsonb_build_object('is_busy', true, 'tick', v_tick, 'busy_until', v_busy_until);
  end if;

  v_run := crm.find_or_begin_reconciliation(
    v_tick, next_reconciliation_page.since, next_reconciliation_page.is_dry_run
  );
  if v_run.id is null then
    return jsonb_build_object('is_busy', false, 'tick', v_tick);
  end if;
  update public.reconciliations as r
  set lease = v_lease, leased_until = clock_timestamp() + interval '3 minutes'
  where r.id = v_run.id;
  return jsonb_build_object(
    'is_busy', false, 'tick', v_tick, 'lease', v_lease, 'id', v_run.id, 'kind', v_run.kind, 'since', v_run.since,
    'until', v_run.until, 'place', v_run.place
  );
end;
$$;
comment on function public.next_reconciliation_page(timestamptz, uuid, timestamptz, boolean) is
  'What the Edge Function reconcile reads next: a pass ("id"), with what it looks at and the place where it goes on. '
  'No "id": nothing is left in this tick. is_busy: another call is at it. lease is that of the first answer.';

create function crm.add_counts(p_one jsonb, p_other jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_object_agg(s.key, s.sum), '{}')
    from (
      select c.key, sum(c.value::integer) as sum
      from (
        select * from jsonb_each_text(coalesce(p_one, '{}')) union all
        select * from jsonb_each_text(coalesce(p_other, '{}'))
      ) as c
      group by c.key
    ) as s
  );
end;
$$;
comment on function crm.add_counts(jsonb, jsonb) is 'The sums of two lists of counts, by name.';

-- Race: who was too slow has lost the lease, and with it the right to say where the pass is.
create function public.save_reconciliation_page(
  id uuid, lease uuid, place jsonb, answers jsonb default '[]', is_last boolean default false,
  is_released boolean default false, error text default null
)
returns boolean
language plpgsql
security definer -- the table is the engine's
set search_path = ''
as $$
declare
  v_answer jsonb;
  v_run public.reconciliations;
  v_reasons jsonb;
begin
  select r.* into v_run
  from public.reconciliations as r
  where r.id = save_reconciliation_page.id and r.lease = save_reconciliation_page.lease and r.finished_at is null
  for update;
  if not found then
    return false;
  end if;
  for v_answer in select a.answer from jsonb_array_elements(answers) as a (answer) loop
    select coalesce(jsonb_object_agg(s.reason, s.count), '{}') into v_reasons
    from (
      select coalesce(k.row ->> 'reason', '') as reason, count(*) as count
      from jsonb_array_elements(crm.jsonb_list(v_answer -> 'skipped')) as k (row)
      group by 1
    ) as s;
    v_run.bookings := v_run.bookings + coalesce((v_answer -> 'bookings')::integer, 0);
    v_run.known := v_run.known + coalesce((v_answer -> 'known')::integer, 0);
    v_run.waiting := v_run.waiting + coalesce((v_answer -> 'waiting')::integer, 0);
    v_run.skipped := v_run.skipped + jsonb_array_length(crm.jsonb_list(v_answer -> 'skipped'));
    v_run.events_made := v_run.events_made + (
      select coalesce(sum(c.value::integer), 0) from jsonb_each_text(coalesce(v_answer -> 'created', '{}')) as c
    );
    v_run.created := crm.add_counts(v_run.created, v_answer -> 'created');
    v_run.outcomes := crm.add_counts(v_run.outcomes, v_answer -> 'outcomes');
    v_run.skipped_reasons := crm.add_counts(v_run.skipped_reasons, v_reasons);
    v_run.api_newest_update := greatest(v_run.api_newest_update, (v_answer ->> 'newest_update')::timestamptz);
    v_run.oldest_waiting := least(v_run.oldest_waiting, (v_answer ->> 'oldest_waiting')::timestamptz);
  end loop;
  update public.reconciliations as r
  set (
      bookings, known, waiting, skipped, events_made, created, outcomes, skipped_reasons, api_newest_update,
      oldest_waiting
    ) = (
      v_run.bookings, v_run.known, v_run.waiting, v_run.skipped, v_run.events_made, v_run.created, v_run.outcomes,
      v_run.skipped_reasons, v_run.api_newest_update, v_run.oldest_waiting
    ),
    pages = r.pages + case when jsonb_array_length(answers) > 0 then 1 else 0 end,
    place = case when not is_last then save_reconciliation_page.place end,
    last_page_at = case when jsonb_array_length(answers) > 0 then clock_timestamp() else r.last_page_at end,
    finished_at = case when is_last then clock_timestamp() end,
    leased_until = case when not is_last and not is_released then clock_timestamp() + interval '3 minutes' end,
    error = save_reconciliation_page.error
  where r.id = v_run.id;
  return true;
end;
$$;
comment on function public.save_reconciliation_page(uuid, uuid, jsonb, jsonb, boolean, boolean, text) is
  'Keeps what a page of the bookings API came to ("answers" of reconcile_calcom_bookings), where the pass goes on, or '
  'what keeps it from going on. False: another call has taken the pass over.';

-- Rule: noted once, not each hour.
create function public.skip_reconciliation(reason text)
returns void
language plpgsql
security definer -- the table is the engine's
set search_path = ''
as $$
declare
  v_number bigint;
begin
  select r.number into v_number
  from public.reconciliations as r
  where r.number = (select max(o.number) from public.reconciliations as o) and r.error = reason and r.pages = 0;
  if found then
    update public.reconciliations as r set started_at = clock_timestamp(), finished_at = clock_timestamp()
    where r.number = v_number;
  else
    insert into public.reconciliations (kind, finished_at, error) values ('updates', clock_timestamp(), reason);
  end if;
end;
$$;
comment on function public.skip_reconciliation(text) is 'Notes why nothing is reconciled.';

-------------------------------------------------------------------------------------------------------------- schedule

create function crm.invoke_reconcile()
returns text
language plpgsql
set search_path = ''
as $$
begin
  return crm.call_function('reconcile', 'reconcile_secret', 'x-reconcile-secret');
end;
$$;
comment on function crm.invoke_reconcile() is
  'Has the Edge Function reconcile look for what the log lacks; says why when it does not.';

-- Each hour, at a minute when little else begins.
do $$
begin
  perform cron.schedule('reconcile-calcom-bookings', '23 * * * *', 'select crm.invoke_reconcile()');
exception
  when others then
    raise notice 'No pg_cron here (%): call the Edge Function reconcile by other means', sqlerrm;
end;
$$;
