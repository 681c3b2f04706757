-- Rule: rescheduleUid on a cancellation is no predecessor.
begin;
select plan(1);

-- Given two bookings
select tests.send('BOOKING_CREATED', '{"uid": "uid-a"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "startTime": "2026-03-10T15:00:00Z", "createdAt": "2026-03-02T09:30:00Z"}');

-- When one is cancelled by an event that mentions the other
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b", "rescheduleUid": "uid-a", "requestReschedule": true}');

-- Then
select is(
  tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED, uid-b CANCELLED',
  'only the booking of its own uid is cancelled'
);

select * from finish();
rollback;
