-- Rule: until somebody clears it; the row says why.
begin;
select plan(5);

-- Given an address whose mail came back for good
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
select c.id, public.freeze_email(c.id, '{}') from public.claim_emails(10) as c;
select public.record_email_sent(m.id, 're_1') from mail as m;
select public.record_delivery('msg_1', '{"type": "email.bounced", "created_at": "2026-03-02T09:05:00Z", "data": {"email_id": "re_1", "bounce": {"type": "Permanent"}}}');
select results_eq(
  $$ select p.mail_blocked_at, p.mail_blocked_reason from public.people as p where p.email = 'ada@lovelace.test' $$,
  $$ values ('2026-03-02T09:05:00Z'::timestamptz, 'since 2026-03-02, our mail came back for good.') $$,
  'the person shows it'
);

-- When the booking is cancelled
select is(tests.send('BOOKING_CANCELLED') ->> 'email', 'cancellation', 'a mail is owed');
select is_empty($$ select from public.claim_emails(10) $$, 'but nobody sends it');
select is(
  (select concat_ws(' ', e.status, e.reason) from public.emails as e where e.to_address = 'ada@lovelace.test' and e.kind = 'cancellation'),
  'dropped The address gets no mail: since 2026-03-02, our mail came back for good. Clear it with allow_mail().', 'and the row says why'
);

-- When somebody clears it
select public.allow_mail('ada@lovelace.test');
select public.retry_email(e.id) from public.emails as e where e.to_address = 'ada@lovelace.test' and e.kind = 'cancellation';
select is(array(select c.kind from public.claim_emails(10) as c), array['cancellation'], 'it can be sent');

select * from finish();
rollback;
