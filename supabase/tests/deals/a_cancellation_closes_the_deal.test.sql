-- Rule: the active deal of the person's company becomes cancelled.
begin;
select plan(4);

-- Given a booking, and one of another company
create temporary table before as select tests.send('BOOKING_CREATED') ->> 'deal_id' as deal_id;
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "email": "grace@hopper.test"}');

-- When
create temporary table answer as select tests.send('BOOKING_CANCELLED') as value;

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a CANCELLED', 'the booking is cancelled');
select is(tests.deals_of('lovelace.test'), 'cancelled booked', 'the deal is cancelled');
select is(tests.deals_of('hopper.test'), 'active booked', 'the deal of another company is not');
select is(
  (select concat_ws(' ', a.value ->> 'deal', a.value ->> 'deal_id') from answer as a),
  (select 'cancelled ' || b.deal_id from before as b),
  'the answer says so'
);

select * from finish();
rollback;
