-- Rule: the host asks for another time (a cancellation with requestReschedule); the guest's choice is a reschedule of it.
begin;
select plan(4);

-- Given a booking whose host asked for another time
create temporary table before as select tests.send('BOOKING_CREATED') ->> 'booking_id' as booking_id;
select tests.send('BOOKING_CANCELLED', '{
  "requestReschedule": true, "rescheduleUid": "uid-a", "createdAt": "2026-03-02T09:30:00Z",
  "cancellationReason": "Please reschedule. undefined"
}');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a CANCELLED', 'it is cancelled until the guest chooses');

-- When the guest chooses
select tests.send('BOOKING_RESCHEDULED');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-b ACCEPTED', 'it is accepted at the new time');
select is(
  (select b.id::text from public.bookings as b where b.calcom_uid = 'uid-b'), (select b.booking_id from before as b),
  'it is the same row'
);
select is(
  tests.emails_to('ada@lovelace.test'), 'confirmation uid-a, reschedule uid-b, cancellation uid-a',
  'the guest hears of each step'
);

select * from finish();
rollback;
