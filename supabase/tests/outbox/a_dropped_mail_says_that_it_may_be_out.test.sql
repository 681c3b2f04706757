-- Rule: an attempt that nobody confirmed may have sent a mail that is dropped after it.
begin;
select plan(3);

-- Given a mail whose outcome nobody knows, and one that Resend turned away
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select tests.finish_attempt('unknown', 'no answer');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.start_attempt();
select public.finish_email_attempt(e.id, 1, 'throttled', error => '429')
from tests.email(p_to => 'grace@lovelace.test') as e;

-- When their bookings are cancelled before the next attempt
select tests.send('BOOKING_CANCELLED');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.make_due(tests.email());
select tests.make_due(tests.email(p_to => 'grace@lovelace.test'));

-- Then
select is(
  array(select c.kind from tests.claim_all() as c),
  array['cancellation', 'cancellation'], 'neither is tried again'
);
select is(
  (tests.email()).reason,
  'The booking was cancelled meanwhile. An earlier attempt may have sent it all the same.',
  'the first may be out, and says so'
);
select is(
  (tests.email(p_to => 'grace@lovelace.test')).reason, 'The booking was cancelled meanwhile.', 'the second is not'
);

select * from finish();
rollback;
