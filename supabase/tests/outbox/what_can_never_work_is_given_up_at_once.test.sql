-- Rule: a mail that Resend will never take fails, and says why in plain words.
begin;
select plan(5);

-- Given a mail that somebody is about to send
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
select c.id, public.freeze_email(c.id, '{}') from public.claim_emails(10) as c;

-- When Resend rejects it
select is(
  (select public.record_email_failure(m.id, 'rejected', '422 validation_error: Bad.', 'Resend does not accept it: Bad.') from mail as m), 'failed',
  'the sender hears that it failed'
);

-- Then
select results_eq(
  $$ select e.status, e.last_error, e.reason, e.given_up_at is not null, e.leased_until, e.doubtful_since
     from public.emails as e join mail as m using (id) $$,
  $$ values ('failed', '422 validation_error: Bad.', 'Resend does not accept it: Bad.', true, null::timestamptz, null::timestamptz) $$,
  'and the row says why; nothing is in doubt'
);

-- When another had its key
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select c.id, public.freeze_email(c.id, '{}') from public.claim_emails(10) as c;
select public.record_email_failure(e.id, 'conflict', '409') from public.emails as e where e.to_address = 'grace@lovelace.test';

-- Then
select is(
  (select concat_ws(' ', e.status, e.reason, e.doubtful_since is not null) from public.emails as e where e.to_address = 'grace@lovelace.test'),
  'failed 409 t', 'it fails too, and may be out'
);
update public.emails as e set next_attempt_at = now(), leased_until = null where e.to_address like '%@lovelace.test';
select is_empty($$ select from public.claim_emails(10) $$, 'nobody can claim them');
select throws_ok(
  $$ update public.emails as e set reason = null from mail as m where m.id = e.id $$,
  '23514', 'new row for relation "emails" violates check constraint "emails_given_up_says_why"',
  'the reason stays with them'
);

select * from finish();
rollback;
