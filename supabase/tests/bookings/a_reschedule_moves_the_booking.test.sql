-- Rule: the booking found by rescheduleUid gets the new uid, times, title and organizer.
begin;
select plan(2);

-- Given
create temporary table before as
select tests.send('BOOKING_CREATED') ->> 'booking_id' as booking_id;

-- When another host takes the new time
select is(
  tests.send('BOOKING_RESCHEDULED', '{"title": "New title", "organizer": {"email": "Piet@host.test"}}') ->> 'outcome',
  'applied',
  'the answer says so'
);

-- Then
select results_eq(
  $$ select b.id::text, b.calcom_uid, b.title, b.start_time, b.end_time, b.status, b.organizer_email
     from public.bookings as b join public.people as p on p.id = b.person_id where p.email = 'ada@lovelace.test' $$,
  $$ select b.booking_id, 'uid-b', 'New title', '2026-03-10 15:00+00'::timestamptz, '2026-03-10 15:30+00'::timestamptz,
       'ACCEPTED', 'piet@host.test'
     from before as b $$,
  'the same row has the new time and uid'
);

select * from finish();
rollback;
