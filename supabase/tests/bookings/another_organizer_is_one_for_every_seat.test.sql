-- Rule: a meeting with seats has one organizer. Whoever takes it over takes it over for everybody, whomever the event
--       lists.
begin;
select plan(2);
select tests.empty_crm();

-- Given seats of two companies
select tests.send('BOOKING_CREATED', '{"attendeeSeatId": "seat-1", "seatsPerTimeSlot": 5}');
select tests.send('BOOKING_CREATED', '{
  "attendeeSeatId": "seat-2", "seatsPerTimeSlot": 5, "email": "rosa@hopper.test", "name": "Rosa"
}');

-- When
select is(
  tests.send('BOOKING_REASSIGNED', '{
    "seatsPerTimeSlot": 5, "organizer": {"email": "piet@host.test", "name": "Piet"}
  }') ->> 'outcome',
  'applied', 'somebody takes it over, in an event that lists one of them'
);

-- Then
select results_eq(
  'select b.attendee_email, b.organizer_email from public.bookings as b order by 1',
  $$ values ('ada@lovelace.test', 'piet@host.test'), ('rosa@hopper.test', 'piet@host.test') $$,
  'both have the new organizer'
);

select * from finish();
rollback;
