-- Rule: Resend's idempotency key must never carry two texts, so what is sent is frozen before the first attempt.
begin;
select plan(3);

-- Given a mail
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;

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
