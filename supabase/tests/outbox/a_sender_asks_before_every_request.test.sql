-- Rule: between the claim and the request a booking can change, and the claim can end.
begin;
select plan(5);

-- Given a mail that somebody claimed
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select c.id from public.claim_email() as c;

-- When the claim ends before the request
select tests.make_due(tests.email());
select is(public.start_email_attempt((tests.email()).id, 1, '{}'), null, 'the sender gets nothing');
select is((tests.email()).status, 'due', 'and the mail stays due');

-- When another claims it, and the booking is cancelled before the request
select c.id from public.claim_email() as c;
select tests.send('BOOKING_CANCELLED');
update public.emails as e set created_at = now() - interval '1 minute' where e.id = (tests.email()).id;
select is(public.start_email_attempt((tests.email()).id, 2, '{}'), null, 'the other gets nothing either');
select is(
  concat_ws(' ', (tests.email()).status, (tests.email()).reason), 'dropped The booking was cancelled meanwhile.',
  'as the mail is dropped'
);
select results_eq(
  $$ select a.attempt, a.requested_at, a.outcome from public.email_attempts as a
     where a.email_id = (tests.email()).id order by a.attempt $$,
  $$ values (1, null::timestamptz, null), (2, null, 'withdrawn') $$,
  'the attempt was withdrawn, and no request began'
);

select * from finish();
rollback;
