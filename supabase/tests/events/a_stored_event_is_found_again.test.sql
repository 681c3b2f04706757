-- Rule: the Edge Function stores the body before it asks for a decision; that row is decided, and none is added.
begin;
select plan(4);

-- Given one body twice, stored but not decided
insert into public.calcom_events (payload, raw_body)
values
  (tests.calcom_event('BOOKING_CREATED'), convert_to(tests.calcom_event('BOOKING_CREATED')::text, 'UTF8')),
  (tests.calcom_event('BOOKING_CREATED'), null);
create temporary table stored as
select e.id from public.calcom_events as e where e.payload = tests.calcom_event('BOOKING_CREATED');

-- When each is decided
create temporary table answers as select tests.send('BOOKING_CREATED') as answer from generate_series(1, 2);

-- Then
select results_eq(
  $$ select (a.answer ->> 'event_id')::uuid from answers as a order by 1 $$,
  $$ select s.id from stored as s order by 1 $$,
  'each answer is about one of the two rows'
);
select is(
  array(select a.answer ->> 'outcome' from answers as a order by 1), array['applied', 'duplicate'],
  'one counts, one is its repeat'
);
select is(
  array(
    select e.outcome from public.calcom_events as e where e.payload = tests.calcom_event('BOOKING_CREATED') order by 1
  ),
  array['applied', 'duplicate'],
  'no row is added, none is left pending'
);
select is(
  (select count(*) from public.calcom_events as e join stored as s using (id) where e.raw_body is not null), 1::bigint,
  'the exact bytes stay with it'
);

select * from finish();
rollback;
