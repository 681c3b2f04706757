-- Rule: Resend delivers a report again under the same id.
begin;
select plan(4);

-- Given an address that is blocked by a report, and cleared
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
select c.id, public.freeze_email(c.id, '{}') from public.claim_emails(10) as c;
select public.record_email_sent(m.id, 're_1') from mail as m;
select public.record_delivery('msg_1', '{"type": "email.complained", "data": {"email_id": "re_1"}}');
select ok(public.allow_mail('Ada@Lovelace.test'), 'somebody clears it');
select ok(not public.allow_mail('ada@lovelace.test'), 'once');

-- When the report is delivered again
select is(
  public.record_delivery('msg_1', '{"type": "email.complained", "data": {"email_id": "re_1"}}') ->> 'outcome', 'duplicate',
  'it is a duplicate'
);

-- Then
select is((select p.mail_blocked_at from public.people as p where p.email = 'ada@lovelace.test'), null, 'the address stays cleared');

select * from finish();
rollback;
