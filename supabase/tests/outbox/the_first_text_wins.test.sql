-- Rule: Resend's idempotency key must never carry two texts, so what is sent is frozen before the first attempt.
begin;
select plan(3);

-- Given a mail that somebody claimed
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;

select c.id from public.claim_emails(10) as c;

-- When two senders put words to it
select is(
  (select public.freeze_email(m.id, '{"subject": "first"}') from mail as m), '{"subject": "first"}'::jsonb,
  'the first gets its own text back'
);
select is(
  (select public.freeze_email(m.id, '{"subject": "second"}') from mail as m), '{"subject": "first"}'::jsonb,
  'the second gets the first''s'
);

-- Then
select is(
  (select e.message from public.emails as e join mail as m using (id)), '{"subject": "first"}'::jsonb,
  'the first text is kept'
);

select * from finish();
rollback;
