-- Rule: Resend forgets a key after 24 hours; from then on a second attempt could send a second copy.
begin;
select plan(5);

-- Given a mail whose first attempt nobody knows the outcome of
create or replace function crm.jitter() returns double precision language sql set search_path = '' as 'select 1::float8';
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
select c.id, public.freeze_email(c.id, '{}') from public.claim_emails(10) as c;
select public.record_email_failure(m.id, 'unknown', 'no answer') from mail as m;

-- When it was tried again for most of a day
update public.emails as e set doubtful_since = now() - interval '22 hours 50 minutes', next_attempt_at = now() from mail as m where m.id = e.id;
select is((select count(*) from public.claim_emails(10)), 1::bigint, 'it is tried again');
select public.record_email_failure(m.id, 'unknown', 'no answer') from mail as m;
select is((select e.status from public.emails as e join mail as m using (id)), 'due', 'and again');
select public.record_email_failure(m.id, 'quota', 'in an hour') from mail as m;

-- Then
select is((select e.status from public.emails as e join mail as m using (id)), 'failed', 'but not when the next attempt would be too late');
select matches(
  (select e.reason from public.emails as e join mail as m using (id)),
  'Resend may have taken it at .* UTC, but never said so; trying again after a day could send it twice', 'the row says why'
);

-- When no sender ran for a day
update public.emails as e
set status = 'due', given_up_at = null, leased_until = null, next_attempt_at = now(), doubtful_since = now() - interval '23 hours'
from mail as m where m.id = e.id;
select is_empty($$ select from public.claim_emails(10) $$, 'it is not tried either');

select * from finish();
rollback;
