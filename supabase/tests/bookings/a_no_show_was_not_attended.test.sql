-- Rule: marked, the booking is not attended; unmarked, it is as before. People are named by address, the uid is bookingUid.
begin;
select plan(4);

-- Given a meeting that ended
select tests.send('BOOKING_CREATED');
select tests.send('MEETING_ENDED');

-- When the attendee is marked, spelled as typed
select is(
  tests.send('BOOKING_NO_SHOW_UPDATED', '{"attendees": [{"email": "Ada@Lovelace.TEST", "noShow": true}]}') ->> 'outcome',
  'applied',
  'the mark counts'
);
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED', 'marked, it was not attended');

-- When the mark is taken back
select tests.send('BOOKING_NO_SHOW_UPDATED', '{
  "attendees": [{"email": "ada@lovelace.test", "noShow": false}], "createdAt": "2026-03-11T16:05:00Z"
}');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED attended', 'unmarked, it was attended after all');
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-a', 'nobody is written to');

select * from finish();
rollback;
