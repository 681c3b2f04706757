-- Rule: BOOKING_PAYMENT_INITIATED and BOOKING_PAID change nothing, also when they are about a known booking.
begin;
select plan(1);

-- Given a booking that was cancelled
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CANCELLED');
create temporary table before as select tests.picture('{lovelace.test}') as picture;

-- When
create temporary table answers as
select tests.send(t.trigger, '{"status": "ACCEPTED", "paid": true, "rescheduleUid": "uid-a", "uid": "uid-b"}') as answer
from unnest(array['BOOKING_PAYMENT_INITIATED', 'BOOKING_PAID']) as t (trigger);

-- Then
select is(tests.picture('{lovelace.test}'), (select b.picture from before as b), 'all is as before');

select * from finish();
rollback;
