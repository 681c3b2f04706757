-- Rule: the target of a one-seat reschedule may be a meeting with people in it.
begin;
select plan(1);

-- Given a seat at each of two times
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-s", "email": "ada@lovelace.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"
}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-t", "email": "grace@hopper.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-2",
  "startTime": "2026-03-10T15:00:00Z"
}');

-- When Ada moves to Grace's time
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-t", "rescheduleUid": "uid-s", "email": "ada@lovelace.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"
}');

-- Then
select is(
  array[tests.bookings_of('ada@lovelace.test'), tests.bookings_of('grace@hopper.test')],
  array['uid-t ACCEPTED', 'uid-t ACCEPTED'],
  'both sit in one meeting'
);

select * from finish();
rollback;
