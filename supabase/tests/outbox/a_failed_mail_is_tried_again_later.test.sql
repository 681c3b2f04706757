-- Rule: it stays due; the delay doubles from half a minute up to an hour.
begin;
select plan(6);

-- Given a mail that somebody sends, and delays without jitter
select tests.stop_jitter();
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();

-- When Resend does not answer
select public.finish_email_attempt((tests.email()).id, 1, 'unknown', error => 'no answer', reason => 'Nobody knows.');

-- Then
select results_eq(
  $$ select e.status, e.reason, e.next_attempt_at - now() from tests.email() as e $$,
  $$ values ('due', 'Nobody knows.', interval '30 seconds') $$,
  'it is due in half a minute, and says why'
);
select results_eq(
  $$ select a.outcome, a.error, a.finished_at from public.email_attempts as a where a.email_id = (tests.email()).id $$,
  $$ values ('unknown', 'no answer', now()) $$,
  'the attempt keeps what went wrong'
);
select is_empty($$ select from public.claim_email() $$, 'nobody can claim it before');

-- When one attempt is turned away, and the next fails
select tests.add_attempts(tests.email(), 'throttled', 1);
select tests.make_due(tests.email());
select tests.start_attempt();
select tests.finish_attempt('unknown', 'again');
select is(
  (tests.email()).next_attempt_at - now(), interval '1 minute', 'the delay doubles with every attempt that counts'
);

-- When one fails after many, with a long error
select tests.add_attempts(tests.email(), 'unknown', 21);
select tests.make_due(tests.email());
select tests.start_attempt();
select tests.finish_attempt('unknown', repeat('x', 100000));

-- Then
select is((tests.email()).next_attempt_at - now(), interval '1 hour', 'up to an hour');
select results_eq(
  $$ select length(e.reason), (select length(a.error) from public.email_attempts as a where a.attempt = 25)
     from tests.email() as e $$,
  $$ values (1000, 1000) $$,
  'a long error is cut; without other words it is the reason'
);

select * from finish();
rollback;
