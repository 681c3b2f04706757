-- Rule: attempts of unknown outcome are counted; those that Resend turned away without a look at the mail are not.
begin;
select plan(5);

-- Given a mail that was turned away three times, and whose outcome nobody knew 23 times
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.add_attempts(tests.email(), k, 1) from unnest(array['throttled', 'quota', 'configuration']) as k;
select tests.add_attempts(tests.email(), 'unknown', 23);
select tests.start_attempt();

-- When nobody answers the 24th and the 25th time
select is(tests.finish_attempt('unknown', 'no answer'), 'due', 'what was turned away does not count');
select tests.make_due(tests.email());
select is(tests.start_attempt(), 28, 'so it has one attempt more');
select is(tests.finish_attempt('unknown', 'no answer'), 'failed', 'which is the last');
select is((tests.email()).reason, 'Given up after 28 attempts.', 'and the mail says so');

-- When a sender died with each attempt, so that nobody reported any
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.add_attempts(tests.email(p_to => 'grace@lovelace.test'), null, 25);
select c.id from public.claim_email() as c;

-- Then
select results_eq(
  $$ select e.status, e.reason, e.attempts from tests.email(p_to => 'grace@lovelace.test') as e $$,
  $$ values ('failed', 'Given up after 25 attempts.', 25) $$, 'it does not go on for ever'
);

select * from finish();
rollback;
