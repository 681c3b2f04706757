-- Rule: whoever replays a body fills nothing, also one that is no event. It is answered as it was the first time.
begin;
select plan(4);
select tests.empty_crm();

-- Given a signed body that is no event
create temporary table answers as
select 1 as number, public.handle_calcom_event(jsonb_build_object('padding', repeat('x', 1000))) as answer;

-- When it is delivered four times more
insert into public.calcom_events (payload)
select jsonb_build_object('padding', repeat('x', 1000)) from generate_series(1, 4);
insert into answers
select n, public.handle_calcom_event(jsonb_build_object('padding', repeat('x', 1000))) from generate_series(2, 5) as n;

-- Then
select is((select count(*) from public.calcom_events as e where e.payload ? 'padding'), 1::bigint, 'it is kept once');
select is((select max(e.repeat_count) from public.calcom_events as e), 4, 'and counted');
select is(
  array(select distinct a.answer ->> 'outcome' || ': ' || (a.answer ->> 'reason') from answers as a),
  array(select e.outcome || ': ' || e.reason from public.calcom_events as e where e.payload ? 'padding'),
  'the answer is the same each time'
);

-- When it is tried again
select public.retry_failed_events();
select results_eq(
  $$ select e.outcome, count(*) from public.calcom_events as e group by 1 order by 1 $$,
  $$ values ('duplicate', 1::bigint), ('pending', 1) $$,
  'only the first is'
);

select * from finish();
rollback;
