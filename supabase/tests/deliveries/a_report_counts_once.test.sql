-- Rule: Resend delivers a report again under the same id.
begin;
select plan(5);

-- Given an address that a report suppressed, and that somebody allowed again
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select public.finish_email_attempt((tests.email()).id, 1, 'sent', 're_1');
select public.handle_resend_event('msg_1', '{"type": "email.complained", "data": {"email_id": "re_1"}}');
select ok(public.allow_mail('Ada@Lovelace.test'), 'somebody lifts the suppression');
select ok(not public.allow_mail('ada@lovelace.test'), 'once');

-- When the report is delivered again
select is(
  public.handle_resend_event('msg_1', '{"type": "email.complained", "data": {"email_id": "re_1"}}') ->> 'outcome',
  'duplicate', 'it is a duplicate'
);

-- Then
select is(
  (select p.suppressed_at from public.people as p where p.email = 'ada@lovelace.test'), null,
  'the address stays allowed'
);
select is(
  (select count(*) from public.email_deliveries as d where d.email_id = (tests.email()).id), 1::bigint,
  'and the report is kept once'
);

select * from finish();
rollback;
