-- Rule: the seats of an event share one uid, and each is booked by an event that names one person.
begin;
select plan(6);

-- Given two people of different firms on one uid
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-s", "email": "ada@lovelace.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"
}');
select is(
  tests.send('BOOKING_CREATED', '{
    "uid": "uid-s", "email": "grace@hopper.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-2",
    "createdAt": "2026-03-02T09:05:00Z"
  }') ->> 'outcome',
  'applied',
  'the second seat is no repeat of the first'
);

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-s ACCEPTED', 'the first person has a booking');
select is(tests.bookings_of('grace@hopper.test'), 'uid-s ACCEPTED', 'so has the second');
select is(tests.deals_of('hopper.test'), 'active booked', 'and a deal of their company');
select is(tests.emails_to('grace@hopper.test'), 'confirmation uid-s', 'and a mail');

-- When it ends
select tests.send('MEETING_ENDED', '{"uid": "uid-s"}');

-- Then
select is(
  array[tests.bookings_of('ada@lovelace.test'), tests.bookings_of('grace@hopper.test')],
  array['uid-s ACCEPTED attended', 'uid-s ACCEPTED attended'],
  'everybody was there, listed or not'
);

select * from finish();
rollback;
