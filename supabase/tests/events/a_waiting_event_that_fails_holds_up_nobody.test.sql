-- Rule: an event that waited is folded in when its booking arrives; if that fails, the booking counts all the same.
begin;
select plan(2);

-- Given a reschedule that waits, with a seat id that no index can hold
select tests.send('BOOKING_RESCHEDULED', jsonb_build_object(
  'attendeeSeatId', (select string_agg(md5(n::text), '') from generate_series(1, 500) as n)
));

-- When its booking arrives
select is(tests.send('BOOKING_CREATED') ->> 'outcome', 'applied', 'the booking counts');

-- Then
select isnt(tests.bookings_of('ada@lovelace.test'), null, 'it is there');

select * from finish();
rollback;
