-- Rule: for seats a cancellation is not the end: a new seat of the same person makes the booking accepted again.
begin;
select plan(5);

-- Given a seat that was booked and cancelled
select tests.send('BOOKING_CREATED', '{"uid": "uid-s", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-s", "seatsPerTimeSlot": 10}');

-- When the person books again
create temporary table answer as
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-s", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-2", "createdAt": "2026-03-02T12:00:00Z"
}') as value;

-- Then
select is((select a.value ->> 'outcome' from answer as a), 'applied', 'the answer says so');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-s ACCEPTED', 'the booking is accepted again');
select is(tests.deals_of('lovelace.test'), 'cancelled booked, active booked', 'the company has a new deal');
select is(
  (select count(*) from public.emails as e where e.to_address = 'ada@lovelace.test' and e.kind = 'confirmation'), 2::bigint,
  'the new seat is confirmed'
);

-- When a copy of the first seat's booking comes in late
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-s", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1", "createdAt": "2026-03-02T09:00:00.017Z"
}');

-- Then
select is(tests.deals_of('lovelace.test'), 'cancelled booked, active booked', 'a late copy changes nothing');

select * from finish();
rollback;
