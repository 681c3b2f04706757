-- Rule: until somebody lifts the suppression; the row says why.
begin;
select plan(5);

-- Given an address whose mail came back for good
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select public.finish_email_attempt((tests.email()).id, 1, 'sent', 're_1');
select public.handle_resend_event('msg_1', '{"type": "email.bounced", "created_at": "2037-03-02T09:05:00Z",
  "data": {"email_id": "re_1", "bounce": {"type": "Permanent"}}}');
select results_eq(
  $$ select p.suppressed_at, p.suppressed_reason from public.people as p where p.email = 'ada@lovelace.test' $$,
  $$ values ('2037-03-02T09:05:00Z'::timestamptz, 'since 2037-03-02, our mail came back for good.') $$,
  'the person shows it'
);

-- When the booking is cancelled
select is(tests.send('BOOKING_CANCELLED') ->> 'email', 'cancellation', 'a mail is owed');
select is_empty($$ select from public.claim_email() $$, 'but nobody sends it');
select is(
  concat_ws(' ', (tests.email('cancellation')).status, (tests.email('cancellation')).reason),
  'dropped The address gets no mail: since 2037-03-02, our mail came back for good. Clear it with allow_mail().',
  'and the row says why'
);

-- When somebody lifts the suppression
select public.allow_mail('ada@lovelace.test');
select public.retry_email((tests.email('cancellation')).id);
select is(array(select c.kind from public.claim_email() as c), array['cancellation'], 'it can be sent');

select * from finish();
rollback;
