-- Rule: of the people on one uid, those who are listed, and nobody whom we do not know.
begin;
select plan(4);

-- Given two seats of a meeting that ended
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', 'uid-s', 'email', s.email, 'seatsPerTimeSlot', 10, 'attendeeSeatId', 'seat of ' || s.email
)) as answer
from unnest(array['ada@lovelace.test', 'grace@hopper.test']) as s (email);
select tests.send('MEETING_ENDED', '{"uid": "uid-s"}');

-- When one of them is marked
select tests.send('BOOKING_NO_SHOW_UPDATED', '{"bookingUid": "uid-s", "email": "grace@hopper.test"}');

-- Then
select is(
  array[tests.bookings_of('ada@lovelace.test'), tests.bookings_of('grace@hopper.test')],
  array['uid-s ACCEPTED attended', 'uid-s ACCEPTED'],
  'the other was there'
);
select is(
  array[tests.deals_of('lovelace.test'), tests.deals_of('hopper.test')], array['active met', 'active booked'],
  'only the deal of the missing person''s company falls back'
);

-- When somebody whom nobody knows is marked
select is(
  tests.send('BOOKING_NO_SHOW_UPDATED', '{"bookingUid": "uid-s", "email": "nobody@nowhere.test"}') ->> 'outcome', 'ignored',
  'a stranger is ignored'
);
select is_empty($$ select from public.people as p where p.email = 'nobody@nowhere.test' $$, 'and does not become a person');

select * from finish();
rollback;
