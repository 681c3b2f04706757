-- Rule: sent once, it is never due again, whatever another sender asks or reports.
begin;
select plan(4);

-- Given a mail that sender A sends, and that sender B has claimed after it
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select tests.make_due(tests.email());
select c.id from public.claim_email() as c;

-- When A reports that Resend has taken it
select public.finish_email_attempt((tests.email()).id, 1, 'sent', 're_1');
select is(public.start_email_attempt((tests.email()).id, 2, '{}'), null, 'B has nothing to send any more');

-- When B reports an error all the same, and another id
select public.finish_email_attempt((tests.email()).id, 2, 'unknown', error => 'timeout');
select public.finish_email_attempt((tests.email()).id, 2, 'sent', 're_2');
select results_eq(
  $$ select e.status, e.resend_id, e.reason, e.sent_at, e.finalized_at from tests.email() as e $$,
  $$ values ('sent', 're_1', null, now(), null::timestamptz) $$,
  'it stays sent, under the first id'
);

-- Then
select is(
  (select a.requested_at from public.email_attempts as a where a.email_id = (tests.email()).id and a.attempt = 2), null,
  'no second request began'
);
select tests.make_due(tests.email());
select is_empty($$ select from public.claim_email() $$, 'and nobody can claim it');

select * from finish();
rollback;
