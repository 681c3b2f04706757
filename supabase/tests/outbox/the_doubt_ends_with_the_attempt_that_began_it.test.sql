-- Rule: "not taken" is about one attempt; it says nothing about an earlier one that nobody answered.
begin;
select plan(4);

-- Given a mail that somebody is about to send
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
select c.id, public.freeze_email(c.id, '{}') from public.claim_emails(10) as c;
select is((select e.doubtful_attempt from public.emails as e join mail as m using (id)), 1, 'from now on nobody knows');

-- When Resend says that it did not take it
select public.record_email_failure(m.id, 'throttled', '429') from mail as m;
select is((select e.doubtful_since from public.emails as e join mail as m using (id)), null, 'the doubt is over');

-- When the second attempt is not answered, and the third turned away
update public.emails as e set next_attempt_at = now() from mail as m where m.id = e.id;
select c.id, public.freeze_email(c.id, '{}') from public.claim_emails(10) as c;
select public.record_email_failure(m.id, 'unknown', 'no answer') from mail as m;
update public.emails as e set next_attempt_at = now() from mail as m where m.id = e.id;
select c.id, public.freeze_email(c.id, '{}') from public.claim_emails(10) as c;
select public.record_email_failure(m.id, 'throttled', '429') from mail as m;

-- Then
select is((select e.doubtful_attempt from public.emails as e join mail as m using (id)), 2, 'the second is in doubt as before');

-- When it is sent
select public.record_email_sent(m.id, 're_1') from mail as m;

-- Then
select is((select e.doubtful_since from public.emails as e join mail as m using (id)), null, 'nothing is in doubt any more');

select * from finish();
rollback;
