-- Rule: the event with the fewest attempts first, then in the sender's order; one event in one transaction.
begin;
select plan(3);

-- Given four events that nobody decided
insert into public.calcom_events (payload, attempts, received_at)
select
  tests.calcom_event('BOOKING_CREATED', jsonb_build_object(
    'uid', e.uid, 'email', format('ada@%s.test', e.uid), 'createdAt', tests.iso(now() - e.age)
  )),
  e.attempts, now() - interval '1 minute'
from (
  values
    ('tried', 1, interval '4 hours'), ('young', 0, interval '1 hour'), ('old', 0, interval '3 hours'),
    ('tired', 4, interval '5 hours')
) as e (uid, attempts, age);

-- When, whatever plan Postgres chooses
set local enable_indexscan = off;
select public.handle_pending_event();
select is(
  array(
    select e.uid from public.calcom_events as e
    where e.payload #>> '{payload,uid}' in ('tried', 'young', 'old', 'tired') and e.outcome <> 'pending'
  ),
  array['old'], 'one call decides the oldest of those with the fewest attempts, and no other'
);

-- Then
create temporary table answers as
select n, (public.handle_pending_event() ->> 'event_id')::uuid as id from generate_series(1, 3) as n;
select is(
  array(select e.uid from answers as a join public.calcom_events as e using (id) order by a.n),
  array['young', 'tried', 'tired'], 'the next calls decide the next'
);
select is(public.handle_pending_event(), null, 'and then there is none');

select * from finish();
rollback;
