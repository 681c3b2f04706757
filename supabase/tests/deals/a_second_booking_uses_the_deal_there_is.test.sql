-- Rule: a company has one active deal, whoever of it books.
begin;
select plan(4);

-- Given
create temporary table before as select tests.send('BOOKING_CREATED') ->> 'deal_id' as deal_id;

-- When a colleague books another meeting
create temporary table answer as
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "email": "grace@lovelace.test"}') as value;

-- Then
select is(tests.deals_of('lovelace.test'), 'active booked', 'there is no second deal');
select is(
  (select a.value ->> 'deal_id' from answer as a), (select b.deal_id from before as b),
  'the answer names the deal there is'
);
select is(
  (select count(distinct b.deal_id) from public.bookings as b where b.calcom_uid in ('uid-a', 'uid-b')), 1::bigint,
  'both bookings count for it'
);
select isnt((select a.value ->> 'deal' from answer as a), 'opened', 'the answer does not call it new');

select * from finish();
rollback;
