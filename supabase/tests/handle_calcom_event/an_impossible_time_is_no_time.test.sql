-- Rule: the 30th of February, words and numbers name no moment; the booking counts without.
begin;
select plan(2);

-- Given times that are none
create temporary table times (uid text, value jsonb);
insert into times
values
  ('uid-1', '"2037-02-30T09:00:00Z"'), ('uid-2', '"2037-13-01T09:00:00Z"'), ('uid-3', '"2037-03-09T25:00:00Z"'),
  ('uid-4', '"now"'), ('uid-5', '"infinity"'), ('uid-6', '"epoch"'), ('uid-7', '1772000000'), ('uid-8', '{}'),
  ('uid-9', 'null'),
  ('uid-10', '"2037-03-09T15:00:00+99:00"'), ('uid-11', '""'), ('uid-12', '"2037-03-09"');
create temporary table answers as
select t.uid, tests.send(
  'BOOKING_CREATED', jsonb_build_object(
    'uid', t.uid, 'email', t.uid || '@lovelace.test', 'startTime', t.value, 'endTime', t.value
  )
) as answer
from times as t;

-- Then
select is_empty(
  $$ select t.value, a.answer from times as t join answers as a using (uid)
     where a.answer ->> 'outcome' is distinct from 'applied' $$,
  'the booking counts'
);
select is_empty(
  $$ select t.value, b.start_time from times as t left join public.bookings as b on b.calcom_uid = t.uid
     where b.start_time is not null or b.end_time is not null $$,
  'it has no time'
);

select * from finish();
rollback;
