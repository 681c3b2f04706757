-- Rule: a one-seat reschedule names the person in its attendees; the old uid keeps the others.
begin;
select plan(5);

-- Given two seats on one uid
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', 'uid-s', 'email', s.email, 'seatsPerTimeSlot', 10, 'attendeeSeatId', 'seat of ' || s.email
)) as answer
from unnest(array['ada@lovelace.test', 'grace@hopper.test']) as s (email);

-- When Grace moves to another time
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-t", "rescheduleUid": "uid-s", "email": "grace@hopper.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-9"
}');

-- Then
select is(tests.bookings_of('grace@hopper.test'), 'uid-t ACCEPTED', 'her booking has the new uid');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-s ACCEPTED', 'the other seat stays');
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-s', 'nobody else is told');

-- When the old meeting ends, and later the new one
select tests.send('MEETING_ENDED', '{"uid": "uid-s"}');

-- Then
select is(tests.bookings_of('grace@hopper.test'), 'uid-t ACCEPTED', 'the old meeting ends without her');
select tests.send('MEETING_ENDED', '{"uid": "uid-t", "endTime": "2026-03-10T15:30:00Z"}');
select is(tests.bookings_of('grace@hopper.test'), 'uid-t ACCEPTED attended', 'the new one ends with her');

select * from finish();
rollback;
