-- Rule: an event that names a uid from any step of the chain is about the same booking.
begin;
select plan(2);

-- Given A, moved to B, moved to C
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_RESCHEDULED');
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-c", "rescheduleUid": "uid-b", "createdAt": "2026-03-02T10:30:00Z", "startTime": "2026-03-11T15:00:00Z"
}');

-- When an old link, to the first uid, is used once more
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-d", "rescheduleUid": "uid-a", "createdAt": "2026-03-02T10:40:00Z", "startTime": "2026-03-12T15:00:00Z"
}');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-d ACCEPTED', 'a move from the first uid moves it');

-- When a cancellation names a uid in the middle
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b"}');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-d CANCELLED', 'a cancellation of a former uid cancels it');

select * from finish();
rollback;
