-- What the tests of reconciliation share: a row of Cal.com's bookings API.
-- This file commits; all the others roll back.
begin;
set local client_min_messages = warning;

-- The booking of tests.calcom_event, as the API shows it a day after it was booked, a week before it begins: it was
-- booked an hour ago, so that a mail is still owed. `email` and `name` are short for the two places of the booker.
create function tests.api_booking(p_overrides jsonb default '{}')
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_email jsonb := coalesce(p_overrides -> 'email', '"ada@lovelace.test"');
  v_name jsonb := coalesce(p_overrides -> 'name', '"Ada Byron"');
begin
  return tests.merge(
    jsonb_build_object(
      'id', 1001,
      'uid', 'uid-a',
      'title', 'Discovery call between Greta Host and Ada Byron',
      'description', 'About the first quarter',
      'hosts', '[{
        "id": 412, "name": "Greta Host", "email": "greta@host.test", "displayEmail": "greta@host.test",
        "username": "greta", "timeZone": "Europe/Stockholm"
      }]'::jsonb,
      'status', 'accepted',
      'cancellationReason', '',
      'cancelledByEmail', '',
      'start', tests.api_time('7 days'),
      'end', tests.api_time('7 days 30 minutes'),
      'duration', 30,
      'eventType', '{"id": 7031, "slug": "discovery-call"}'::jsonb,
      'location', 'https://app.cal.com/video/uid-a',
      'absentHost', false,
      'createdAt', tests.api_time('-1 hour'),
      'updatedAt', tests.api_time('-1 hour'),
      'metadata', '{}'::jsonb,
      'icsUid', 'uid-a@Cal.com',
      'attendees', jsonb_build_array(jsonb_build_object(
        'email', v_email, 'name', v_name, 'displayEmail', v_email, 'timeZone', 'America/Chicago', 'language', 'en',
        'absent', false
      )),
      'guests', '[]'::jsonb,
      'bookingFieldsResponses', jsonb_build_object('email', v_email, 'name', v_name)
    ),
    p_overrides - array['email', 'name']
  );
end;
$$;
comment on function tests.api_booking(jsonb) is 'A row of Cal.com''s bookings API, with the overrides laid over it.';

create function tests.api_time(p_from_now interval)
returns text
language sql
stable
set search_path = ''
as $$
  select to_char((now() + p_from_now) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$$;
comment on function tests.api_time(interval) is 'A moment from now, as the API writes it.';

create function tests.api_seat(p_email text, p_overrides jsonb default '{}')
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'email', p_email, 'name', split_part(p_email, '@', 1), 'timeZone', 'Europe/Paris', 'language', 'en',
    'absent', false, 'seatUid', 'seat-' || split_part(p_email, '@', 1),
    'bookingFieldsResponses', jsonb_build_object('name', split_part(p_email, '@', 1))
  ) || p_overrides;
$$;
comment on function tests.api_seat(text, jsonb) is 'An attendee of a seated booking, as the API shows it.';

-- The webhook of a booking of the API, sent when the API says it was written; p_at shifts that.
create function tests.webhook_of(
  p_api_booking jsonb, p_trigger text default 'BOOKING_CREATED', p_overrides jsonb default '{}',
  p_at interval default '2 seconds'
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_email text := p_api_booking #>> '{bookingFieldsResponses,email}';
begin
  if p_trigger = 'MEETING_ENDED' then
    return tests.meeting_ended(jsonb_build_object(
      'uid', p_api_booking -> 'uid', 'startTime', p_api_booking -> 'start', 'endTime', p_api_booking -> 'end',
      'createdAt', p_api_booking -> 'createdAt', 'email', v_email
    ) || p_overrides);
  end if;
  return tests.calcom_event(
    p_trigger,
    jsonb_strip_nulls(jsonb_build_object(
      'uid', p_api_booking -> 'uid',
      'rescheduleUid', p_api_booking -> 'rescheduledFromUid',
      'startTime', p_api_booking -> 'start',
      'endTime', p_api_booking -> 'end',
      'email', v_email,
      'iCalUID', p_api_booking -> 'icsUid',
      'createdAt', to_jsonb(to_char(
        ((p_api_booking ->> case when p_trigger in ('BOOKING_CANCELLED', 'BOOKING_REJECTED') then 'updatedAt'
          else 'createdAt' end)::timestamptz + p_at) at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
      ))
    )) || p_overrides
  );
end;
$$;
comment on function tests.webhook_of(jsonb, text, jsonb, interval) is
  'The event that Cal.com sends about a booking that the API shows.';

-- As if everything that is in the log had come some time ago.
create function tests.let_log_rest()
returns void
language sql
volatile
set search_path = ''
as $$
  update public.calcom_events set received_at = received_at - interval '10 minutes';
$$;
comment on function tests.let_log_rest() is 'Makes what came just now no reason to wait.';

create function tests.created(p_answer jsonb)
returns text
language sql
immutable
set search_path = ''
as $$
  select concat_ws(
    '; ',
    (select string_agg(c.key || ' ' || (c.value #>> '{}'), ', ' order by c.key)
      from jsonb_each(p_answer -> 'created') as c),
    'known ' || nullif(p_answer ->> 'known', '0'),
    'waiting ' || nullif(p_answer ->> 'waiting', '0'),
    'skipped ' || nullif(jsonb_array_length(p_answer -> 'skipped'), 0)
  );
$$;
comment on function tests.created(jsonb) is
  'What a reconciliation did, like "BOOKING_CREATED 1; known 2": nothing of what there was none.';

select plan(1);
select has_function('tests', 'api_booking', array['jsonb'], 'the helpers are there for the files that follow');
select * from finish();
commit;

create function tests.keep(p_name text, p_value anyelement)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform set_config('tests.' || p_name, to_jsonb(p_value)::text, true);
end;
$$;
comment on function tests.keep(text, anyelement) is 'Keeps a value under a name until the transaction ends; see kept.';

create function tests.kept(p_name text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return current_setting('tests.' || p_name)::jsonb;
end;
$$;
comment on function tests.kept(text) is 'What was kept under a name.';
