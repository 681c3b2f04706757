-- Rule: a second webhook sends the cancellation again, with another createdAt and maybe late.
begin;
select plan(4);

-- Given a booking that was cancelled, and the company's new deal
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CANCELLED');
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "createdAt": "2026-03-03T09:00:00Z", "startTime": "2026-03-12T15:00:00Z"}');

-- When the cancellation comes again
select is(
  tests.send('BOOKING_CANCELLED', '{"createdAt": "2026-03-02T11:00:00.019Z"}') ->> 'outcome', 'duplicate',
  'the near-duplicate is called one'
);
select is(tests.deals_of('lovelace.test'), 'cancelled booked, active booked', 'the new deal stays active');

-- When it comes with the time of another day
select tests.send('BOOKING_CANCELLED', '{"createdAt": "2026-03-04T11:00:00Z"}');

-- Then
select is(tests.deals_of('lovelace.test'), 'cancelled booked, active booked', 'also when the copy claims to be newer');
select is(
  tests.emails_to('ada@lovelace.test'), 'confirmation uid-a, confirmation uid-b, cancellation uid-a',
  'nobody is told twice'
);

select * from finish();
rollback;
