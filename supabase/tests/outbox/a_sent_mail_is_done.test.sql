-- Rule: sent once, it is never due again, whatever a slower sender reports.
begin;
select plan(3);

-- Given a mail that two senders claimed, one after the other
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select tests.make_due(tests.email());
select tests.start_attempt();

-- When Resend has taken it, and the slower sender reports an error and then another id
select public.finish_email_attempt((tests.email()).id, 2, 'sent', 're_1');
select public.finish_email_attempt((tests.email()).id, 1, 'unknown', error => 'timeout');
select public.finish_email_attempt((tests.email()).id, 1, 'sent', 're_2');

-- Then
select results_eq(
  $$ select e.status, e.resend_id, e.reason, e.sent_at, e.finalized_at from tests.email() as e $$,
  $$ values ('sent', 're_1', null, now(), null::timestamptz) $$,
  'it stays sent, under the first id'
);
select tests.make_due(tests.email());
select is_empty($$ select from public.claim_email() $$, 'nobody can claim it');
select is(public.start_email_attempt((tests.email()).id, 2, '{}'), null, 'nor start another request');

select * from finish();
rollback;
