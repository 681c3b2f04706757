-- What Cal.com's bookings API says of a booking, read once, and in the words of its webhooks.

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
--       a room of a service for calls, or to Cal.com's page of this booking; any other may be a visitor's.
create function crm.is_call_link(p_url text, p_uid text) returns boolean
language sql immutable set search_path = ''
return coalesce(
  crm.is_room(p_url, null)
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
  v_booking.is_moved := coalesce(
    crm.jsonb_text(p_row -> 'rescheduledToUid') <> v_booking.uid or v_booking.uid = any (p_moved_uids), false
  );
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
