-- Rule: BOOKING_REJECTED of a known booking is a cancellation.
begin;
select plan(4);

-- Given a booking whose attendee asked for another time
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_REQUESTED', '{
  "uid": "uid-b", "rescheduleUid": "uid-a", "createdAt": "2026-03-02T10:00:00Z", "startTime": "2026-03-10T15:00:00Z"
}');

-- When the host says no
select is(
  tests.send('BOOKING_REJECTED', '{"uid": "uid-b", "rejectionReason": "Away that day"}') ->> 'outcome', 'applied',
  'the rejection counts'
);

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-b CANCELLED', 'the booking is cancelled');
select is(tests.deals_of('lovelace.test'), 'cancelled booked', 'so is the deal');
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-a, cancellation uid-b', 'the attendee is told');

select * from finish();
rollback;
