-- Rule: every body that arrived has its row, for ever, with what became of it.
begin;
select plan(6);
select tests.empty_crm();

-- When the same body comes three times, and a copy from a second webhook
create temporary table answers as
select n, tests.send(
  'BOOKING_CREATED',
  jsonb_build_object('createdAt', case when n = 4 then '2037-03-02T09:00:00.017Z' else '2037-03-02T09:00:00Z' end)
) as answer
from generate_series(1, 4) as n;

-- Then
select results_eq(
  $$ select e.payload #>> '{payload,uid}', e.repeat_count from public.calcom_events as e order by 2 nulls first $$,
  $$ values ('uid-a', null::integer), ('uid-a', null), (null, 2) $$,
  'each of the two bodies has a row, and the repeats of the first have one'
);
select results_eq(
  $$ select a.answer ->> 'outcome' from answers as a order by a.n $$,
  $$ values ('applied'), ('duplicate'), ('duplicate'), ('duplicate') $$,
  'one counts'
);
select results_eq(
  $$ select e.outcome, e.reason, e.decided_at is not null
     from answers as a join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid order by a.n $$,
  $$ select a.answer ->> 'outcome', a.answer ->> 'reason', true from answers as a order by a.n $$,
  'each keeps the outcome and reason of its answer'
);
select is(
  (
    select e.payload from public.calcom_events as e join answers as a on e.id = (a.answer ->> 'event_id')::uuid
    where a.n = 1
  ),
  tests.calcom_event('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00Z"}'),
  'the body is kept as received'
);
select throws_ok(
  $$ update public.calcom_events as e set outcome = 'done' where e.payload #>> '{payload,uid}' = 'uid-a' $$,
  '23514',
  'new row for relation "calcom_events" violates check constraint "calcom_events_outcome_is_known"',
  'an outcome is one of six'
);
select throws_ok(
  $$ update public.calcom_events as e set outcome = 'pending' where e.payload #>> '{payload,uid}' = 'uid-a' $$,
  '23514',
  'new row for relation "calcom_events" violates check constraint "calcom_events_decided_has_its_time"',
  'what is decided has its time, what is pending has none'
);

select * from finish();
rollback;
