-- Rule: Reply-To is the organizer's address, when there is one.
begin;
select plan(2);

-- When bookings are made with and without one
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "email": "ada@lovelace.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "email": "grace@hopper.test", "organizer": {"email": "Email-less"}}');

-- Then
select is(
  (select e.reply_to from public.emails as e where e.to_address = 'ada@lovelace.test'), 'greta@host.test',
  'it is the organizer'
);
select is(
  (select e.reply_to from public.emails as e where e.to_address = 'grace@hopper.test'), null,
  'what is no address is left out'
);

select * from finish();
rollback;
