-- Rule: migrations/…_calcom_bookings.sql, crm.read_api_booking(); …_reconciliation.sql, crm.reconcile_rows()
begin;
select plan(26);
select tests.empty_crm();

create function pg_temp.made(p_rows jsonb, p_host_ids text[] default null) returns text language sql as $$
  select tests.created(public.reconcile_calcom_bookings(p_rows, host_ids => p_host_ids))
$$;
create function pg_temp.rows() returns text language sql as $$
  select concat_ws(' ', (select count(*) from public.people), (select count(*) from public.bookings),
    (select count(*) from public.calcom_events))
$$;

-- What is no booking, or of nobody
select is(
  pg_temp.made('[null, 7, "x", [], {}, {"uid": ""}, {"uid": "a"}, {"uid": {"b": 1}, "status": "accepted"}]'),
  'skipped 8', 'what is no booking is skipped'
);
select is(pg_temp.made('null') || pg_temp.made('{"a": 1}') || pg_temp.made('7'), '', 'no list is an empty one');
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking(format('{"uid": %s}', to_json(repeat('x', 201)))::jsonb))),
  'skipped 1', 'a uid that Cal.com never makes is none'
);
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking('{"email": "unknown", "name": "unknown"}'))),
  'skipped 1', '"unknown" is nobody'
);
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking(
    '{"attendees": [{"email": "host@host.test"}], "email": "unknown"}'))),
  'skipped 1', 'nor is the first attendee in its place'
);
select is(
  tests.created(public.reconcile_calcom_bookings(
    jsonb_build_array(tests.api_booking('{"email": "15550100@sms.cal.com"}')), is_dry_run => true
  )),
  'BOOKING_CREATED 1', 'who booked by telephone has an address, too, though nobody can write to it'
);
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking('{"status": "awaiting_host"}'),
    tests.api_booking('{"status": "ACCEPTED", "uid": "b"}'))),
  'skipped 2', 'a status that nobody knows says nothing'
);
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking('{"start": "soon"}'),
    tests.api_booking('{"createdAt": null, "uid": "b"}'))),
  'skipped 2', 'nor do times that cannot be read'
);
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking(
    '{"status": "cancelled", "attendees": [], "bookingFieldsResponses": null}'))),
  'skipped 1', 'who sat in a meeting that was cancelled before anybody here knew of it nobody can tell'
);
select is(pg_temp.rows(), '0 0 0', 'all of this leaves no row');
select is(
  public.reconcile_calcom_bookings(jsonb_build_array(tests.api_booking('{"status": "awaiting_host"}'))) -> 'skipped',
  '[{"uid": "uid-a", "reason": "Its status \"awaiting_host\" says nothing here."}]', 'it is said which row, and why'
);

-- When a request named no booking and was taken for another time of the only one that fits
savepoint asked;
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', 'old', 'email', 'ada@lovelace.test', 'createdAt', tests.api_time('-3 hours'),
  'startTime', tests.api_time('7 days'), 'endTime', tests.api_time('7 days 30 minutes')
));
select tests.send('BOOKING_REQUESTED', jsonb_build_object(
  'uid', 'new', 'email', 'ada@lovelace.test', 'createdAt', tests.api_time('-2 hours'), 'status', 'PENDING',
  'startTime', tests.api_time('8 days'), 'endTime', tests.api_time('8 days 30 minutes')
));
select tests.let_log_rest();
select is(
  array(select concat_ws(' ', b.calcom_uid, b.previous_uids) from public.bookings as b), array['new {old}'],
  'the booking has the uid of the request'
);
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking('{"uid": "old", "status": "cancelled"}'))), 'known 1',
  'its old row, which says cancelled and not why, says nothing about it'
);
rollback to savepoint asked;

-- Whose meetings come here
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking(), tests.api_booking('{"hosts": [], "uid": "b"}')), array['7']),
  'skipped 2', 'a meeting of which the key''s user is only a guest is not theirs'
);
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking()), array['7', '412']), 'BOOKING_CREATED 1',
    'one of a host who counts is'
);

-- What Cal.com, or its webhook, may still be at work on
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking(
    jsonb_build_object('uid', 'b', 'updatedAt', tests.api_time('-1 minute'))))),
  'waiting 1', 'a booking that was written a minute ago waits'
);
select public.handle_calcom_event(tests.webhook_of(tests.api_booking('{"uid": "c", "email": "cleo@acme.test"}')));
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking('{"uid": "c", "email": "cleo@acme.test", "status": "cancelled"}'))),
  'waiting 1', 'so does one of which a webhook came just now'
);
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking('{"uid": "c", "email": "cleo@acme.test"}'))),
  'known 1', 'when nothing is missing there is nothing to wait for'
);
insert into public.calcom_events (payload) values (
  tests.webhook_of(tests.api_booking('{"uid": "d", "email": "dan@acme.test"}')));
select tests.let_log_rest();
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking('{"uid": "d", "email": "dan@acme.test"}'))),
  'waiting 1', 'and one with an event that nobody has decided yet'
);
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking('{"uid": "c", "email": "cleo@acme.test", "status": "cancelled"}'))),
  'BOOKING_CANCELLED 1', 'after two minutes it is made up'
);

-- What the API does not say
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking('{"uid": "e", "status": "rejected", "email": "eve@acme.test"}'))),
  'BOOKING_REJECTED 1', 'a request that was rejected before anybody knew of it is noted'
);
select is((select count(*) from public.people as p where p.email = 'eve@acme.test'), 0::bigint,
  'and makes nobody a person');
select is(
  pg_temp.made(jsonb_build_array(tests.api_booking(jsonb_build_object(
    'uid', 'f', 'email', 'fay@acme.test', 'status', 'cancelled', 'rescheduledToUid', 'g'
  )))),
  'BOOKING_CREATED 1', 'a booking that was moved is booked'
);
select is(tests.bookings_of('fay@acme.test'), 'f ACCEPTED', 'and waits for the one that took its place');
select is(
  (select string_agg(distinct e.source || ' ' || (e.payload ->> 'madeBy'), ', ') from public.calcom_events as e
    where e.source <> 'webhook'),
  'reconciliation reconciliation', 'the log says which events were made up'
);
select is(
  (select string_agg(e.outcome, ', ') from public.calcom_events as e where e.outcome in ('failed')), null,
    'nothing has failed'
);

select * from finish();
rollback;
