-- Rule: the end of a meeting may name a time of which nobody has heard, and the booking that it came from. When that
--       booking has moved on meanwhile, the end means nothing; it waits for nothing.
begin;
select plan(2);

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

select * from finish();
rollback;
