-- Rule: one event that lists all attendees ends the whole meeting.
begin;
select plan(4);

-- Given two seats
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', 'uid-s', 'email', s.email, 'seatsPerTimeSlot', 10, 'attendeeSeatId', 'seat of ' || s.email
)) as answer
from unnest(array['ada@lovelace.test', 'grace@hopper.test']) as s (email);

-- When the host cancels it
create temporary table answer as
select tests.send('BOOKING_CANCELLED', '{
  "uid": "uid-s", "seatsPerTimeSlot": 10,
  "attendees": [{"email": "ada@lovelace.test", "name": "Ada"}, {"email": "grace@hopper.test", "name": "Grace"}]
}') as value;

-- Then
select is(
  array[tests.bookings_of('ada@lovelace.test'), tests.bookings_of('grace@hopper.test')],
  array['uid-s CANCELLED', 'uid-s CANCELLED'],
  'both bookings are cancelled'
);
select is(
  array[tests.deals_of('lovelace.test'), tests.deals_of('hopper.test')], array['cancelled booked', 'cancelled booked'],
  'both deals are'
);
select is(
  array[tests.emails_to('ada@lovelace.test'), tests.emails_to('grace@hopper.test')],
  array['confirmation uid-s, cancellation uid-s', 'confirmation uid-s, cancellation uid-s'],
  'both people are told'
);
select is(
  (select jsonb_array_length(a.value -> 'touched') from answer as a), 2,
  'the answer names both bookings'
);

select * from finish();
rollback;
