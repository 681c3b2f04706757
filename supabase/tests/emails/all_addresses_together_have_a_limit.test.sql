-- Rule: so many mails an hour in all (a setting), however many addresses somebody invents. What was dropped for that
--       does not count, nor do gaps in the numbers of the mails.
begin;
select plan(4);
select tests.empty_crm();
update public.settings as s set value = '3' where s.name = 'mails_per_hour';
create temporary view mails as
select count(*) filter (where e.status = 'due') as due, count(*) filter (where e.status = 'dropped') as dropped
from public.emails as e;

-- When five addresses are booked with
create temporary table answers as
select
  n, tests.send('BOOKING_CREATED', jsonb_build_object('uid', 'uid-' || n, 'email', n || '@lovelace.test')) as answer
from generate_series(1, 5) as n;

-- Then
select results_eq('table mails', $$ values (3::bigint, 2::bigint) $$, 'three are to be sent');
select matches(
  (select a.answer ->> 'reason' from answers as a where a.n = 4),
  'No mail: more than 3 mails within an hour \(setting mails_per_hour\)\.$', 'the answer says why'
);

-- When an hour has passed since two of them
update public.emails as e set created_at = now() - interval '61 minutes' where e.calcom_uid in ('uid-1', 'uid-2');
select tests.send('BOOKING_CREATED', jsonb_build_object('uid', 'uid-' || n, 'email', n || '@lovelace.test'))
from generate_series(6, 8) as n;

-- Then
select results_eq('table mails', $$ values (5::bigint, 3::bigint) $$, 'there is room for two more');

-- When a limit is no number
select throws_ok(
  format($$ update public.settings as s set value = %L where s.name = 'mails_per_hour' $$, v.value),
  '23514',
  'new row for relation "settings" violates check constraint '
  '"value must be a whole number from 1 up for a limit of mails"',
  'it is refused'
)
from (values ('0')) as v (value);

select * from finish();
rollback;
