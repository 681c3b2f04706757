-- Rule: createdAt of MEETING_ENDED is the creation of the booking; what happened before the end counts before it.
begin;
select plan(3);

-- Given a booking, whose end arrives
select tests.send('BOOKING_CREATED');
select tests.send('MEETING_ENDED', '{"createdAt": "2026-03-02T08:59:58.100Z"}');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED attended', 'it was attended');

-- When a cancellation of the days between arrives late
select tests.send('BOOKING_CANCELLED', '{"createdAt": "2026-03-05T09:00:00Z"}');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a CANCELLED', 'it had been cancelled before it could end');
select is(tests.deals_of('lovelace.test'), 'cancelled booked', 'so the deal was never met');

select * from finish();
rollback;
