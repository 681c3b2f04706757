-- Rule: about the mail a report says something only while no later attempt has begun, and only once.
begin;
select plan(4);

-- Given a mail whose second attempt is under way
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select tests.make_due(tests.email());
select tests.start_attempt();
create temporary table before as select e.* from tests.email() as e;

-- When attempt 1 is reported, whatever its outcome
select is(
  array(
    select public.finish_email_attempt(b.id, 1, o, error => 'late', retry_after => 86400)
    from before as b
    cross join unnest(array['rejected', 'conflict', 'unknown', 'quota', 'configuration', 'throttled']) as o
  ),
  array_fill('due'::text, array[6]), 'the mail stays due'
);

-- Then
select results_eq(
  $$ select e.* from tests.email() as e $$, $$ select b.* from before as b $$,
  'neither its status nor its time nor its reason is another'
);
select is(
  array(select a.outcome from public.email_attempts as a join before as b on b.id = a.email_id order by a.attempt),
  array['rejected', null], 'the first report of an attempt counts, and the other attempt is under way'
);

-- When attempt 2 was reported, and is reported again
select tests.finish_attempt('unknown', 'no answer');
update before as b set next_attempt_at = (tests.email()).next_attempt_at;
select tests.finish_attempt('rejected', '422');

-- Then
select results_eq(
  $$ select e.status, e.reason, e.next_attempt_at from tests.email() as e $$,
  $$ select 'due', 'no answer', b.next_attempt_at from before as b $$,
  'the second report of one attempt changes nothing'
);

select * from finish();
rollback;
