-- Rule: what sender A reports of attempt 1 does not say what became of attempt 2, also when B never reports.
begin;
select plan(5);

-- Given sender A that stalled, and sender B that began its request and died
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select c.id from public.claim_email() as c;
select tests.make_due(tests.email());
select tests.start_attempt('{"subject": "of B"}');
select public.finish_email_attempt((tests.email()).id, 1, 'throttled', error => '429');

-- When the mail fails, and is retried by hand
update public.emails as e set status = 'failed', finalized_at = now(), reason = 'By hand.'
where e.id = (tests.email()).id;
select public.retry_email((tests.email()).id);
select is((tests.email()).request_body ->> 'subject', 'of B', 'the text that may be out is kept');

-- When 23 hours have passed since the request of B
update public.email_attempts as a set requested_at = now() - interval '23 hours' where a.attempt = 2;
select tests.make_due(tests.email());

-- Then
select is_empty($$ select from public.claim_email() $$, 'it is not tried again');
select is((tests.email()).status, 'failed', 'but fails');
select matches((tests.email()).reason, '^Resend may have taken it at .* UTC, but never said so', 'as it may be out');
select is(public.retry_email((tests.email()).id) ->> 'status', 'failed', 'nobody can have it sent twice by hand');

select * from finish();
rollback;
