-- Rule: newer senders leave rescheduleUid out of the request; the calendar id is carried along a chain.
begin;
select plan(3);

-- Given
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "iCalUID": "uid-a@Cal.com"}');

-- When the attendee asks for another time, and the host confirms
select tests.send('BOOKING_REQUESTED', '{
  "uid": "uid-b", "iCalUID": "uid-a@Cal.com", "createdAt": "2026-03-02T10:00:00Z", "startTime": "2026-03-10T15:00:00Z"
}');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-b ACCEPTED', 'the request moves the booking');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-b", "iCalUID": "uid-a@Cal.com", "requiresConfirmation": true, "createdAt": "2026-03-02T10:20:00Z",
  "startTime": "2026-03-10T15:00:00Z"
}');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-b ACCEPTED', 'there is one booking, and it is confirmed');
select is(tests.deals_of('lovelace.test'), 'active booked', 'and one deal');

select * from finish();
rollback;
