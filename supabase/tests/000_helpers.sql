-- What the tests share: realistic Cal.com bodies, and the CRM as text that can be compared at a glance.
-- This file commits; all the others roll back.
begin;
set local client_min_messages = warning;

-- `supabase test db` and our own runner bring pgTAP along; a plain Postgres gets it here.
do $$
begin
  if to_regproc('plan') is not null then
    return;
  elsif to_regnamespace('extensions') is not null then
    create extension pgtap with schema extensions;
  else
    create extension pgtap;
  end if;
end;
$$;

drop schema if exists tests cascade;
create schema tests;
comment on schema tests is 'Helpers of the pgTAP tests; never part of a migration.';

create function tests.merge(p_base jsonb, p_changes jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return p_base || coalesce(
    (
      select jsonb_object_agg(
        c.key,
        case
          when jsonb_typeof(c.value) = 'object' and jsonb_typeof(p_base -> c.key) = 'object'
            then tests.merge(p_base -> c.key, c.value)
          else c.value
        end
      )
      from jsonb_each(p_changes) as c
    ),
    '{}'
  );
end;
$$;
comment on function tests.merge(jsonb, jsonb) is 'The base with the changes laid over it, objects merged key by key.';

-- The booker stands in two places of a body, so `email` and `name` are short for both; `createdAt` belongs to the
-- envelope. All other overrides are Cal.com's own keys.
create function tests.calcom_event(p_trigger text, p_overrides jsonb default '{}')
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_email jsonb := coalesce(p_overrides -> 'email', '"ada@lovelace.test"');
  v_name jsonb := coalesce(p_overrides -> 'name', '"Ada Byron"');
  v_payload jsonb;
begin
  if p_trigger = 'BOOKING_NO_SHOW_UPDATED' then
    v_payload := jsonb_build_object(
      'message', 'Marked as no-show',
      'attendees', jsonb_build_array(jsonb_build_object('email', v_email, 'noShow', true)),
      'bookingUid', 'uid-a',
      'bookingId', 1001
    );
  else
    v_payload := jsonb_build_object(
      'uid', 'uid-a',
      'bookingId', 1001,
      'type', 'discovery-call',
      'title', 'Discovery call between Greta Host and Ada Byron',
      'eventTypeId', 7031,
      'startTime', '2037-03-09T15:00:00Z',
      'endTime', '2037-03-09T15:30:00Z',
      'length', 30,
      'additionalNotes', 'About the first quarter',
      'location', 'integrations:daily',
      'metadata', '{"videoCallUrl": "https://app.cal.com/video/uid-a"}'::jsonb,
      'bookerUrl', 'https://cal.com',
      'organizer', '{
        "id": 412, "name": "Greta Host", "email": "greta@host.test", "username": "greta",
        "timeZone": "Europe/Stockholm", "language": {"locale": "en"}, "utcOffset": 60
      }'::jsonb,
      'attendees', jsonb_build_array(jsonb_build_object(
        'email', v_email, 'name', v_name, 'firstName', '', 'lastName', '', 'timeZone', 'America/Chicago',
        'language', '{"locale": "en"}'::jsonb, 'utcOffset', -360
      )),
      'responses', jsonb_build_object(
        'name', jsonb_build_object('label', 'your_name', 'value', v_name, 'isHidden', false),
        'email', jsonb_build_object('label', 'email_address', 'value', v_email, 'isHidden', false),
        'guests', '{"label": "additional_guests", "isHidden": false}'::jsonb
      ),
      'userFieldsResponses', '{}'::jsonb,
      'customInputs', '{}'::jsonb,
      'seatsPerTimeSlot', null,
      'requiresConfirmation', p_trigger = 'BOOKING_REQUESTED',
      'iCalSequence', 0,
      'price', 0,
      'currency', 'usd',
      'status', case p_trigger
        when 'BOOKING_REQUESTED' then 'PENDING'
        when 'BOOKING_REJECTED' then 'REJECTED'
        when 'BOOKING_CANCELLED' then 'CANCELLED'
        else 'ACCEPTED'
      end
    );
    if p_trigger = 'BOOKING_RESCHEDULED' then
      v_payload := v_payload || '{
        "uid": "uid-b", "bookingId": 1002, "startTime": "2037-03-10T15:00:00Z", "endTime": "2037-03-10T15:30:00Z",
        "rescheduleUid": "uid-a", "rescheduleId": 1001,
        "rescheduleStartTime": "2037-03-09T15:00:00Z", "rescheduleEndTime": "2037-03-09T15:30:00Z"
      }';
    elsif p_trigger = 'BOOKING_CANCELLED' then
      v_payload := v_payload - 'metadata' || '{"cancellationReason": "No longer needed", "requestReschedule": false}';
    end if;
  end if;

  return jsonb_build_object(
    'triggerEvent', p_trigger,
    'createdAt', coalesce(
      p_overrides ->> 'createdAt',
      case p_trigger
        when 'BOOKING_REQUESTED' then '2037-03-02T08:00:00.000Z'
        when 'BOOKING_CREATED' then '2037-03-02T09:00:00.000Z'
        when 'BOOKING_RESCHEDULED' then '2037-03-02T10:00:00.000Z'
        when 'BOOKING_REJECTED' then '2037-03-02T10:30:00.000Z'
        when 'BOOKING_CANCELLED' then '2037-03-02T11:00:00.000Z'
        when 'BOOKING_NO_SHOW_UPDATED' then '2037-03-11T16:00:00.000Z'
        else '2037-03-02T12:00:00.000Z'
      end
    ),
    'payload', tests.merge(v_payload, p_overrides - array['email', 'name', 'createdAt'])
  );
