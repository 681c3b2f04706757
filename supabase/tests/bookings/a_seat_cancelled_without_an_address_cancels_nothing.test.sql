-- Rule: an attendee without a usable address names nobody, alone or beside others.
begin;
select plan(3);

-- Given two seats
select tests.send('BOOKING_CREATED', '{"uid": "uid-s", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"}');
select tests.send(
  'BOOKING_CREATED',
  '{"uid": "uid-s", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-2", "attendees": [{"email": "grace@lovelace.test"}]}'
);

-- When
create temporary table answer as
select tests.send(
  'BOOKING_CANCELLED', '{"uid": "uid-s", "seatsPerTimeSlot": 10, "attendees": [{"email": null}]}'
) as value;
select tests.send(
  'BOOKING_CANCELLED',
  '{"uid": "uid-s", "seatsPerTimeSlot": 10, "attendees": [{"email": "Email-less"}, {"email": "grace@lovelace.test"}]}'
);

-- Then
select is((select a.value ->> 'outcome' from answer as a), 'ignored', 'an event without an address is ignored');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-s ACCEPTED', 'the seat that nobody names stays booked');
select is(tests.bookings_of('grace@lovelace.test'), 'uid-s CANCELLED', 'the seat of who is named is cancelled');

select * from finish();
rollback;
