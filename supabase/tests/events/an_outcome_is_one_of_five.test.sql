-- Rule: and it has its time.
begin;
select plan(2);

-- Given
select tests.send('BOOKING_CREATED');

-- Then
select throws_ok(
  $$ update public.calcom_events as e set outcome = 'done' where e.payload #>> '{payload,uid}' = 'uid-a' $$,
  '23514',
  'new row for relation "calcom_events" violates check constraint "calcom_events_outcome_is_known"',
  'any other is refused'
);
select throws_ok(
  $$ update public.calcom_events as e set outcome = null where e.payload #>> '{payload,uid}' = 'uid-a' $$,
  '23514',
  'new row for relation "calcom_events" violates check constraint "calcom_events_outcome_has_its_time"',
  'a time without an outcome is refused'
);

select * from finish();
rollback;
