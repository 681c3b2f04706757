-- Rule: the end of a meeting says nothing about who came.
begin;
select plan(4);

-- Given a booking marked while the meeting goes on
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_NO_SHOW_UPDATED', '{"createdAt": "2026-03-09T15:10:00Z"}');

-- When it ends
select tests.send('MEETING_ENDED');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED', 'it was not attended');
select is(tests.deals_of('lovelace.test'), 'active booked', 'the deal is not met');

-- When the mark is taken back
select tests.send('BOOKING_NO_SHOW_UPDATED', '{
  "attendees": [{"email": "ada@lovelace.test", "noShow": false}], "createdAt": "2026-03-11T16:05:00Z"
}');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED attended', 'unmarked, it was attended after all');
select is(tests.deals_of('lovelace.test'), 'active met', 'and the deal is met');

select * from finish();
rollback;
