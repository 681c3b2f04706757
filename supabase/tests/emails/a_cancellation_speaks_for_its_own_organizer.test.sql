-- Rule: another host may have taken over without an event that says so: a cancellation names the one who cancels.
begin;
select plan(2);

-- Given
select tests.send('BOOKING_CREATED', '{"organizer": {"email": "a@modernfull.com", "name": "Anna"}}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-k", "email": "kofi@hopper.test", "organizer": {"email": "a@modernfull.com", "name": "Anna"}
}');

-- When
select tests.send('BOOKING_CANCELLED', '{"organizer": {"email": "Piet@Substrate.build", "name": "Piet"}}');
select tests.send('BOOKING_CANCELLED', '{
  "uid": "uid-k", "email": "kofi@hopper.test", "organizer": {"email": "Email-less", "name": "Nameless"}
}');

-- Then
select results_eq(
  $$ select e.from_address, e.reply_to, crm.email_facts(e) ->> 'organizer_name',
       crm.email_facts(e) ->> 'organizer_email'
     from tests.email('cancellation') as e $$,
  $$ values ('team@substrate.build', 'piet@substrate.build', 'Piet', 'piet@substrate.build') $$,
  'brand, replies and name are those of the organizer in the event'
);
select results_eq(
  $$ select e.from_address, e.reply_to from tests.email('cancellation', 'kofi@hopper.test') as e $$,
  $$ values ('team@modernfull.com', 'a@modernfull.com') $$,
  'where it names none, those of the booking'
);

select * from finish();
rollback;
