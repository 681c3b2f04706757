-- Rule: a replay that has paused goes on with the rows that it had made, unless an event has made the same ones since.
begin;
select plan(7);

-- Given no time for more than one event in a call
create or replace function crm.replay_deadline() returns timestamptz
language sql stable return timestamptz '-infinity';

-- Given a cancellation that waits for its booking, which pauses on its way
select tests.send(
  'BOOKING_CANCELLED', '{"uid": "uid-x", "email": "ada@new.test", "createdAt": "2037-03-03T09:00:00Z"}'
);
select is(
  tests.send('BOOKING_CREATED', '{"uid": "uid-x", "email": "ada@new.test", "createdAt": "2037-03-01T09:00:00Z"}')
    -> 'is_pending',
  'true', 'the company is not there yet'
);

-- When a colleague makes the company
select is(
  tests.send('BOOKING_CREATED', '{"uid": "uid-y", "email": "grace@new.test", "createdAt": "2037-03-09T09:00:00Z"}')
    ->> 'outcome',
  'applied', 'another event has made it'
);

-- Then
select public.handle_pending_event('0') from generate_series(1, 29);
select is(public.handle_pending_event('0'), null, 'it comes to its end');
select is(
  concat_ws('; ', tests.bookings_of('ada@new.test'), tests.bookings_of('grace@new.test')),
  'uid-x CANCELLED; uid-y ACCEPTED', 'with what both have made'
);

-- Given a booking that somebody has deleted, and entered again
create or replace function crm.replay_deadline() returns timestamptz
language sql stable return null::timestamptz;
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-01T09:00:00Z"}');
delete from public.bookings as b where b.attendee_email = 'ada@lovelace.test';
insert into public.bookings (calcom_uid, person_id)
select 'uid-a', p.id from public.people as p where p.email = 'ada@lovelace.test';
create temporary table entered as select b.id from public.bookings as b where b.attendee_email = 'ada@lovelace.test';

-- When an event comes that is older, and pauses again and again
create or replace function crm.replay_deadline() returns timestamptz
language sql stable return timestamptz '-infinity';
select tests.send('BOOKING_CREATED', '{"uid": "uid-0", "createdAt": "2037-02-01T09:00:00Z"}');

-- Then
select public.handle_pending_event('0') from generate_series(1, 29);
select is(public.handle_pending_event('0'), null, 'it comes to its end, past the row that had the same key');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-0 ACCEPTED, uid-a ACCEPTED', 'both bookings are there');
select is(
  (select b.id from public.bookings as b where b.calcom_uid = 'uid-a'), (select e.id from entered as e),
  'and the one entered by hand is that row'
);

select * from finish();
rollback;
