-- Rule: a calendar hears of changes from Cal.com too, so a change that owed no mail counts as well.
begin;
select plan(1);

-- Given a booking that the attendee asked to move
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_REQUESTED', '{
  "uid": "uid-b", "rescheduleUid": "uid-a", "createdAt": "2026-03-02T10:00:00Z", "startTime": "2026-03-10T15:00:00Z"
}');

-- When the host confirms the new time
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-b", "createdAt": "2026-03-02T11:00:00Z", "startTime": "2026-03-10T15:00:00Z", "requiresConfirmation": true
}');

-- Then
select results_eq(
  $$ select e.calcom_uid, e.details #> '{calendar,sequence}' from public.emails as e
     where e.to_address = 'ada@lovelace.test' order by e.calcom_uid $$,
  $$ values ('uid-a', '0'::jsonb), ('uid-b', '2'::jsonb) $$,
  'the number jumps over the request'
);

select * from finish();
rollback;
