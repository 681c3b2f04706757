-- Rule: a mail that Resend will never take fails, and says why in plain words.
begin;
select plan(5);

-- Given a mail that somebody is about to send
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();

-- When Resend rejects it
select is(
  public.finish_email_attempt(
    (tests.email()).id, 1, 'rejected',
    error => '422 validation_error: Bad.', reason => 'Resend does not accept it: Bad.'
  ),
  'failed', 'the sender hears that it failed'
);

-- Then
select results_eq(
  $$ select e.status, e.reason, e.finalized_at, crm.unconfirmed_since(e.id), a.error
     from tests.email() as e join public.email_attempts as a on a.email_id = e.id $$,
  $$ values ('failed', 'Resend does not accept it: Bad.', now(), null::timestamptz, '422 validation_error: Bad.') $$,
  'the row says why, and it is certain that nothing is out'
);

-- When another text has its key
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.start_attempt();
select public.finish_email_attempt(e.id, 1, 'conflict', error => '409')
from tests.email(p_to => 'grace@lovelace.test') as e;

-- Then
select results_eq(
  $$ select e.status, e.reason, crm.unconfirmed_since(e.id) from tests.email(p_to => 'grace@lovelace.test') as e $$,
  $$ values ('failed', '409', now()) $$, 'it fails too, and may be out'
);

-- When Resend says nothing but no
select tests.send('BOOKING_CREATED', '{"uid": "uid-h", "email": "hedy@lovelace.test"}');
select tests.start_attempt();
select public.finish_email_attempt(e.id, 1, 'rejected') from tests.email(p_to => 'hedy@lovelace.test') as e;
select is((tests.email(p_to => 'hedy@lovelace.test')).reason, 'Resend refused it.', 'there is a reason all the same');

-- Then
update public.emails as e set next_attempt_at = now() where e.to_address like '%@lovelace.test';
select is_empty($$ select from public.claim_email() $$, 'nobody can claim them');

select * from finish();
rollback;
