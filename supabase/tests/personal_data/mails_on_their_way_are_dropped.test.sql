-- Rule: what is due is dropped and says why. What Resend is being asked for at this moment may go out; then the row
--       says so, and keeps nothing else.
begin;
select plan(9);
select tests.empty_crm();

-- Given a mail that a sender has claimed, one whose request has begun, and one that is due
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt('{"to": "ada@lovelace.test"}');
select tests.send('BOOKING_RESCHEDULED');
create temporary table claimed as select c.* from public.claim_email() as c;
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b"}');

-- When
select is(public.erase_person('ada@lovelace.test') ->> 'dropped_mails', '3', 'all three are dropped');

-- Then
select is(
  array(select m.reason from public.emails as m order by m.number),
  array[
    'The person was erased. An earlier attempt may have sent it all the same.', 'The person was erased.',
    'The person was erased.'
  ],
  'each row says why'
);
select is((select count(m.request_body) from public.emails as m), 0::bigint, 'no text is left');
select is(
  (select public.start_email_attempt(c.id, c.attempts, '{"to": "ada@lovelace.test"}') from claimed as c), null,
  'the sender that has claimed one may not send it'
);
select is(
  (select public.finish_email_attempt(m.id, 1, 'sent', 're_1') from public.emails as m where m.kind = 'confirmation'),
  'sent', 'what Resend has taken is sent'
);
select public.handle_resend_event('msg_1', '{"type": "email.bounced", "data": {
  "email_id": "re_1", "to": ["ada@lovelace.test"], "subject": "For Ada Byron",
  "bounce": {"type": "Permanent", "message": "no such mailbox: ada@lovelace.test"}
}}');
select is(
  (select m.delivery from public.emails as m where m.kind = 'confirmation'), 'bounced', 'its report counts'
);

-- When somebody asks for one again, or a sender reports an error in words that name her
select public.retry_email(m.id) from public.emails as m where m.kind = 'cancellation';
select is_empty('select * from tests.claim_all()', 'it is not sent to the pseudonym');
select public.finish_email_attempt(
  c.id, c.attempts, 'rejected', error => 'bad: ada@lovelace.test', reason => 'bad: ada@lovelace.test'
) from claimed as c;

-- Then
select is(tests.places_of('ada@lovelace.test'), '{}', 'nothing names her');
select is(tests.places_of('Ada Byron'), '{}', 'nor by name');

select * from finish();
rollback;
