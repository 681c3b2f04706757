-- Rule: a sender may name any id, and any attempt; what there is not is not invented.
begin;
select plan(6);

select is(
  public.start_email_attempt('00000000-0000-4000-8000-000000000000', 1, '{}'), null,
  'there is nothing to start'
);
select is(
  array(
    select public.finish_email_attempt('00000000-0000-4000-8000-000000000000', 1, o, 're_1')
    from unnest(array['sent', 'unknown']) as o
  ),
  array[null, null]::text[], 'nor to report, and that raises nothing'
);
select throws_ok(
  $$ select public.retry_email('00000000-0000-4000-8000-000000000000') $$,
  'KC003', 'Cannot retry mail 00000000-0000-4000-8000-000000000000: the outbox has no such mail',
  'who wants it retried is told'
);

-- Given a mail that was claimed once
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select c.id from public.claim_email() as c;
create temporary table before as select e.* from tests.email() as e;

-- When a sender names an attempt that there is not
select is(public.start_email_attempt((tests.email()).id, 2, '{}'), null, 'an attempt that nobody claimed cannot start');
select public.finish_email_attempt((tests.email()).id, 2, 'rejected', error => '422');

-- Then
select results_eq($$ select e.* from tests.email() as e $$, $$ select b.* from before as b $$, 'nor fail the mail');
select is(
  (select count(*) from public.email_attempts as a where a.email_id = (tests.email()).id and a.outcome is null),
  1::bigint, 'the attempt that there is stays under way'
);

select * from finish();
rollback;
