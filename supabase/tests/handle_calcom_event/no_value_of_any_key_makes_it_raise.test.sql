-- Rule: whatever a body holds, it is answered and kept.
begin;
select plan(3);

-- Given a body for every trigger and every key that is read, and what the key may hold
create temporary table bodies as
select t.trigger, k.path, v.value, jsonb_set(e.event, k.path, v.value) as body, e.uid
from (
  select t.trigger, row_number() over () as place
  from unnest(array[
    'BOOKING_CREATED', 'BOOKING_REQUESTED', 'BOOKING_RESCHEDULED', 'BOOKING_CANCELLED', 'MEETING_ENDED',
    'BOOKING_NO_SHOW_UPDATED'
  ]) as t (trigger)
) as t
cross join (
  values
    ('{triggerEvent}'::text[]), ('{createdAt}'), ('{payload}'), ('{payload,uid}'), ('{payload,bookingUid}'),
    ('{payload,rescheduleUid}'), ('{payload,startTime}'), ('{payload,endTime}'), ('{payload,title}'),
    ('{payload,attendees}'), ('{payload,attendees,0}'), ('{payload,attendees,0,email}'), ('{payload,attendees,0,noShow}'),
    ('{payload,responses}'), ('{payload,responses,email}'), ('{payload,responses,name}'), ('{payload,organizer}'),
    ('{payload,organizer,email}'), ('{payload,seatsPerTimeSlot}'), ('{payload,attendeeSeatId}'), ('{payload,iCalUID}'),
    ('{payload,metadata}'), ('{payload,location}'), ('{payload,recurringEvent}')
) as k (path)
cross join (
  values
    ('null'::jsonb), ('true'), ('["a", null, {}, []]'), ('{"value": {"value": []}}')
) as v (value)
cross join lateral (select format('uid-%s%s', t.place, array_to_string(k.path, '-')) as uid) as u
cross join lateral (
  select u.uid, tests.calcom_event(t.trigger, jsonb_build_object(
    'uid', u.uid, 'bookingUid', u.uid, 'rescheduleUid', u.uid, 'email', format('ada@%s.test', replace(u.uid, 'payload', 'p'))
  )) as event
) as e;

-- Given a booking for each key, so that every event finds something
create temporary table bookings as
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', b.uid, 'email', format('ada@%s.test', replace(b.uid, 'payload', 'p'))
)) as answer
from (select distinct b.uid from bodies as b) as b;

-- When all are sent
create temporary table answers as
select b.trigger, b.path, left(b.value::text, 40) as value, b.body, public.handle_calcom_event(b.body) as answer
from bodies as b;

-- Then
select is_empty(
  $$ select a.trigger, a.path, a.value, a.answer from answers as a
     where coalesce(a.answer ->> 'outcome', '') not in ('applied', 'duplicate', 'ignored', 'waiting', 'failed')
        or coalesce(a.answer ->> 'reason', '') = '' $$,
  'every answer has an outcome and a reason'
);
select is_empty(
  $$ select a.trigger, a.path, a.value from answers as a
     left join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid
     where e.payload is distinct from a.body or e.outcome is null $$,
  'every body is kept as it came'
);
select is_empty(
  $$ select a.trigger, a.path, a.value, a.answer from answers as a where a.answer ->> 'outcome' = 'failed'
       and not a.path && array['triggerEvent', 'payload']
       or a.answer ->> 'outcome' = 'failed'
       and a.path && array['startTime', 'endTime', 'title', 'name', 'organizer', 'iCalUID', 'metadata', 'location'] $$,
  'only what names the trigger, the booking or the person is needed'
);

select * from finish();
rollback;
