-- Rule: the Edge Function stores the body before it asks for a decision; that row is decided, and none is added.
begin;
select plan(4);

-- Given two deliveries of one body, stored but not decided
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
  (select count(*) from public.calcom_events as e where e.payload = tests.calcom_event('BOOKING_CREATED')), 2::bigint,
  'no row is added'
);
select is_empty(
  $$ select from public.calcom_events as e join stored as s using (id) where e.outcome is null or e.handled_at is null $$,
  'none is left undecided'
);

select * from finish();
rollback;
