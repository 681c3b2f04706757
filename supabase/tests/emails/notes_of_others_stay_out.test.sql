-- Rule: what a seated booking says when it is moved or cancelled may be another person's.
begin;
select plan(1);

-- When
select tests.send('BOOKING_CREATED', '{"seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1", "additionalNotes": "Mine"}');
select tests.send('BOOKING_CANCELLED', '{"seatsPerTimeSlot": 10, "additionalNotes": "Somebody else''s"}');

-- Then
select results_eq(
  $$ select e.kind, crm.email_facts(e) ->> 'notes' from public.emails as e
     where e.to_address = 'ada@lovelace.test' order by e.kind desc $$,
  $$ values ('confirmation', 'Mine'), ('cancellation', null) $$,
  'only the booker''s own notes are told'
);

select * from finish();
rollback;
