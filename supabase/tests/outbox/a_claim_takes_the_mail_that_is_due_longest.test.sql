-- Rule: one claim, one mail, and nothing before its time; whatever plan Postgres chooses.
begin;
select plan(5);

-- Given statistics from when there was one mail, so that Postgres expects to find one
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
analyze public.emails;

-- Given three more, one of them for later
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object('uid', 'uid-' || n, 'email', n || '@lovelace.test')) as answer
from unnest(array['first', 'second', 'later']) as n;
update public.emails as e set next_attempt_at = now() - interval '2 minutes' where e.to_address = 'first@lovelace.test';
update public.emails as e set next_attempt_at = now() - interval '1 minute' where e.to_address = 'second@lovelace.test';
update public.emails as e set next_attempt_at = now() + interval '1 minute' where e.to_address = 'later@lovelace.test';

-- Then
select is(
  array(select c.to_address from public.claim_email() as c), array['first@lovelace.test'],
  'the mail that is due longest comes first'
);
select is(
  array(select e.to_address from public.emails as e where e.attempts > 0 and e.to_address like '%@lovelace.test'),
  array['first@lovelace.test'], 'no other is claimed with it'
);
select is(
  array(select c.to_address from public.claim_email() as c), array['second@lovelace.test'],
  'the next claim takes the next'
);
select is(
  array(select c.to_address from public.claim_email() as c), array['ada@lovelace.test'], 'and what is due just now'
);
select is_empty($$ select from public.claim_email() $$, 'a mail for later is nobody''s');

select * from finish();
rollback;
