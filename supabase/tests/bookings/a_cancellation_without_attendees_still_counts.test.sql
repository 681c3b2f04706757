-- Rule: it is possible to have no attendees when cancelled; an unseated booking is found by its uid alone.
begin;
select plan(3);

-- Given two bookings
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "email": "ada@lovelace.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "email": "grace@hopper.test"}');

-- When they are cancelled by bodies that name nobody
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-a", "attendees": [], "responses": null}');
select public.handle_calcom_event(
  tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-b"}') #- '{payload,attendees}' #- '{payload,responses}'
);

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a CANCELLED', 'with an empty list');
select is(tests.bookings_of('grace@hopper.test'), 'uid-b CANCELLED', 'with no list at all');
select is(
  array[tests.emails_to('ada@lovelace.test'), tests.emails_to('grace@hopper.test')],
  array['confirmation uid-a, cancellation uid-a', 'confirmation uid-b, cancellation uid-b'],
  'and the booker is told'
);

select * from finish();
rollback;
