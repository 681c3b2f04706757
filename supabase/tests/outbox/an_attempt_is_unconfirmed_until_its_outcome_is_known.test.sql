-- Rule: a request that began may be out until the outcome of that very attempt says otherwise.
begin;
select plan(6);

-- Given a mail that somebody claimed
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select c.id from public.claim_email() as c;
select is(crm.unconfirmed_since((tests.email()).id), null, 'before the request nothing can be out');

-- When the request begins, and Resend says that it did not take it
select public.start_email_attempt((tests.email()).id, 1, '{}');
select is(crm.unconfirmed_since((tests.email()).id), now(), 'from the request on it may be');
select tests.finish_attempt('throttled', '429');
select is(crm.unconfirmed_since((tests.email()).id), null, 'until Resend says that it took nothing');

-- When the second attempt is not answered, and the third is turned away
select tests.make_due(tests.email());
select tests.start_attempt();
select tests.finish_attempt('unknown', 'no answer');
update public.email_attempts as a set requested_at = now() - interval '1 minute' where a.attempt = 2;
select tests.make_due(tests.email());
select tests.start_attempt();
select tests.finish_attempt('throttled', '429');

-- Then
select is(
  crm.unconfirmed_since((tests.email()).id), now() - interval '1 minute',
  'one answer says nothing about another attempt'
);

-- When the key is found to have another text
select tests.make_due(tests.email());
select tests.start_attempt();
select tests.finish_attempt('conflict', '409');
update public.email_attempts as a set outcome = 'throttled' where a.attempt = 2;
select is(crm.unconfirmed_since((tests.email()).id), now(), 'a conflict leaves it open what was sent');

-- When the only attempt is sent
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.start_attempt();
select public.finish_email_attempt(e.id, 1, 'sent', 're_1') from tests.email(p_to => 'grace@lovelace.test') as e;

-- Then
select is(
  crm.unconfirmed_since((tests.email(p_to => 'grace@lovelace.test')).id), null, 'what was sent is confirmed'
);

select * from finish();
rollback;
