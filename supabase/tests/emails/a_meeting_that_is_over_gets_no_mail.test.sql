-- Rule: an event that is decided long after the meeting changes the tables and writes to nobody.
begin;
select plan(3);

-- Given events about a meeting that has ended, one that began and has no end, and one that is still going on
create temporary table meetings (uid text, start_time timestamptz, end_time timestamptz);
insert into meetings
values
  ('over', now() - interval '2 hours', now() - interval '1 minute'),
  ('begun', now() - interval '1 minute', null),
  ('going-on', now() - interval '1 minute', now() + interval '1 hour'),
  ('moved', now() + interval '1 day', now() + interval '2 days');

-- When
create temporary table answers as
select m.uid, tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', m.uid, 'email', m.uid || '@lovelace.test', 'createdAt', now() - interval '1 day',
  'startTime', to_char(m.start_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  'endTime', to_char(m.end_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
)) as answer
from meetings as m;

-- Then
select results_eq(
  $$ select a.uid, a.answer ->> 'outcome', a.answer ->> 'email' from answers as a order by 1 $$,
  $$ values
     ('begun', 'applied', 'none'), ('going-on', 'applied', 'confirmation'), ('moved', 'applied', 'confirmation'),
     ('over', 'applied', 'none') $$,
  'it counts, without a mail'
);
select matches(
  (select a.answer ->> 'reason' from answers as a where a.uid = 'over'), 'No mail: the meeting is over\.$',
  'the answer says why'
);

-- When a meeting that is over is cancelled
select tests.send('BOOKING_CANCELLED', '{"uid": "over", "email": "over@lovelace.test"}');

-- Then
select is(tests.emails_to('over@lovelace.test'), null, 'nobody is told');

select * from finish();
rollback;
