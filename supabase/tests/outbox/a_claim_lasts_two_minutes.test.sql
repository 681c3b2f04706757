-- Rule: a sender that dies loses its claim, not the mail. Each claim is an attempt with a number.
begin;
select plan(6);

-- Given one mail that is due
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');

-- When
select is(
  array(select c.to_address || ' ' || c.attempts from public.claim_email() as c), array['ada@lovelace.test 1'],
  'the first claim gets it, as attempt 1'
);
select is_empty($$ select from public.claim_email() $$, 'the second gets nothing');
select is((tests.email()).next_attempt_at - now(), interval '2 minutes', 'for two minutes');

-- When they are over
select tests.make_due(tests.email());

-- Then
select is(
  array(select c.to_address || ' ' || c.attempts from public.claim_email() as c), array['ada@lovelace.test 2'],
  'another may take it, as attempt 2'
);
select is((tests.email()).next_attempt_at - now(), interval '2 minutes', 'again for two minutes');
select results_eq(
  $$ select a.attempt, a.claimed_at is not null, a.requested_at, a.finished_at, a.outcome
     from public.email_attempts as a where a.email_id = (tests.email()).id order by a.attempt $$,
  $$ values (1, true, null::timestamptz, null::timestamptz, null), (2, true, null, null, null) $$,
  'each claim is a row of its own, with nothing requested yet'
);

select * from finish();
rollback;
