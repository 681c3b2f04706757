-- Rule: whoever claims a mail has it for two minutes; a sender that dies loses its lease, not the mail.
begin;
select plan(4);

-- Given one mail that is due
update public.emails as e set next_attempt_at = 'infinity';
select tests.send('BOOKING_CREATED');

-- When
select is(
  array(select c.to_address || ' ' || c.attempts from public.claim_emails(10) as c), array['ada@lovelace.test 1'],
  'the first claim gets it, and counts the attempt'
);
select is_empty($$ select from public.claim_emails(10) $$, 'the second gets nothing');

-- When the lease is over
update public.emails as e set leased_until = now() - interval '1 second' where e.to_address = 'ada@lovelace.test';

-- Then
select is(
  array(select c.to_address || ' ' || c.attempts from public.claim_emails(10) as c), array['ada@lovelace.test 2'],
  'another may take it'
);
select is(
  (select e.leased_until - now() from public.emails as e where e.to_address = 'ada@lovelace.test'), interval '2 minutes',
  'again for two minutes'
);

select * from finish();
rollback;
