-- Rule: somebody put it right; still no mail is sent twice.
begin;
select plan(6);

-- Given a mail that Resend rejected on its 25th attempt
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
update public.emails as e set attempts = 24 from mail as m where m.id = e.id;
select c.id, public.freeze_email(c.id, '{"subject": "wrong"}') from public.claim_emails(10) as c;
select public.record_email_failure(m.id, 'rejected', '403') from mail as m;

-- When
select is((select public.retry_email(m.id) ->> 'status' from mail as m), 'due', 'it is due again');
select results_eq(
  $$ select c.message, c.attempts - c.excused from public.claim_emails(10) as c $$, $$ values (null::jsonb, 1) $$,
  'with all its attempts, and words of its own: Resend never took the others'
);

-- When nobody knows whether it was taken
select public.freeze_email(m.id, '{"subject": "right"}') from mail as m;
select public.record_email_failure(m.id, 'conflict', '409') from mail as m;
select public.retry_email(m.id) from mail as m;
select is((select e.message ->> 'subject' from public.emails as e join mail as m using (id)), 'right', 'it keeps its words');

-- When that was a day ago
select c.id from public.claim_emails(10) as c;
select public.record_email_failure(m.id, 'conflict', '409 again') from mail as m;
update public.emails as e set doubtful_since = now() - interval '23 hours' from mail as m where m.id = e.id;
select is(
  (select public.retry_email(m.id) - 'email_id' from mail as m), '{"status": "failed", "reason": "409 again"}'::jsonb,
  'it stays as it is'
);

-- When it was sent
select public.record_email_sent(m.id, 're_1') from mail as m;
select is((select public.retry_email(m.id) ->> 'status' from mail as m), 'sent', 'so does what was sent');
select is_empty($$ select from public.claim_emails(10) $$, 'nobody can claim it');

select * from finish();
rollback;
