-- Rule: a calendar takes a newer number only; Cal.com repeats its numbers, so they are counted here, and a change
--       that owed no mail counts too, because the calendar heard of it from Cal.com.
begin;
select plan(4);
create temporary view numbers as
select e.kind, e.calcom_uid, crm.email_facts(e) #>> '{calendar,uid}' as entry,
  (crm.email_facts(e) #>> '{calendar,sequence}')::integer as number
from public.emails as e where e.to_address = 'ada@lovelace.test' order by 4;

-- When a booking is made, moved and cancelled, by events that all say 0
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_RESCHEDULED');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b"}');

-- Then
select results_eq(
  'table numbers',
  $$ values
     ('confirmation', 'uid-a', 'uid-a@Cal.com', 0), ('reschedule', 'uid-b', 'uid-a@Cal.com', 1),
     ('cancellation', 'uid-b', 'uid-a@Cal.com', 2) $$,
  'the entry is the same, its number rises'
);

-- When the attendee asks for a new time, without a mail, and the organizer confirms it
select tests.send('BOOKING_REQUESTED', '{
  "uid": "uid-c", "rescheduleUid": "uid-b", "createdAt": "2037-03-02T12:00:00Z", "startTime": "2037-03-11T15:00:00Z"
}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-c", "createdAt": "2037-03-02T13:00:00Z", "startTime": "2037-03-11T15:00:00Z", "requiresConfirmation": true
}');

-- Then
select is(
  (select crm.email_facts(e) #>> '{calendar,sequence}' from public.emails as e where e.calcom_uid = 'uid-c'), '4',
  'it jumps over a change without a mail'
);

-- When Cal.com counts further than is known here
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-d", "rescheduleUid": "uid-c", "createdAt": "2037-03-02T14:00:00Z", "startTime": "2037-03-12T15:00:00Z",
  "iCalSequence": 40, "iCalUID": "an-entry@google.test"
}');

-- Then
select is(
  (select crm.email_facts(e) -> 'calendar' from public.emails as e where e.calcom_uid = 'uid-d'),
  '{"uid": "an-entry@google.test", "sequence": 40, "hides_notes": false}'::jsonb,
  'a higher number and another entry of Cal.com''s count'
);

-- When the next event says nonsense
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-d", "createdAt": "2037-03-02T15:00:00Z", "iCalSequence": "many"}');

-- Then
select is(
  (
    select crm.email_facts(e) -> 'calendar' from public.emails as e
    where e.calcom_uid = 'uid-d' and e.kind = 'cancellation'
  ),
  '{"uid": "an-entry@google.test", "sequence": 41, "hides_notes": false}'::jsonb,
  'it goes on from what was told'
);

select * from finish();
rollback;
