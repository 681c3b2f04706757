-- What the benchmark calls: a first booking of a new company through the door, and the same rows written by a function
-- of nothing but inserts (the floor). Both build the same body first.
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
        'email', 'ann@' || p_domain, 'name', 'Ann Example', 'timeZone', 'America/Chicago', 'language', '{"locale": "en"}'::jsonb
      )),
      'responses', jsonb_build_object(
        'name', '{"label": "your_name", "value": "Ann Example"}'::jsonb,
        'email', jsonb_build_object('label', 'email_address', 'value', 'ann@' || p_domain)
      )
    )
  );
end;
$$;

create function bench.door()
returns void
language plpgsql
as $$
declare
  v_number bigint := nextval('bench.numbers');
begin
  perform public.handle_calcom_event(bench.body(format('c%s.example', v_number), 'uid-' || v_number, now()));
end;
$$;

create function bench.floor()
returns void
language plpgsql
as $$
declare
  v_number bigint := nextval('bench.numbers');
  v_domain text := format('c%s.example', v_number);
  v_uid text := 'uid-' || v_number;
  v_body jsonb := bench.body(v_domain, v_uid, now());
  v_event_id uuid;
  v_company_id uuid;
  v_person_id uuid;
  v_deal_id uuid;
  v_booking_id uuid;
begin
  insert into public.calcom_events (
    payload, outcome, reason, touched, handled_at, attempts, trigger, uid, email, account, happened_at, rank
  )
  values (
    v_body, 'applied', 'Booked; there is a new deal.', '[{}]', now(), 1, 'BOOKING_CREATED', v_uid, 'ann@' || v_domain, v_domain, now(), 2
  )
  returning id into v_event_id;
  insert into public.companies (name, domain) values (v_domain, v_domain) returning id into v_company_id;
  insert into public.people (email, name, company_id) values ('ann@' || v_domain, 'Ann Example', v_company_id)
  returning id into v_person_id;
  insert into public.deals (company_id, ordinal, opened_by) values (v_company_id, 1, v_event_id) returning id into v_deal_id;
  insert into public.bookings (
    calcom_uid, first_uid, person_id, deal_id, title, start_time, end_time, organizer_email, ical_uid, changed_by
  )
  values (
    v_uid, v_uid, v_person_id, v_deal_id, 'Discovery call', '2026-12-01T15:00:00Z', '2026-12-01T15:30:00Z',
    'mara@brightloom.example', v_uid || '@Cal.com', v_event_id
  )
  returning id into v_booking_id;
  insert into public.event_effects (event_id, account, booking_id, deal_id, deal, reason)
  values (v_event_id, v_domain, v_booking_id, v_deal_id, 'opened', 'Booked; there is a new deal.');
  insert into crm.accounts (key, happened_at, rank, digest) values (v_domain, now(), 2, v_number);
  insert into public.emails (event_id, booking_id, kind, calcom_uid, from_address, reply_to, to_address, details)
  values (
    v_event_id, v_booking_id, 'confirmation', v_uid, 'team@outboundsolutions.com', 'mara@brightloom.example', 'ann@' || v_domain,
    '{"title": "Discovery call between Mara Lindqvist and Tobias Reyes", "start_time": "2026-12-01T15:00:00+00:00", "end_time": "2026-12-01T15:30:00+00:00", "time_zone": "America/Chicago", "locale": "en", "attendee_name": "Ann Example", "organizer_name": "Mara Lindqvist", "organizer_email": "mara@brightloom.example", "location": "integrations:daily", "join_url": "https://app.cal.com/video/kX3vQ9mTzR4bLs7WdYn2Pa", "booker_url": "https://cal.com"}'
  );
end;
$$;
