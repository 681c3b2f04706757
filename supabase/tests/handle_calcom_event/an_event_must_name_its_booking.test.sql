-- Rule: without a uid, or with one that Cal.com never makes, there is nothing to find.
begin;
select plan(4);

-- When every trigger comes without a usable uid
create temporary table answers as
select t.trigger, u.uid, public.handle_calcom_event(
  case when u.uid is null then e.event #- '{payload,uid}' #- '{payload,bookingUid}' #- '{payload,rescheduleUid}'
    else tests.merge(e.event, jsonb_build_object(
      'payload', jsonb_build_object('uid', u.uid, 'bookingUid', u.uid, 'rescheduleUid', u.uid)
    ))
  end
) as answer
from unnest(array[
  'BOOKING_CREATED', 'BOOKING_REQUESTED', 'BOOKING_RESCHEDULED', 'BOOKING_CANCELLED', 'BOOKING_REJECTED',
  'MEETING_ENDED',
  'BOOKING_NO_SHOW_UPDATED'
]) as t (trigger)
cross join (values (null::jsonb), ('""'), ('{}'), ('[1]'), ('true'), (to_jsonb(repeat('x', 201)))) as u (uid)
cross join lateral (select tests.calcom_event(t.trigger) as event) as e;

-- Then
select is_empty(
  $$ select a.trigger, left(a.uid::text, 20), a.answer from answers as a
     where a.answer ->> 'outcome' is distinct from 'failed'
       or a.answer ->> 'reason' not like '% names no booking: "uid" is missing%' $$,
  'each is failed, and says why'
);
select is(
  public.handle_calcom_event(tests.calcom_event('BOOKING_CREATED') || '{"payload": null}') ->> 'outcome', 'failed',
  'an empty envelope is failed too'
);
select is(tests.picture('{lovelace.test}'), null, 'nothing is made of them');

-- When a uid is as long as may be, and when one of two is longer
select is(
  array[
    tests.send('BOOKING_CREATED', jsonb_build_object('uid', repeat('x', 200))) ->> 'outcome',
    tests.send('BOOKING_CREATED', jsonb_build_object('uid', repeat('x', 201))) ->> 'outcome',
    tests.send('BOOKING_RESCHEDULED', jsonb_build_object('rescheduleUid', repeat('x', 201))) ->> 'outcome'
  ],
  array['applied', 'failed', 'failed'],
  'a uid has at most 200 characters'
);

select * from finish();
rollback;
