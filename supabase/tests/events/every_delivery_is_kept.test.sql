-- Rule: one row per delivery, for ever, with what became of it.
begin;
select plan(4);

-- When the same body comes three times, and a copy from a second webhook
create temporary table answers as
select n, tests.send(
  'BOOKING_CREATED', jsonb_build_object('createdAt', case when n = 4 then '2026-03-02T09:00:00.017Z' else '2026-03-02T09:00:00Z' end)
) as answer
from generate_series(1, 4) as n;

-- Then
select is(
  (select count(*) from public.calcom_events as e where e.payload #>> '{payload,uid}' = 'uid-a'), 4::bigint,
  'there are four rows'
);
select results_eq(
  $$ select a.answer ->> 'outcome' from answers as a order by a.n $$,
  $$ values ('applied'), ('duplicate'), ('duplicate'), ('duplicate') $$,
  'one counts'
);
select results_eq(
  $$ select e.outcome, e.reason, e.handled_at is not null
     from answers as a join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid order by a.n $$,
  $$ select a.answer ->> 'outcome', a.answer ->> 'reason', true from answers as a order by a.n $$,
  'each keeps the outcome and reason of its answer'
);
select is(
  (
    select e.payload from public.calcom_events as e join answers as a on e.id = (a.answer ->> 'event_id')::uuid
    where a.n = 1
  ),
  tests.calcom_event('BOOKING_CREATED', '{"createdAt": "2026-03-02T09:00:00Z"}'),
  'the body is kept as received'
);

select * from finish();
rollback;
