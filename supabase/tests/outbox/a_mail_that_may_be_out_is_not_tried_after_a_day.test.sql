-- Rule: Resend forgets a key after 24 hours; from then on a second attempt could send a second copy.
begin;
select plan(6);

-- Given a mail whose first attempt nobody knows the outcome of
select tests.stop_jitter();
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select tests.finish_attempt('unknown', 'no answer');

-- When it was tried again for most of a day
update public.email_attempts as a set requested_at = now() - interval '22 hours 50 minutes'
where a.email_id = (tests.email()).id;
select tests.make_due(tests.email());
select is(tests.start_attempt(), 2, 'it is tried again');
select is(tests.finish_attempt('unknown', 'no answer'), 'due', 'and again');
select tests.make_due(tests.email());
select tests.start_attempt();

-- Then
select is(tests.finish_attempt('quota', 'in an hour'), 'failed', 'but not when the next attempt would be too late');
select is(
  (tests.email()).reason,
  format(
    'Resend may have taken it at %s, but never said so; trying again after a day could send it twice.',
    to_char((now() - interval '22 hours 50 minutes') at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
  ),
  'the row says why'
);

-- When no sender ran for a day
update public.emails as e set status = 'due', finalized_at = null where e.id = (tests.email()).id;
update public.email_attempts as a set requested_at = now() - interval '23 hours' where a.attempt = 1;
select tests.make_due(tests.email());
select is_empty($$ select from public.claim_email() $$, 'it is not tried either');
select is((tests.email()).status, 'failed', 'but fails');

select * from finish();
rollback;
