-- Rule: what is cancelled stays cancelled; the next BOOKING_CREATED of the company opens another deal.
begin;
select plan(3);

-- Given a company whose deal was cancelled
create temporary table before as select tests.send('BOOKING_CREATED') ->> 'deal_id' as deal_id;
select tests.send('BOOKING_CANCELLED');

-- When a colleague books
create temporary table answer as
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2026-03-03T09:00:00Z"
}') as value;

-- Then
select is(tests.deals_of('lovelace.test'), 'cancelled booked, active booked', 'there are two deals');
select isnt(
  (select a.value ->> 'deal_id' from answer as a), (select b.deal_id from before as b),
  'the answer names the new one'
);
select is(
  (select b.deal_id::text from public.bookings as b where b.calcom_uid = 'uid-a'), (select b.deal_id from before as b),
  'the first booking still counts for the first'
);

select * from finish();
rollback;
