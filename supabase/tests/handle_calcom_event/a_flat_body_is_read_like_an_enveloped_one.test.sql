-- Rule: the part that describes the booking is payload, or the body itself where there is none.
begin;
select plan(3);

-- When a BOOKING_CREATED comes with an envelope that says nothing
select is(
  public.handle_calcom_event(tests.calcom_event('BOOKING_CREATED') || '{"payload": null}') ->> 'outcome', 'failed',
  'an empty envelope is no booking'
);

-- When MEETING_ENDED comes wrapped, for a booking that is known
select tests.send('BOOKING_CREATED');
select is(
  public.handle_calcom_event(tests.calcom_event('MEETING_ENDED', '{"createdAt": "2026-03-09T15:31:00Z"}')) ->> 'outcome',
  'applied', 'a wrapped end of a meeting counts'
);

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED attended', 'and was attended');

select * from finish();
rollback;
