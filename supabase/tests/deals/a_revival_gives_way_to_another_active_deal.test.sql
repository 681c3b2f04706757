-- Rule: unless the company has another active one by then.
begin;
select plan(4);

-- Given a booking whose host asked for another time, and a colleague who booked meanwhile
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CANCELLED', '{"requestReschedule": true, "rescheduleUid": "uid-a", "createdAt": "2026-03-02T09:30:00Z"}');
create temporary table other as
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2026-03-02T09:40:00Z"
}') ->> 'deal_id' as deal_id;

-- When the guest chooses
select is(tests.send('BOOKING_RESCHEDULED') ->> 'outcome', 'applied', 'the reschedule counts');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-b ACCEPTED', 'the booking is accepted again');
select is(tests.deals_of('lovelace.test'), 'cancelled booked, active booked', 'the old deal stays cancelled');
select is(
  (select b.deal_id::text from public.bookings as b where b.calcom_uid = 'uid-b'), (select o.deal_id from other as o),
  'the booking counts for the active one'
);

select * from finish();
rollback;
