-- Rule: Resend's idempotency key must never carry two texts, so the first attempt fixes what is sent.
begin;
select plan(3);

-- Given a mail that somebody claimed
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select c.id from public.claim_email() as c;

-- When two senders put words to it
select is(
  public.start_email_attempt((tests.email()).id, 1, '{"subject": "first"}'), '{"subject": "first"}'::jsonb,
  'the first gets its own text back'
);
select tests.make_due(tests.email());
select c.id from public.claim_email() as c;
select is(
  public.start_email_attempt((tests.email()).id, 2, '{"subject": "second"}'), '{"subject": "first"}'::jsonb,
  'the second gets the text of the first'
);

-- Then
select is((tests.email()).request_body, '{"subject": "first"}'::jsonb, 'the first text is kept');

select * from finish();
rollback;
