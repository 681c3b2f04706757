-- Rule: a timer that names a uid that was replaced had been set for the old time.
begin;
select plan(4);

-- Given a booking that was moved
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_RESCHEDULED');

-- When the timer of the old time fires
create temporary table answer as select tests.send('MEETING_ENDED', '{"uid": "uid-a"}') as value;

-- Then
select is(
  (select concat_ws(': ', a.value ->> 'outcome', a.value ->> 'reason') from answer as a),
  'ignored: The meeting had been moved to another time.',
  'the answer says why'
);
select is(tests.bookings_of('ada@lovelace.test'), 'uid-b ACCEPTED', 'it was not attended');
select is(tests.deals_of('lovelace.test'), 'active booked', 'the deal is as before');

-- When the timer of the new time fires
select tests.send('MEETING_ENDED', '{"uid": "uid-b", "endTime": "2026-03-10T15:30:00.000Z", "fromReschedule": "uid-a"}');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-b ACCEPTED attended', 'the end of the new time counts');

select * from finish();
rollback;
