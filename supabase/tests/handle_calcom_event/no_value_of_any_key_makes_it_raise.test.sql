-- Rule: whatever a body holds, it is answered and kept; only what names the trigger or the booking is needed.
begin;
select plan(5);

-- Given a body for every trigger and every key that is read, and what the key may hold
create temporary table bodies as
select t.trigger, k.path, v.value, e.event, jsonb_set(e.event, k.path, v.value) as body
from unnest(array[
  'BOOKING_CREATED', 'BOOKING_REQUESTED', 'BOOKING_RESCHEDULED', 'BOOKING_CANCELLED', 'BOOKING_REJECTED',
  'MEETING_ENDED',
  'BOOKING_NO_SHOW_UPDATED'
]) as t (trigger)
cross join (
  values
    ('{triggerEvent}'::text[]), ('{createdAt}'), ('{payload}'), ('{payload,uid}'), ('{payload,bookingUid}'),
    ('{payload,rescheduleUid}'), ('{payload,startTime}'), ('{payload,endTime}'), ('{payload,title}'),
    ('{payload,attendees}'), ('{payload,attendees,0}'), ('{payload,attendees,0,email}'),
    ('{payload,attendees,0,noShow}'),
    ('{payload,responses}'), ('{payload,responses,email}'), ('{payload,responses,name}'), ('{payload,organizer}'),
    ('{payload,organizer,email}'), ('{payload,seatsPerTimeSlot}'), ('{payload,attendeeSeatId}'), ('{payload,iCalUID}'),
    ('{payload,metadata}'), ('{payload,location}'), ('{payload,recurringEvent}'), ('{payload,team}')
) as k (path)
cross join (values ('null'::jsonb), ('true'), ('["a", null, {}, []]'), ('{"value": {"value": []}}')) as v (value)
cross join lateral (
  select tests.calcom_event('BOOKING_CREATED', jsonb_build_object(
    'uid', u.uid, 'bookingUid', u.uid, 'rescheduleUid', u.uid, 'attendeeSeatId', 'seat-1',
    'iCalUID', u.uid || '@Cal.com',
    'recurringEvent', '{"freq": 2}'::jsonb, 'team', '{"members": []}'::jsonb, 'email', format('ada@%s.test', u.uid),
    'attendees', jsonb_build_array(jsonb_build_object('email', format('ada@%s.test', u.uid), 'noShow', true))
  )) || jsonb_build_object('triggerEvent', t.trigger) as event
  from (select left(md5(t.trigger || k.path::text), 12) as uid) as u
) as e;

-- Given a booking for each key, so that every event finds something
create temporary table bookings as
select public.handle_calcom_event(
  b.event || '{"triggerEvent": "BOOKING_CREATED", "createdAt": "2037-03-01T09:00:00Z"}'
) as answer
from (select distinct b.event from bodies as b) as b;

-- When all are sent
create temporary table answers as
select b.*, public.handle_calcom_event(b.body) as answer from bodies as b;

-- Then
select is_empty(
  $$ select b.trigger, b.path, b.value from bodies as b where b.body #> b.path is distinct from b.value $$,
  'every body holds the value that it is about'
);
select is_empty(
  $$ select b.answer from bookings as b where b.answer ->> 'outcome' is distinct from 'applied' $$,
  'every booking is there'
);
select is_empty(
  $$ select a.trigger, a.path, a.value, a.answer from answers as a
     where coalesce(a.answer ->> 'outcome', '') not in ('applied', 'duplicate', 'ignored', 'waiting', 'failed')
        or coalesce(a.answer ->> 'reason', '') = '' $$,
  'every answer has an outcome and a reason'
);
select is_empty(
  $$ select a.trigger, a.path, a.value from answers as a
     left join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid
     where e.payload is distinct from a.body or e.decided_at is null $$,
  'every body is kept as it came, and decided'
);
select results_eq(
  $$ select array_to_string(a.path, '.'), count(*) from answers as a
     where a.answer ->> 'outcome' = 'failed' group by 1 order by 1 $$,
  $$ values
     ('payload', 28::bigint), ('payload.attendees', 4), ('payload.attendees.0', 4), ('payload.attendees.0.email', 4),
     ('triggerEvent', 28) $$,
  'only what names the trigger and the booking is needed, and the booker of a BOOKING_CREATED'
);

select * from finish();
rollback;
