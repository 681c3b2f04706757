-- What the benchmark calls: a first booking of a new company through handle_calcom_event, and the same rows written by
-- a function of nothing but inserts (the baseline). Both build the same body first.
create schema bench;
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
      'uid', p_uid,
      'iCalUID', p_uid || '@Cal.com',
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
  v_event_id uuid;
  v_company_id uuid;
  v_person_id uuid;
  v_deal_id uuid;
  v_booking_id uuid;
begin
  insert into public.calcom_events (
    payload, outcome, reason, decided_at, attempts, trigger, uid, booker_email, stream_key, position
  )
  values (
    v_body, 'applied', 'Booked; there is a new deal.', now(), 1, 'BOOKING_CREATED', v_uid, v_email, v_domain, v_position
  )
  returning id into v_event_id;
  insert into public.companies (name, domain) values (v_domain, v_domain) returning id into v_company_id;
  insert into public.people (email, name, company_id) values (v_email, 'Ann Example', v_company_id)
  returning id into v_person_id;
  insert into public.deals (company_id, sequence_number, opened_by_event_id)
  values (v_company_id, 1, v_event_id)
  returning id into v_deal_id;
  insert into public.bookings (
    calcom_uid, original_key, stream_key, person_id, deal_id, title, start_time, end_time, organizer_email, ical_uid,
    last_event_id
  )
  values (
    v_uid, v_uid, v_domain, v_person_id, v_deal_id, 'Discovery call', '2026-12-01T15:00:00Z', '2026-12-01T15:30:00Z',
    'mara@brightloom.example', v_uid || '@Cal.com', v_event_id
  )
  returning id into v_booking_id;
  insert into public.event_effects (event_id, stream_key, booking_id, deal_id, deal_change, reason)
  values (v_event_id, v_domain, v_booking_id, v_deal_id, 'opened', 'Booked; there is a new deal.');
  insert into crm.stream_watermarks (stream_key, position) values (v_domain, v_position);
  insert into public.emails (event_id, booking_id, kind, calcom_uid, from_address, reply_to, to_address, template_data)
  values (
    v_event_id, v_booking_id, 'confirmation', v_uid, 'team@outboundsolutions.com', 'mara@brightloom.example', v_email,
    jsonb_build_object(
      'title', 'Discovery call between Mara Lindqvist and Tobias Reyes', 'start_time', '2026-12-01T15:00:00+00:00',
      'end_time', '2026-12-01T15:30:00+00:00', 'time_zone', 'America/Chicago', 'locale', 'en',
      'attendee_name', 'Ann Example', 'organizer_name', 'Mara Lindqvist', 'organizer_email', 'mara@brightloom.example',
      'location', 'integrations:daily', 'join_url', 'https://app.cal.com/video/kX3vQ9mTzR4bLs7WdYn2Pa',
      'booker_url', 'https://cal.com'
    )
  );
end;
$$;

-- A company with as many events as asked for: bookings that end and move, a minute apart, in the sender's order.
create function bench.fill_company(p_domain text, p_events integer)
returns void
language plpgsql
as $$
begin
  for v_number in 1 .. p_events loop
    perform public.handle_calcom_event(bench.body(
      p_domain, format('%s-%s', p_domain, v_number), timestamptz '2026-01-01' + v_number * interval '1 minute'
    ));
  end loop;
end;
$$;

-- Companies by the shortest way: the rows that a first booking and two later events of each leave behind.
create function bench.fill_tables(p_companies integer)
returns void
language plpgsql
as $$
begin
  create temporary table made on commit drop as
  select
    n as number, format('full%s.example', n) as domain, format('ann@full%s.example', n) as email,
    format('full-%s', n) as uid, gen_random_uuid() as event_id, gen_random_uuid() as company_id,
    gen_random_uuid() as person_id, gen_random_uuid() as deal_id, gen_random_uuid() as booking_id
  from generate_series(1, p_companies) as n;

  insert into public.calcom_events (
    id, payload, outcome, reason, decided_at, attempts, trigger, uid, booker_email, stream_key, position
  )
  select
    case when k.part = 1 then m.event_id else gen_random_uuid() end,
    jsonb_build_object(
      'triggerEvent', k.trigger, 'createdAt', k.part, 'payload', jsonb_build_object('uid', m.uid, 'email', m.email)
    ),
    'applied', 'Filled in.', now(), 1, k.trigger, m.uid,
    case when k.part = 1 then m.email end, case when k.part = 1 then m.domain end,
    row(timestamptz '2026-01-01' + k.part * interval '1 day', k.part + 1, m.number)::crm.position
  from made as m
  cross join (
    values (1, 'BOOKING_CREATED'), (2, 'MEETING_ENDED'), (3, 'BOOKING_NO_SHOW_UPDATED')
  ) as k (part, trigger);

  insert into public.companies (id, name, domain) select m.company_id, m.domain, m.domain from made as m;
  insert into public.people (id, email, name, company_id)
  select m.person_id, m.email, 'Ann', m.company_id from made as m;
  insert into public.deals (id, company_id, sequence_number, opened_by_event_id)
  select m.deal_id, m.company_id, 1, m.event_id from made as m;
  insert into public.bookings (
    id, calcom_uid, original_key, stream_key, person_id, deal_id, title, ical_uid, last_event_id
  )
  select
    m.booking_id, m.uid, m.uid, m.domain, m.person_id, m.deal_id, 'Discovery call', m.uid || '@Cal.com', m.event_id
  from made as m;
  insert into public.event_effects (event_id, stream_key, booking_id, deal_id, deal_change, reason)
  select m.event_id, m.domain, m.booking_id, m.deal_id, 'opened', 'Filled in.' from made as m;
  insert into crm.stream_watermarks (stream_key, position)
  select m.domain, row('2026-01-04'::timestamptz, 7, m.number)::crm.position from made as m;
  insert into public.emails (
    event_id, booking_id, kind, calcom_uid, from_address, to_address, template_data, status, sent_at
  )
  select m.event_id, m.booking_id, 'confirmation', m.uid, 'team@outboundsolutions.com', m.email, '{}', 'sent', now()
  from made as m;
end;
$$;

-- How long one event takes, in milliseconds: the median of several, each undone.
create function bench.time_event(p_domain text, p_created_at timestamptz, p_times integer)
returns double precision
language plpgsql
as $$
declare
  v_times double precision[] := array[]::double precision[];
  v_start timestamptz;
begin
  for v_number in 1 .. p_times loop
    begin
      v_start := clock_timestamp();
      perform public.handle_calcom_event(bench.body(p_domain, format('timed-%s', v_number), p_created_at));
      v_times := v_times || (extract(epoch from clock_timestamp() - v_start) * 1000)::double precision;
      raise exception using errcode = 'KB001';
    exception
      when sqlstate 'KB001' then null;
    end;
  end loop;
  return (select percentile_cont(0.5) within group (order by t.ms) from unnest(v_times) as t (ms));
end;
$$;
