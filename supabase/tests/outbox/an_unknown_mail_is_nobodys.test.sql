-- Rule: the doors take any id, and do nothing for one that there is not.
begin;
select plan(3);

select is(
  public.freeze_email('00000000-0000-4000-8000-000000000000', '{}'), null,
  'freezing returns nothing'
);
select lives_ok(
  $$ select public.record_email_sent('00000000-0000-4000-8000-000000000000', 're_1') $$,
  'reporting it sent raises nothing'
);
select lives_ok(
  $$ select public.record_email_error('00000000-0000-4000-8000-000000000000', 'error') $$,
  'nor does an error'
);

select * from finish();
rollback;
