-- Rule: everything that has no rule is kept and ignored, whatever it carries; so is the test of Cal.com, which carries
--       a real-looking attendee.
begin;
select plan(5);

-- Given a booking
select tests.send('BOOKING_CREATED');
create temporary table before as select tests.picture('{lovelace.test}') as picture;

-- When every other trigger comes for it, and some that nobody knows
create temporary table answers as
select t.trigger, public.handle_calcom_event(tests.merge(
  tests.calcom_event('BOOKING_CANCELLED'), jsonb_build_object('triggerEvent', t.trigger)
)) as answer
from unnest(array[
  'BOOKING_LOCATION_UPDATED', 'BOOKING_PAYMENT_INITIATED', 'BOOKING_PAID', 'MEETING_STARTED',
  'RECORDING_READY', 'RECORDING_TRANSCRIPTION_GENERATED', 'AFTER_HOSTS_CAL_VIDEO_NO_SHOW',
  'AFTER_GUESTS_CAL_VIDEO_NO_SHOW', 'INSTANT_MEETING', 'INSTANT_MEETING_ACCEPTED', 'WRONG_ASSIGNMENT_REPORT',
  'FORM_SUBMITTED', 'FORM_SUBMITTED_NO_EVENT', 'OOO_CREATED', 'ROUTING_FORM_FALLBACK_HIT', 'CALENDAR_ENTRY_REJECTED',
  'DELEGATION_CREDENTIAL_ERROR', 'PING', 'BOOKING_CONFIRMED', 'booking_cancelled', 'SOMETHING_NEW', repeat('X', 10000)
]) as t (trigger);

-- When Cal.com's test comes in its own shape
insert into answers
select 'PING in its own shape', public.handle_calcom_event(
  tests.calcom_event('PING', '{"email": "jdoe@ping.test", "type": "Test"}')
  #- '{payload,uid}' #- '{payload,responses}' #- '{payload,status}' #- '{payload,bookingId}'
);

-- Then
select is_empty(
  $$ select a.trigger, a.answer from answers as a
     where a.answer ->> 'outcome' is distinct from 'ignored' or coalesce(a.answer ->> 'reason', '') = '' $$,
  'each is ignored, with a reason'
);
select is_empty(
  $$ select a.trigger from answers as a left join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid
     where e.outcome is distinct from 'ignored' $$,
  'each is kept in the log'
);
select is(tests.picture('{lovelace.test}'), (select b.picture from before as b), 'the booking is as before');
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-a', 'nobody is written to');
select is(
  array[tests.picture('{ping.test}'), tests.emails_to('jdoe@ping.test')], array[null, null]::text[],
  'nobody is made of the test'
);

select * from finish();
rollback;
