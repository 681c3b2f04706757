-- Rule: sent once, it is never due again, whatever a slower sender reports.
begin;
select plan(3);

-- Given a mail that somebody claimed
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
select c.id from public.claim_emails(10) as c;

-- When Resend has taken it, and a slower sender reports an error and another id
select public.record_email_sent(m.id, 're_1') from mail as m;
select public.record_email_failure(m.id, 'unknown', 'timeout') from mail as m;
select public.record_email_sent(m.id, 're_2') from mail as m;

-- Then
select results_eq(
  $$ select e.status, e.resend_id, e.last_error, e.sent_at is not null, e.leased_until
     from public.emails as e join mail as m using (id) $$,
  $$ values ('sent', 're_1', null, true, null::timestamptz) $$,
  'it stays sent, under the first id'
);
select is_empty($$ select from public.claim_emails(10) $$, 'nobody can claim it');
select throws_ok(
  $$ update public.emails as e set status = 'due' from mail as m where m.id = e.id $$,
  '23514',
  'new row for relation "emails" violates check constraint "emails_sent_has_its_time"',
  'sent and its time go together'
);

select * from finish();
rollback;
