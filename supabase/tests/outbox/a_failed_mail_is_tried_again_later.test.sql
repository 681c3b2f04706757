-- Rule: it stays due; the wait doubles from half a minute up to an hour.
begin;
select plan(5);

-- Given a mail that somebody claimed, and waits without jitter
create or replace function crm.jitter() returns double precision language sql set search_path = '' as 'select 1::float8';
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
select c.id from public.claim_emails(10) as c;

-- When Resend does not answer
select public.record_email_failure(m.id, 'unknown', 'no answer', 'Nobody knows.') from mail as m;

-- Then
select results_eq(
  $$ select e.status, e.last_error, e.reason, e.leased_until, e.next_attempt_at - now() from public.emails as e join mail as m using (id) $$,
  $$ values ('due', 'no answer', 'Nobody knows.', null::timestamptz, interval '30 seconds') $$,
  'it is due in half a minute'
);
select is_empty($$ select from public.claim_emails(10) $$, 'and not before');

-- When the second attempt fails, and one after many
update public.emails as e set attempts = 2 from mail as m where m.id = e.id;
select public.record_email_failure(m.id, 'unknown', 'again') from mail as m;
select is(
  (select e.next_attempt_at - now() from public.emails as e join mail as m using (id)), interval '1 minute',
  'the wait doubles'
);
update public.emails as e set attempts = 24 from mail as m where m.id = e.id;
select public.record_email_failure(m.id, 'unknown', repeat('x', 100000)) from mail as m;

-- Then
select is(
  (select e.next_attempt_at - now() from public.emails as e join mail as m using (id)), interval '1 hour',
  'up to an hour'
);
select cmp_ok(
  (select length(e.last_error) from public.emails as e join mail as m using (id)), '<=', 1000,
  'a long error is cut'
);

select * from finish();
rollback;
