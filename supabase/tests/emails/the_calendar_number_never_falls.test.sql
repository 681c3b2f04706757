-- Rule: whatever was told before, the next mail has a higher number.
begin;
select plan(1);

-- Given a booking that Cal.com has counted far
select tests.send('BOOKING_CREATED', '{"iCalSequence": 40}');

-- When it is cancelled by an event that says nonsense
select tests.send('BOOKING_CANCELLED', '{"iCalSequence": "many"}');

-- Then
select results_eq(
  $$ select e.kind, e.details #> '{calendar,sequence}' from public.emails as e
     where e.to_address = 'ada@lovelace.test' order by e.kind desc $$,
  $$ values ('confirmation', '40'::jsonb), ('cancellation', '41'::jsonb) $$,
  'it goes on from what was told'
);

select * from finish();
rollback;
