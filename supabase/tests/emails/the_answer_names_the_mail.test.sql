-- Rule: whoever calls the door learns which mail is owed.
begin;
select plan(1);

-- When
create temporary table answer as select tests.send('BOOKING_CREATED') as value;

-- Then
select results_eq(
  $$ select e.kind, e.status, e.attempts, e.to_address, e.booking_id::text, e.event_id::text
     from public.emails as e where e.id = (select (a.value ->> 'email_id')::uuid from answer as a) $$,
  $$ select 'confirmation', 'due', 0, 'ada@lovelace.test', a.value ->> 'booking_id', a.value ->> 'event_id' from answer as a $$,
  'it is due, to the booker, for this booking and event'
);

select * from finish();
rollback;
