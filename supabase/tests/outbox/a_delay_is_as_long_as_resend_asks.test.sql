-- Rule: retry-after counts; a quota is not asked again within minutes; no delay is shorter than its rule says.
begin;
select plan(6);

select cmp_ok(min(crm.retry_delay('unknown', 1, null)), '>=', interval '30 seconds', 'jitter makes no delay shorter')
from generate_series(1, 1000);
select cmp_ok(max(crm.retry_delay('unknown', 1, null)), '<=', interval '37.5 seconds', 'nor more than a quarter longer')
from generate_series(1, 1000);
select cmp_ok(
  count(distinct crm.retry_delay('unknown', 1, null)), '>', 900::bigint, 'mails that failed together come back apart'
)
from generate_series(1, 1000);

-- Given delays without jitter
select tests.stop_jitter();

-- Then
select is(
  array[crm.retry_delay('throttled', 9, 7), crm.retry_delay('unknown', 9, 7), crm.retry_delay('throttled', 9, 0)],
  array[interval '7 seconds', interval '7 seconds', interval '1 second'],
  'as long as Resend asks for, whatever the attempt, but not no time at all'
);
select is(
  array[
    crm.retry_delay('quota', 1, null), crm.retry_delay('quota', 1, 60),
    crm.retry_delay('configuration', 1, null), crm.retry_delay('quota', 1, 7200)
  ],
  array[interval '1 hour', interval '1 hour', interval '1 hour', interval '2 hours'],
  'a quota that is used up and a key that is wrong are given an hour at least'
);
select is(crm.retry_delay('throttled', 1, 2000000000), interval '24 hours', 'no mail waits for more than a day');

select * from finish();
rollback;
