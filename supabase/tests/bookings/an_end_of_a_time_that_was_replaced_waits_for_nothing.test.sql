-- Rule: the end of a meeting may name a time of which nobody has heard, and the booking that it came from. When that
--       booking has moved on meanwhile, the end means nothing; it waits for nothing.
begin;
select plan(3);

-- Given a booking that a request has moved, which came from a time that nobody has heard of
select tests.send('BOOKING_CREATED', '{"iCalUID": "uid-a@Cal.com"}');
select is(
  tests.send('BOOKING_REQUESTED', '{
    "uid": "uid-c", "rescheduleUid": "uid-b", "iCalUID": "uid-a@Cal.com", "createdAt": "2037-03-03T09:00:00Z",
    "startTime": "2037-03-20T15:00:00Z", "endTime": "2037-03-20T15:30:00Z"
  }') ->> 'outcome',
  'applied', 'the calendar id tells which booking moves'
);

-- When the timer of that time fires
select is(
  tests.send('MEETING_ENDED', '{"uid": "uid-b", "fromReschedule": "uid-a"}') ->> 'reason',
  'The meeting had been moved to another time.', 'that was set too early'
);

-- Nor does it when that booking becomes known by the move that came after it
select tests.send('MEETING_ENDED', '{
  "uid": "uid-f", "fromReschedule": "uid-e", "startTime": "2037-03-10T08:00:00Z", "endTime": "2037-03-10T08:30:00Z"
}');
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-g", "rescheduleUid": "uid-f", "createdAt": "2037-03-10T18:00:00Z", "iCalUID": "uid-e@Cal.com",
  "startTime": "2037-03-12T15:00:00Z", "endTime": "2037-03-12T15:30:00Z"
}');
select is(
  (select e.reason from public.calcom_events as e where e.new_uid = 'uid-f'),
  'The meeting had been moved to another time.', 'the same when it was moved on before anybody knew of it'
);

select * from finish();
rollback;
