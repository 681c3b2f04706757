-- Rule: it is not enough that a mail is claimed; it must be claimed by the attempt that speaks.
begin;
select plan(6);

-- Given sender A that claims the mail and stalls until its claim ends, and sender B that takes it over
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select c.id from public.claim_email() as c;
select tests.make_due(tests.email());
select is(tests.start_attempt('{"subject": "of B"}'), 2, 'B sends the mail, as attempt 2');

-- When A wakes up
select is(public.start_email_attempt((tests.email()).id, 1, '{"subject": "of A"}'), null, 'A gets nothing to send');
select is(
  public.finish_email_attempt((tests.email()).id, 1, 'throttled', error => '429'), 'due', 'its report is heard'
);

-- Then
select is(crm.unconfirmed_since((tests.email()).id), now(), 'but the request of B may be out as before');
select results_eq(
  $$ select e.status, e.reason, e.next_attempt_at - now(), e.request_body from tests.email() as e $$,
  $$ values ('due', null, interval '2 minutes', '{"subject": "of B"}'::jsonb) $$,
  'the mail is B''s as before'
);
select results_eq(
  $$ select a.attempt, a.requested_at, a.outcome from public.email_attempts as a
     where a.email_id = (tests.email()).id order by a.attempt $$,
  $$ values (1, null::timestamptz, 'throttled'), (2, now(), null) $$, 'each attempt has its own outcome'
);

select * from finish();
rollback;
