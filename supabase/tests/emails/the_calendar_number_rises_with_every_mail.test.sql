-- Rule: a calendar takes a newer number only; Cal.com repeats its numbers, so they are counted here.
begin;
select plan(2);

-- When a booking is made, moved and cancelled, by events that all say 0
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_RESCHEDULED');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b"}');

-- Then
select results_eq(
  $$ select e.kind, e.details #>> '{calendar,uid}', (e.details #>> '{calendar,sequence}')::integer
     from public.emails as e where e.to_address = 'ada@lovelace.test' order by 3 $$,
  $$ values ('confirmation', 'uid-a@Cal.com', 0), ('reschedule', 'uid-a@Cal.com', 1), ('cancellation', 'uid-a@Cal.com', 2) $$,
  'the entry is the same, its number rises'
);

-- When Cal.com counts further than is known here
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-c", "rescheduleUid": "uid-b", "createdAt": "2026-03-02T12:00:00Z", "startTime": "2026-03-12T15:00:00Z",
  "iCalSequence": 7, "iCalUID": "an-entry@google.test"
}');

-- Then
select is(
  (select e.details -> 'calendar' from public.emails as e where e.to_address = 'ada@lovelace.test' and e.calcom_uid = 'uid-c'),
  '{"uid": "an-entry@google.test", "sequence": 7, "hides_notes": false}'::jsonb,
  'its number and its entry count'
);

select * from finish();
rollback;