end;
$$;
comment on function tests.calcom_event(text, jsonb) is
  'An enveloped body in Cal.com''s shape, with the overrides laid over its payload.';

create function tests.meeting_ended(p_overrides jsonb default '{}')
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select tests.merge(
    jsonb_build_object(
      'triggerEvent', 'MEETING_ENDED',
      'id', 1001,
      'uid', 'uid-a',
      'userId', 412,
      'userPrimaryEmail', 'greta@host.test',
      'eventTypeId', 7031,
      'title', 'Discovery call between Greta Host and Ada Byron',
      'startTime', '2037-03-09T15:00:00.000Z',
      'endTime', '2037-03-09T15:30:00.000Z',
      'createdAt', '2037-03-02T08:59:58.100Z',
      'status', 'ACCEPTED',
      'fromReschedule', null,
      'recurringEventId', null,
      'metadata', '{}'::jsonb,
      'responses', jsonb_build_object(
        'name', jsonb_build_object('label', 'your_name', 'value', 'Ada Byron', 'isHidden', false),
        'email', jsonb_build_object(
          'label', 'email_address', 'value', coalesce(p_overrides -> 'email', '"ada@lovelace.test"'), 'isHidden', false
        )
      ),
      'user', '{"email": "greta@host.test", "name": "Greta Host", "timeZone": "Europe/Stockholm"}'::jsonb,
      'attendees', jsonb_build_array(jsonb_build_object(
        'id', 501, 'email', coalesce(p_overrides -> 'email', '"ada@lovelace.test"'), 'name', 'Ada Byron',
        'timeZone', 'America/Chicago', 'phoneNumber', null, 'locale', 'en', 'bookingId', 1001, 'noShow', false
      ))
    ),
    p_overrides - 'email'
  );
$$;
comment on function tests.meeting_ended(jsonb) is
  'The flat body of MEETING_ENDED, as a booking that was confirmed by itself sends it.';

