-- Rule: the answer to start_email_attempt can get lost; the sender asks again and gets the same text.
begin;
select plan(5);

-- Given an attempt that began a minute ago
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt('{"subject": "first"}');
update public.email_attempts as a set requested_at = now() - interval '1 minute' where a.email_id = (tests.email()).id;

-- When its sender asks again
select is(
  public.start_email_attempt((tests.email()).id, 1, '{"subject": "second"}'), '{"subject": "first"}'::jsonb,
  'it gets the same text'
);
select is((tests.email()).attempts, 1, 'and it is the same attempt');
select is(
  crm.unconfirmed_since((tests.email()).id), now() - interval '1 minute', 'that may be out since it began first'
);

-- When it is finished
select tests.finish_attempt('throttled', '429');
update public.emails as e set next_attempt_at = now() + interval '1 minute' where e.id = (tests.email()).id;

-- Then
select is(public.start_email_attempt((tests.email()).id, 1, '{}'), null, 'it cannot start any more');
select is(crm.unconfirmed_since((tests.email()).id), null, 'so nothing is out that nobody knows of');

select * from finish();
rollback;
