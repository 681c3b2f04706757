-- Rule: an answer that comes late is still an answer.
begin;
select plan(2);

-- Given a mail that was given up while a slow sender was at it
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
select c.id, public.freeze_email(c.id, '{}') from public.claim_emails(10) as c;
select public.record_email_failure(m.id, 'conflict', '409') from mail as m;
select is((select e.status from public.emails as e join mail as m using (id)), 'failed', 'it failed');

-- When Resend has taken it
select public.record_email_sent(m.id, 're_1') from mail as m;

-- Then
select results_eq(
  $$ select e.status, e.resend_id, e.reason, e.given_up_at from public.emails as e join mail as m using (id) $$,
  $$ values ('sent', 're_1', null, null::timestamptz) $$,
  'it is sent'
);

select * from finish();
rollback;
