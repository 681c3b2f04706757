-- Rule: Cal.com writes Z, .000Z and +00:00 for the same moment, whatever the zone of our session.
begin;
select plan(1);

-- Given a session far from UTC
set local time zone 'Pacific/Auckland';
create temporary table spellings (uid text, start_time text);
insert into spellings
values
  ('uid-1', '2026-03-09T15:00:00Z'), ('uid-2', '2026-03-09T15:00:00.000Z'), ('uid-3', '2026-03-09T15:00:00+00:00'),
  ('uid-4', '2026-03-09T16:00:00+01:00');
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object('uid', s.uid, 'startTime', s.start_time)) as answer
from spellings as s;

-- Then
select is(
  array(
    select distinct b.start_time from public.bookings as b
    where b.calcom_uid in (select s.uid from spellings as s)
  ),
  array['2026-03-09 15:00:00+00'::timestamptz],
  'they all start at the same moment'
);

select * from finish();
rollback;
