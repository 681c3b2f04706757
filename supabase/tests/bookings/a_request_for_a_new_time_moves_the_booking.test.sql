-- Rule: where the host confirms, an attendee's reschedule comes as BOOKING_REQUESTED: the move, without a mail.
--       The BOOKING_CREATED that follows confirms it.
begin;
select plan(6);

-- Given
select tests.send('BOOKING_CREATED');

-- When the attendee asks for another time
create temporary table answer as
select tests.send('BOOKING_REQUESTED', '{
  "uid": "uid-b", "rescheduleUid": "uid-a", "createdAt": "2026-03-02T10:00:00Z",
  "startTime": "2026-03-10T15:00:00Z", "endTime": "2026-03-10T15:30:00Z"
}') as value;

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-b ACCEPTED', 'the booking is moved');
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-a', 'there is no mail yet');

-- When the host confirms
create temporary table confirmation as
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-b", "requiresConfirmation": true, "createdAt": "2026-03-02T10:20:00Z",
  "startTime": "2026-03-10T15:00:00.000Z", "endTime": "2026-03-10T15:30:00.000Z"
}') as value;

-- Then
select is((select c.value ->> 'outcome' from confirmation as c), 'applied', 'the confirmation counts');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-b ACCEPTED', 'there is still one booking');
select is(tests.deals_of('lovelace.test'), 'active booked', 'and one deal');
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-a, confirmation uid-b', 'now the new time is confirmed');

select * from finish();
rollback;
