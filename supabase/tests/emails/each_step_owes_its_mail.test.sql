-- Rule: confirmation, reschedule, cancellation; nothing for the end of a meeting or a no-show.
begin;
select plan(6);

-- When a booking is made, moved, and ends; then comes a no-show
select is(tests.send('BOOKING_CREATED') ->> 'email', 'confirmation', 'BOOKING_CREATED: a confirmation');
select is(tests.send('BOOKING_RESCHEDULED') ->> 'email', 'reschedule', 'BOOKING_RESCHEDULED: a reschedule');
select is(
  tests.send('MEETING_ENDED', '{"uid": "uid-b", "endTime": "2026-03-10T15:30:00Z"}') ->> 'email', 'none',
  'MEETING_ENDED: none'
);
select is(tests.send('BOOKING_NO_SHOW_UPDATED', '{"bookingUid": "uid-b"}') ->> 'email', 'none', 'BOOKING_NO_SHOW_UPDATED: none');
select is(
  tests.send('BOOKING_CANCELLED', '{"uid": "uid-b", "createdAt": "2026-03-12T11:00:00Z"}') ->> 'email', 'cancellation',
  'BOOKING_CANCELLED: a cancellation'
);

-- Then
select is(
  tests.emails_to('ada@lovelace.test'), 'confirmation uid-a, reschedule uid-b, cancellation uid-b',
  'that is all there is in the outbox'
);

select * from finish();
rollback;
