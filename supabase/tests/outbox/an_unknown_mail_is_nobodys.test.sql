-- Rule: the doors take any id, and do nothing for one that there is not.
begin;
select plan(4);

select is(
  public.freeze_email('00000000-0000-4000-8000-000000000000', '{}'), null,
  'freezing returns nothing'
);
select lives_ok(
  $$ select public.record_email_sent('00000000-0000-4000-8000-000000000000', 're_1') $$,
  'reporting it sent raises nothing'
);
select lives_ok(
  $$ select public.record_email_failure('00000000-0000-4000-8000-000000000000', 'unknown', 'error') $$,
  'nor does a failure'
);
select throws_ok(
  $$ select public.retry_email('00000000-0000-4000-8000-000000000000') $$,
  'KC003', 'Cannot retry mail 00000000-0000-4000-8000-000000000000: the outbox has no such mail',
  'but who wants it retried is told'
);

select * from finish();
rollback;
