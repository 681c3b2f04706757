-- Rule: a cancellation closes the active deal, whatever its stage.
begin;
select plan(2);

-- Given a company with a meeting that took place and another to come
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "startTime": "2026-03-20T15:00:00Z", "createdAt": "2026-03-02T09:30:00Z"}');
select tests.send('MEETING_ENDED');

-- When the one to come is cancelled
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b", "createdAt": "2026-03-10T11:00:00Z"}');

-- Then
select is(tests.deals_of('lovelace.test'), 'cancelled met', 'it is cancelled, and stays met');
select is(
  tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED attended, uid-b CANCELLED',
  'the meeting that took place is left alone'
);

select * from finish();
rollback;
