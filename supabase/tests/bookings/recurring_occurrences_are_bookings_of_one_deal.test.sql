-- Rule: a recurring booking sends one BOOKING_CREATED per occurrence.
begin;
select plan(4);

-- Given three occurrences
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', 'uid-' || n, 'startTime', format('2026-03-%sT15:00:00Z', 10 + n), 'endTime', format('2026-03-%sT15:30:00Z', 10 + n),
  'createdAt', format('2026-03-02T09:00:0%sZ', n), 'recurringEvent', '{"freq": 2, "count": 3, "interval": 1}'::jsonb
)) as answer
from generate_series(1, 3) as n;

-- Then
select is(
  tests.bookings_of('ada@lovelace.test'), 'uid-1 ACCEPTED, uid-2 ACCEPTED, uid-3 ACCEPTED',
  'each is a booking'
);
select is(tests.deals_of('lovelace.test'), 'active booked', 'there is one deal');
select is(
  (select count(distinct b.deal_id) from public.bookings as b where b.calcom_uid in ('uid-1', 'uid-2', 'uid-3')), 1::bigint,
  'all of them count for it'
);

-- When one of them is cancelled
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-2", "recurringEvent": {"freq": 2, "count": 3, "interval": 1}}');

-- Then
select is(
  tests.bookings_of('ada@lovelace.test'), 'uid-1 ACCEPTED, uid-2 CANCELLED, uid-3 ACCEPTED',
  'a cancellation is about its own occurrence'
);

select * from finish();
rollback;
