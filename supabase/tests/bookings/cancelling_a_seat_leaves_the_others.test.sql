-- Rule: a seated cancellation is about the people in its attendees. Its answers belong to somebody else.
begin;
select plan(4);

-- Given three seats
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', 'uid-s', 'email', s.email, 'seatsPerTimeSlot', 10, 'attendeeSeatId', 'seat of ' || s.email
)) as answer
from unnest(array['ada@lovelace.test', 'grace@hopper.test', 'mary@somerville.test']) as s (email);

-- When Grace leaves, and Cal.com fills the answers with Ada's
select tests.send('BOOKING_CANCELLED', '{
  "uid": "uid-s", "seatsPerTimeSlot": 10,
  "attendees": [{"id": 7, "email": "Grace@hopper.test", "name": "Grace", "locale": "en"}],
  "responses": {"email": {"label": "email_address", "value": "ada@lovelace.test"}, "guests": {"value": ["mary@somerville.test"]}}
}');

-- Then
select is(
  array[
    tests.bookings_of('ada@lovelace.test'), tests.bookings_of('grace@hopper.test'), tests.bookings_of('mary@somerville.test')
  ],
  array['uid-s ACCEPTED', 'uid-s CANCELLED', 'uid-s ACCEPTED'],
  'only the listed person''s booking is cancelled'
);
select is(
  array[tests.deals_of('lovelace.test'), tests.deals_of('hopper.test'), tests.deals_of('somerville.test')],
  array['active booked', 'cancelled booked', 'active booked'],
  'and only the deal of their company'
);
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-s', 'nobody else is told');
select is(tests.emails_to('grace@hopper.test'), 'confirmation uid-s, cancellation uid-s', 'they are told');

select * from finish();
rollback;
