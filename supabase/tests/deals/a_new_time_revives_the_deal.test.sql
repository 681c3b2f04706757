-- Rule: the deal that this cancellation closed becomes active again, the same row.
begin;
select plan(4);

-- Given a met deal, and a booking whose host asked for another time
create temporary table before as select tests.send('BOOKING_CREATED') ->> 'deal_id' as deal_id;
select tests.send('BOOKING_CANCELLED', '{"requestReschedule": true, "rescheduleUid": "uid-a", "createdAt": "2026-03-02T09:30:00Z"}');
select is(tests.deals_of('lovelace.test'), 'cancelled booked', 'it is cancelled until the guest chooses');

-- When
create temporary table answer as select tests.send('BOOKING_RESCHEDULED') as value;

-- Then
select is(tests.deals_of('lovelace.test'), 'active booked', 'it is active again');
select is(
  (select concat_ws(' ', a.value ->> 'deal', a.value ->> 'deal_id') from answer as a),
  (select 'revived ' || b.deal_id from before as b),
  'the answer says so'
);
select is(
  (select b.deal_id::text from public.bookings as b where b.calcom_uid = 'uid-b'), (select b.deal_id from before as b),
  'the booking counts for it'
);

select * from finish();
rollback;
