-- Rule: attempts of unknown outcome are counted; those that Resend turned away without a look are not.
begin;
select plan(5);

-- Given a mail on its 25th attempt
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
update public.emails as e set attempts = 24 from mail as m where m.id = e.id;
select c.id from public.claim_emails(10) as c;

-- When it is turned away, for whatever reason, and when nobody answers
select is(
  array(select public.record_email_failure(m.id, k, k) from mail as m, unnest(array['throttled', 'quota', 'setup', 'unknown']) as k),
  array['due', 'due', 'due', 'due'], 'it was not looked at three times, so it has three attempts more'
);
update public.emails as e set next_attempt_at = now(), attempts = 24, excused = 0 from mail as m where m.id = e.id;
select is((select c.attempts from public.claim_emails(10) as c), 25, 'when every one of 25 counts');
select is((select public.record_email_failure(m.id, 'unknown', 'no answer') from mail as m), 'failed', 'the last of them fails');
select is((select e.reason from public.emails as e join mail as m using (id)), 'Given up after 25 attempts.', 'and the mail says so');

-- When a sender dies with each attempt, so that nobody records anything
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
update public.emails as e set attempts = 25, leased_until = now() where e.to_address = 'grace@lovelace.test';
select c.id from public.claim_emails(10) as c;

-- Then
select is((select e.status from public.emails as e where e.to_address = 'grace@lovelace.test'), 'failed', 'it does not go on for ever');

select * from finish();
rollback;
