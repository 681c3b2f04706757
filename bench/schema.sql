-- What the benchmark calls: a first booking of a new company through handle_calcom_event, and the same rows written by
-- a function of nothing but inserts (the baseline). Both build the same body first.
create schema bench;
update public.settings as s set value = '999999999' where s.name = 'mails_per_hour';
create sequence bench.numbers;

create function bench.body(p_domain text, p_uid text, p_created_at timestamptz)
returns jsonb
language plpgsql
as $$
begin
  return jsonb_build_object(
    'triggerEvent', 'BOOKING_CREATED',
    'createdAt', to_char(p_created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'payload', (select b.payload from bench.sample as b) || jsonb_build_object(
      'uid', p_uid, 'iCalUID', p_uid || '@Cal.com',
      'attendees', jsonb_build_array(jsonb_build_object(
        'email', 'ann@' || p_domain, 'name', 'Ann Example', 'timeZone', 'America/Chicago',
        'language', '{"locale": "en"}'::jsonb
      )),
      'responses', jsonb_build_object(
        'name', '{"label": "your_name", "value": "Ann Example"}'::jsonb,
        'email', jsonb_build_object('label', 'email_address', 'value', 'ann@' || p_domain)
      )
    )
  );
end;
$$;

-- Meetings of one company, a minute apart and in the sender's order: each is booked, and moved.
create function bench.fill_company(p_domain text, p_events integer)
returns void
language plpgsql
as $$
declare
  v_body jsonb;
begin
  for n in 1..p_events / 2 loop
    v_body := bench.body(p_domain, p_domain || n, timestamptz '2026-01-01' + n * interval '1 minute');
    perform public.handle_calcom_event(v_body);
    perform public.handle_calcom_event(
      v_body || jsonb_build_object(
        'triggerEvent', 'BOOKING_RESCHEDULED',
        'createdAt', to_char(timestamp '2026-01-01' + (n + 0.5) * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'payload', v_body -> 'payload'
          || jsonb_build_object('uid', p_domain || 'moved' || n, 'rescheduleUid', p_domain || n)
      )
    );
  end loop;
end;
$$;

create function bench.handle()
returns void
language plpgsql
as $$
declare
  v_number bigint := nextval('bench.numbers');
begin
  perform public.handle_calcom_event(bench.body(format('c%s.example', v_number), 'uid-' || v_number, now()));
end;
$$;

create function bench.baseline()
returns void
language plpgsql
as $$
declare
  v_number bigint := nextval('bench.numbers');
  v_domain text := format('c%s.example', v_number);
  v_email text := 'ann@' || v_domain;
  v_uid text := 'uid-' || v_number;
  v_body jsonb := bench.body(v_domain, v_uid, now());
  v_position crm.position := row(now(), 2, v_number);
  v_event uuid := gen_random_uuid();
  v_company uuid := gen_random_uuid();
  v_person uuid := gen_random_uuid();
  v_deal uuid := gen_random_uuid();
  v_booking uuid := gen_random_uuid();
begin
  perform set_config('crm.engine', 'on', true); -- no hand edits
  insert into public.calcom_events (
    id, payload, outcome, reason, decided_at, attempts, trigger, uid, booker_email, stream_key, position
  )
  values (
    v_event, v_body, 'applied', 'Booked; there is a new deal.', now(), 1, 'BOOKING_CREATED', v_uid, v_email, v_domain,
    v_position
  );
  insert into public.companies (id, name, domain) values (v_company, v_domain, v_domain);
  insert into public.people (id, email, name, company_id) values (v_person, v_email, 'Ann Example', v_company);
  insert into public.deals (id, company_id, opened_by_event_id) values (v_deal, v_company, v_event);
  insert into public.bookings (
    id, calcom_uid, original_key, stream_key, attendee_email, person_id, deal_id, title, start_time, end_time,
    organizer_email, ical_uid, last_event_id
  )
  values (
    v_booking, v_uid, v_uid, v_domain, v_email, v_person, v_deal, 'Discovery call', '2037-12-01T15:00:00Z',
    '2037-12-01T15:30:00Z', 'mara@brightloom.example', v_uid || '@Cal.com', v_event
  );
  insert into public.event_effects (event_id, stream_key, booking_id, deal_id, deal_change, reason)
  values (v_event, v_domain, v_booking, v_deal, 'opened', 'Booked; there is a new deal.');
  insert into crm.stream_events (stream_key, position, event_id) values (v_domain, v_position, v_event);
  insert into public.emails (event_id, booking_id, kind, calcom_uid, from_address, reply_to, to_address, template_data)
  values (
    v_event, v_booking, 'confirmation', v_uid, 'team@outboundsolutions.com', 'mara@brightloom.example', v_email,
    jsonb_build_object(
      'title', 'Discovery call between Mara Lindqvist and Tobias Reyes', 'start_time', '2037-12-01T15:00:00+00:00',
      'end_time', '2037-12-01T15:30:00+00:00', 'time_zone', 'America/Chicago', 'locale', 'en',
      'attendee_name', 'Ann Example', 'organizer_name', 'Mara Lindqvist', 'organizer_email', 'mara@brightloom.example',
      'location', 'integrations:daily', 'join_url', 'https://app.cal.com/video/kX3vQ9mTzR4bLs7WdYn2Pa',
      'booker_url', 'https://cal.com'
    )
  );
end;
$$;

-- What a first booking of each company leaves behind, and two later events that changed nothing.
create function bench.fill_tables(p_companies integer)
returns void
language plpgsql
as $$
begin
  perform bench.baseline() from generate_series(1, p_companies);
  insert into public.calcom_events (payload, outcome, reason, decided_at, attempts, trigger, uid, position)
  select
    jsonb_build_object('triggerEvent', t.trigger, 'createdAt', e.id, 'payload', jsonb_build_object('uid', e.uid)),
    'ignored', 'Filled in.', now(), 1, t.trigger, e.uid, e.position
  from public.calcom_events as e
  cross join unnest(array['MEETING_ENDED', 'BOOKING_NO_SHOW_UPDATED']) as t (trigger);
end;
$$;
