-- Rule: retry-after counts; a quota is not asked again within minutes; no wait is shorter than it should be.
begin;
select plan(5);

select cmp_ok(min(crm.wait_after('unknown', 1, null)), '>=', interval '30 seconds', 'jitter makes no wait shorter')
from generate_series(1, 1000);
select cmp_ok(count(distinct crm.wait_after('unknown', 1, null)), '>', 900::bigint, 'and mails that failed together come back apart')
from generate_series(1, 1000);

-- Given waits without jitter
create or replace function crm.jitter() returns double precision language sql set search_path = '' as 'select 1::float8';

-- Then
select is(
  array[crm.wait_after('throttled', 9, 7), crm.wait_after('unknown', 9, 7), crm.wait_after('throttled', 9, 0)],
  array[interval '7 seconds', interval '7 seconds', interval '1 second'],
  'as long as Resend asks for, whatever the attempt, but not no time at all'
);
select is(
  array[crm.wait_after('quota', 1, null), crm.wait_after('quota', 1, 60), crm.wait_after('setup', 1, null), crm.wait_after('quota', 1, 7200)],
  array[interval '1 hour', interval '1 hour', interval '1 hour', interval '2 hours'],
  'a quota that is used up and a key that is wrong are given an hour'
);
select is(
  crm.wait_after('throttled', 1, 2000000000), interval '24 hours',
  'nobody waits for more than a day'
);

select * from finish();
rollback;
