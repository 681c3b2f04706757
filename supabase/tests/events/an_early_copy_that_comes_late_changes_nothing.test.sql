-- Rule: the copy with the older createdAt may be the second to arrive.
begin;
select plan(4);

-- Given
create temporary table before as
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00.017Z"}') ->> 'booking_id' as booking_id;

-- When
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00.000Z"}');

-- Then
select is(
  (select b.id::text from public.bookings as b where b.calcom_uid = 'uid-a'), (select b.booking_id from before as b),
  'there is one booking, the same row'
);
select is(tests.deals_of('lovelace.test'), 'active booked', 'and one deal');
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-a', 'and one mail');
select is(
  array(
    select e.outcome from public.calcom_events as e where e.payload #>> '{payload,uid}' = 'uid-a' order by e.outcome
  ),
  array['applied', 'duplicate'],
  'the log says that one of them counts'
);

select * from finish();
rollback;