create function tests.send(p_trigger text, p_overrides jsonb default '{}')
returns jsonb
language sql
volatile
set search_path = ''
as $$
  select public.handle_calcom_event(
    case
      when p_trigger = 'MEETING_ENDED' then tests.meeting_ended(p_overrides)
      else tests.calcom_event(p_trigger, p_overrides)
    end
  );
$$;
comment on function tests.send(text, jsonb) is 'Delivers one event and returns the answer.';

create function tests.deals_of(p_domain text)
returns text
language sql
stable
set search_path = ''
as $$
  select string_agg(d.status || ' ' || d.stage, ', ' order by d.made_at, d.created_at)
  from public.deals as d
  join public.companies as c on c.id = d.company_id
  where c.domain = p_domain;
$$;
comment on function tests.deals_of(text) is
  'The deals of a company, oldest first, like "cancelled booked, active met"; null when it has none.';

create function tests.bookings_of(p_email text)
returns text
language sql
stable
set search_path = ''
as $$
  select string_agg(
    concat_ws(' ', b.calcom_uid, b.status, case when b.attended then 'attended' end), ', '
      order by b.start_time, b.calcom_uid
  )
  from public.bookings as b
  join public.people as p on p.id = b.person_id
  where p.email = p_email;
$$;
comment on function tests.bookings_of(text) is
  'The bookings of a person in the order of their times, like "uid-a ACCEPTED attended"; null when there are none.';

create function tests.emails_to(p_email text)
returns text
language sql
stable
set search_path = ''
as $$
  select string_agg(
    e.kind || ' ' || e.calcom_uid, ', '
    order by array_position(array['confirmation', 'reschedule', 'cancellation'], e.kind), e.calcom_uid, e.seat_id
  )
  from public.emails as e
  where e.to_address = p_email;
$$;
comment on function tests.emails_to(text) is
  'The mails owed to an address, like "confirmation uid-a, reschedule uid-b"; null when there are none.';

-- Everything that any order of arrival must leave alike, a line each: no ids, no receipt times.
create function tests.picture(p_stream_keys text[])
returns text
language sql
stable
set search_path = ''
as $$
  with people as (
    select p.*, c.domain
    from public.people as p
    left join public.companies as c on c.id = p.company_id
    where coalesce(c.domain, p.email) = any (p_stream_keys)
  ), deals as (
    select d.*, row_number() over (partition by d.company_id order by d.made_at, d.created_at) as number
    from public.deals as d
  ), lines (place, line) as (
    select 1, format('company %s is %s', c.domain, c.name)
    from public.companies as c where c.domain = any (p_stream_keys)
    union all
    select 2, format('person %s is %s', p.email, p.name) from people as p
    union all
    select 3, concat_ws(
      ' ', 'booking', b.calcom_uid, p.email, to_char(b.start_time at time zone 'UTC', 'MM-DD HH24:MI'),
      'by', b.organizer_email, b.status, case when b.attended then 'attended' end, 'deal ' || d.number
    )
    from public.bookings as b
    join people as p on p.id = b.person_id
    left join deals as d on d.id = b.deal_id
    union all
    select 4, concat_ws(' ', 'deal', d.number, 'of', c.domain, d.status, d.stage)
    from deals as d
    join public.companies as c on c.id = d.company_id
    where c.domain = any (p_stream_keys)
  )
  select string_agg(l.line, e'\n' order by l.place, l.line) from lines as l;
$$;
comment on function tests.picture(text[]) is 'The rows of some streams as text.';

create function tests.run_as(p_role text, p_sql text)
returns void
language plpgsql
volatile
as $$
begin
  perform set_config('role', p_role, true);
  execute p_sql;
  perform set_config('role', 'none', true);
end;
$$;
comment on function tests.run_as(text, text) is
  'Runs a statement as another role. pgTAP itself needs the role that began the test.';

select plan(1);
select has_function(
  'tests', 'calcom_event', array['text', 'jsonb'],
  'the helpers are there for the files that follow'
);
select * from finish();
commit;
