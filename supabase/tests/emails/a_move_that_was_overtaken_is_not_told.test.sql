-- Rule: of a chain that arrives in the wrong order, only the last step is told.
begin;
select plan(3);

-- Given a booking, moved to B and then to C
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-c", "rescheduleUid": "uid-b", "createdAt": "2026-03-02T10:30:00Z", "startTime": "2026-03-11T15:00:00Z"
}');

-- When the step to B arrives last
select is(tests.send('BOOKING_RESCHEDULED') ->> 'email', 'none', 'the late step owes no mail');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-c ACCEPTED', 'the booking is at the last time');
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-a, reschedule uid-c', 'only the last step is told');

select * from finish();
rollback;
