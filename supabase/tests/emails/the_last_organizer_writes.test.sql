-- Rule: the host may change with a reschedule; the mail speaks for the new one.
begin;
select plan(1);

-- Given
select tests.send('BOOKING_CREATED', '{"organizer": {"email": "greta@modernfull.com"}}');

-- When another host takes over
select tests.send('BOOKING_RESCHEDULED', '{"organizer": {"email": "piet@substrate.build"}}');

-- Then
select results_eq(
  $$ select e.kind, e.from_address, e.reply_to from public.emails as e where e.to_address = 'ada@lovelace.test' order by 1 $$,
  $$ values
     ('confirmation', 'team@modernfull.com', 'greta@modernfull.com'),
     ('reschedule', 'team@substrate.build', 'piet@substrate.build') $$,
  'each mail has the brand and the reply address of its host'
);

select * from finish();
rollback;
