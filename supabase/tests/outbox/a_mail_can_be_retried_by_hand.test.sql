-- Rule: for a mail whose trouble somebody has put right. Still no mail is sent twice.
begin;
select plan(6);

-- Given a mail that Resend rejected on its 25th attempt, and never took before
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt('{"subject": "wrong"}');
select tests.finish_attempt('throttled', '429');
update public.email_attempts as a set claimed_at = now() - interval '1 hour' where a.email_id = (tests.email()).id;
select tests.add_attempts(tests.email(), 'rejected', 23);
select tests.make_due(tests.email());
select tests.start_attempt();
select tests.finish_attempt('rejected', '403');

-- When
select is(public.retry_email((tests.email()).id) ->> 'status', 'due', 'it is due again');
create temporary table claimed as select c.* from public.claim_email() as c;
select results_eq(
  $$ select c.request_body, crm.count_attempts(tests.email()), c.reason, c.finalized_at from claimed as c $$,
  $$ values (null::jsonb, 1, null, null::timestamptz) $$,
  'with all its attempts, and a new text: it is certain that Resend never took the old one'
);

-- When nobody knows whether it was taken
select public.start_email_attempt(e.id, e.attempts, '{"subject": "right"}') from tests.email() as e;
select tests.finish_attempt('conflict', '409');
select public.retry_email((tests.email()).id);
select is((tests.email()).request_body ->> 'subject', 'right', 'it keeps its text');

-- When that was a day ago
select tests.start_attempt();
select tests.finish_attempt('conflict', '409 again');
update public.email_attempts as a set requested_at = now() - interval '23 hours' where a.outcome = 'conflict';
select is(
  public.retry_email((tests.email()).id) - 'email_id', '{"status": "failed", "reason": "409 again"}'::jsonb,
  'it stays as it is'
);

-- When it was sent
select tests.finish_attempt('sent');
select is(public.retry_email((tests.email()).id) ->> 'status', 'sent', 'so does what was sent');
select is_empty($$ select from public.claim_email() $$, 'nobody can claim it');

select * from finish();
rollback;
