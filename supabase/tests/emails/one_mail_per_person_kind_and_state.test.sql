-- Rule: two webhooks on one URL send everything twice, with another createdAt; the attendee hears of it once. The state
--       is the uid, the seat and the time.
begin;
select plan(3);

-- When each event comes twice
create temporary table answers as
select tests.send(e.trigger, jsonb_build_object('createdAt', e.created_at)) as answer
from (
  values
    ('BOOKING_CREATED', '2037-03-02T09:00:00.000Z'), ('BOOKING_CREATED', '2037-03-02T09:00:00.017Z'),
    ('BOOKING_RESCHEDULED', '2037-03-02T10:00:00.000Z'), ('BOOKING_RESCHEDULED', '2037-03-02T10:00:00.017Z')
) as e (trigger, created_at);
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b", "createdAt": "2037-03-02T11:00:00.000Z"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b", "createdAt": "2037-03-02T11:00:00.017Z"}');

-- Then
select is(
  tests.emails_to('ada@lovelace.test'), 'confirmation uid-a, reschedule uid-b, cancellation uid-b',
  'there is one mail of each'
);
select throws_ok(
  $$ insert into public.emails (event_id, kind, calcom_uid, start_time, from_address, to_address, template_data)
     select e.event_id, e.kind, e.calcom_uid, e.start_time, e.from_address, e.to_address, e.template_data
     from public.emails as e where e.to_address = 'ada@lovelace.test' and e.kind = 'confirmation' $$,
  '23505',
  'duplicate key value violates unique constraint "emails_once_per_person_kind_and_state"',
  'a second one is refused'
);

-- When a seated event is moved in place, twice
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-s", "email": "kofi@hopper.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"
}');
select tests.send('BOOKING_RESCHEDULED', jsonb_build_object(
  'uid', 'uid-s', 'rescheduleUid', 'uid-s', 'email', 'kofi@hopper.test', 'seatsPerTimeSlot', 10,
  'createdAt', m.created_at, 'startTime', m.start_time, 'endTime', null
))
from (
  values ('2037-03-02T10:00:00Z', '2037-03-10T15:00:00Z'), ('2037-03-02T10:05:00Z', '2037-03-11T15:00:00Z')
) as m (created_at, start_time);

-- Then
select results_eq(
  $$ select e.start_time from public.emails as e
     where e.to_address = 'kofi@hopper.test' and e.kind = 'reschedule' order by 1 $$,
  $$ values ('2037-03-10 15:00+00'::timestamptz), ('2037-03-11 15:00+00'::timestamptz) $$,
  'each move has its mail, though the uid stays'
);

select * from finish();
rollback;
