-- Rule: whoever may book may have mails written, so an address gets so many a day (a setting). What is over it is kept
--       as dropped, and does not count.
begin;
select plan(7);
create temporary view mails as
select e.* from public.emails as e where e.to_address = 'ada@lovelace.test';

-- When one address is booked with twelve times in a day
create temporary table answers as
select n, tests.send('BOOKING_CREATED', jsonb_build_object('uid', 'uid-' || n)) as answer
from generate_series(1, 12) as n;

-- Then
select results_eq(
  $$ select m.status, count(*) from mails as m group by 1 order by 1 $$,
  $$ values ('dropped', 2::bigint), ('due', 10) $$,
  'ten are to be sent'
);
select results_eq(
  $$ select a.n, a.answer ->> 'outcome', a.answer ->> 'email' from answers as a where a.n > 9 order by 1 $$,
  $$ values (10, 'applied', 'confirmation'), (11, 'applied', 'none'), (12, 'applied', 'none') $$,
  'the bookings count all the same'
);
select matches(
  (select a.answer ->> 'reason' from answers as a where a.n = 11),
  'No mail: more than 10 mails within a day to one address \(setting mails_per_address_and_day\)\.$',
  'the answer says why'
);
select matches(
  (select distinct m.reason from mails as m where m.status = 'dropped'),
  '^Too many: more than 10 mails within a day .* retry_email\(\) sends it all the same\.$',
  'so does the mail'
);
select is(
  tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}') ->> 'email', 'confirmation',
  'another address is not concerned'
);

-- When a day has passed since the first of them
update public.emails as e set created_at = now() - interval '25 hours' where e.calcom_uid = 'uid-1';

-- Then
select is(
  array(
    select tests.send('BOOKING_CREATED', jsonb_build_object('uid', 'uid-' || n)) ->> 'email'
    from generate_series(13, 14) as n order by n
  ),
  array['confirmation', 'none'], 'there is room for one more'
);

-- When the team allows more
update public.settings as s set value = '11' where s.name = 'mails_per_address_and_day';

-- Then
select is(tests.send('BOOKING_CREATED', '{"uid": "uid-15"}') ->> 'email', 'confirmation', 'the setting counts');

select * from finish();
rollback;
