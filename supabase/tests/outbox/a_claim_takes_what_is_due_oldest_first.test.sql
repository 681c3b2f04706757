-- Rule: no more than asked for, and nothing before its time.
begin;
select plan(4);

-- Given three mails, one of them for later
update public.emails as e set next_attempt_at = 'infinity';
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object('uid', 'uid-' || n, 'email', n || '@lovelace.test')) as answer
from unnest(array['first', 'second', 'later']) as n;
update public.emails as e set next_attempt_at = now() - interval '2 minutes' where e.to_address = 'first@lovelace.test';
update public.emails as e set next_attempt_at = now() - interval '1 minute' where e.to_address = 'second@lovelace.test';
update public.emails as e set next_attempt_at = now() + interval '1 minute' where e.to_address = 'later@lovelace.test';

-- Then
select is_empty($$ select from public.claim_emails(0) $$, 'none when none is asked for');
select is_empty($$ select from public.claim_emails(-1) $$, 'nor when fewer are');
select is(array(select c.to_address from public.claim_emails(1) as c), array['first@lovelace.test'], 'the oldest first');
select is(array(select c.to_address from public.claim_emails() as c), array['second@lovelace.test'], 'then what else is due');

select * from finish();
rollback;
