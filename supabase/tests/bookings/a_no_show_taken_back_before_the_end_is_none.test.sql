-- Rule: unmarked, as before: a meeting that has not ended was not attended.
begin;
select plan(2);

-- Given a booking marked too early
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_NO_SHOW_UPDATED', '{"createdAt": "2026-03-09T15:10:00Z"}');

-- When the mark is taken back
select tests.send('BOOKING_NO_SHOW_UPDATED', '{
  "attendees": [{"email": "ada@lovelace.test", "noShow": false}], "createdAt": "2026-03-09T15:12:00Z"
}');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED', 'it is not attended before it ends');
select is(tests.deals_of('lovelace.test'), 'active booked', 'and the deal not met');

select * from finish();
rollback;
