-- Rule: the sender's timer had already been set.
begin;
select plan(3);

-- Given a booking that was cancelled
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CANCELLED');

-- When its timer fires
create temporary table answer as select tests.send('MEETING_ENDED') as value;

-- Then
select is(
  (select concat_ws(': ', a.value ->> 'outcome', a.value ->> 'reason') from answer as a),
  'ignored: The meeting had been cancelled.',
  'the answer says why'
);
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a CANCELLED', 'it was not attended');
select is(tests.deals_of('lovelace.test'), 'cancelled booked', 'the deal is as before');

select * from finish();
rollback;
