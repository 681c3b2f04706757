-- Rule: one uid, several people.
begin;
select plan(1);

-- When two people of one company take a seat
select tests.send('BOOKING_CREATED', '{"seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"}');
select tests.send('BOOKING_CREATED', '{"seatsPerTimeSlot": 10, "attendeeSeatId": "seat-2", "email": "grace@lovelace.test"}');

-- Then
select is(
  array[tests.emails_to('ada@lovelace.test'), tests.emails_to('grace@lovelace.test')],
  array['confirmation uid-a', 'confirmation uid-a'],
  'each is confirmed'
);

select * from finish();
rollback;
