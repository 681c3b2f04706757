-- Rule: an answer that comes late is still an answer.
begin;
select plan(4);

-- Given a mail that failed, and one that was dropped while a slow sender was at work
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select is(tests.finish_attempt('conflict', '409'), 'failed', 'it failed');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.start_attempt();
update public.emails as e set status = 'dropped', finalized_at = now(), reason = 'Cancelled.'
where e.to_address = 'grace@lovelace.test';

-- When Resend has taken both
select is(
  public.finish_email_attempt((tests.email()).id, 1, 'sent', 're_1'), 'sent', 'the sender hears that it is sent'
);
select public.finish_email_attempt(e.id, 1, 'sent', 're_2') from tests.email(p_to => 'grace@lovelace.test') as e;

-- Then
select results_eq(
  $$ select e.status, e.resend_id, e.reason, e.finalized_at, e.sent_at from tests.email() as e $$,
  $$ values ('sent', 're_1', null, null::timestamptz, now()) $$, 'what had failed is sent'
);
select results_eq(
  $$ select e.status, e.resend_id, e.reason, e.finalized_at from tests.email(p_to => 'grace@lovelace.test') as e $$,
  $$ values ('sent', 're_2', null, null::timestamptz) $$, 'so is what was dropped'
);

select * from finish();
rollback;
