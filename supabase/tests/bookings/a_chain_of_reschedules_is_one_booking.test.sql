-- Rule: each reschedule names only the uid before it.
begin;
select plan(4);

-- Given A, moved to B, moved to C
create temporary table before as select tests.send('BOOKING_CREATED') ->> 'booking_id' as booking_id;
select tests.send('BOOKING_RESCHEDULED');
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-c", "rescheduleUid": "uid-b", "createdAt": "2026-03-02T10:30:00Z",
  "startTime": "2026-03-11T15:00:00Z", "endTime": "2026-03-11T15:30:00Z"
}');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-c ACCEPTED', 'there is one booking, under the last uid');
select is(
  (select b.id::text from public.bookings as b where b.calcom_uid = 'uid-c'), (select b.booking_id from before as b),
  'it is still the first row'
);
select is(tests.deals_of('lovelace.test'), 'active booked', 'there is one deal');
select is(
  tests.emails_to('ada@lovelace.test'), 'confirmation uid-a, reschedule uid-b, reschedule uid-c',
  'each step has its mail'
);

select * from finish();
rollback;
