-- Rule: who books and cancels in one go hears of both; a mail that had to wait is compared with its booking again.
begin;
select plan(4);

-- Given a booking that is cancelled at once
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CANCELLED');
update public.emails as e set next_attempt_at = now() - interval '1 second' where e.id = (tests.email()).id;

-- When both mails are claimed within seconds, then
select is(tests.start_attempt(), 1, 'the confirmation is sent');
select is(array(select c.kind from public.claim_email() as c), array['cancellation'], 'and the cancellation after it');

-- When the confirmation has to wait, because Resend did not answer
select tests.finish_attempt('unknown', 'no answer');
select tests.make_due(tests.email());

-- Then
select is_empty($$ select from public.claim_email() $$, 'it is not tried again');
select is((tests.email()).status, 'dropped', 'but dropped');

select * from finish();
rollback;
