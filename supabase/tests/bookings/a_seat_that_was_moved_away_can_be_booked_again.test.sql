-- Rule: a booking row is one person under one uid; who left a meeting for another may come to both.
begin;
select plan(3);

-- Given a seat that moved to another time
select tests.send('BOOKING_CREATED', '{"uid": "uid-s", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"}');
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-t", "rescheduleUid": "uid-s", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"
}');

-- When the person books a seat at the first time as well
select is(
  tests.send('BOOKING_CREATED', '{
    "uid": "uid-s", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-2", "createdAt": "2026-03-02T12:00:00Z"
  }') ->> 'outcome',
  'applied', 'the new seat counts'
);

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-s ACCEPTED, uid-t ACCEPTED', 'both seats are booked');
select is(
  (select count(*) from public.emails as e where e.to_address = 'ada@lovelace.test' and e.kind = 'confirmation'), 2::bigint,
  'both are confirmed'
);

select * from finish();
rollback;
