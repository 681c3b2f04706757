-- Rule: an event about a request that was never booked waits for nothing. When it has been booked, by the log, a move
--       that says it was sent before is no such event: it counts from the booking on, and with it what follows.
begin;
select plan(4);
select tests.empty_crm();

-- Given a request that was confirmed
select tests.send('BOOKING_CREATED', '{
  "createdAt": "2037-03-02T09:00:00.000Z", "uid": "asked", "status": "PENDING", "requiresConfirmation": true
}');
select tests.send('BOOKING_CREATED', '{
  "createdAt": "2037-03-02T09:00:00.001Z", "uid": "asked", "status": "ACCEPTED", "requiresConfirmation": true
}');

-- When its move, and the end of that, say that they were sent before
select is(
  tests.send('BOOKING_RESCHEDULED', '{
    "createdAt": "2037-03-02T08:58:00.000Z", "uid": "moved", "rescheduleUid": "asked"
  }') ->> 'outcome',
  'applied', 'the move counts'
);
select is(
  tests.send('BOOKING_CANCELLED', '{"createdAt": "2037-03-02T08:58:00.001Z", "uid": "moved"}') ->> 'outcome', 'applied',
  'and so does the cancellation of what it moved'
);

-- When another time is asked for before a meeting was booked, by the moments that they name, and then called off
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00.000Z", "uid": "booked"}');
select is(
  tests.send('BOOKING_RESCHEDULED', '{
    "createdAt": "2037-03-02T08:58:00.000Z", "uid": "wanted", "rescheduleUid": "booked", "status": "PENDING"
  }') ->> 'outcome',
  'applied', 'the request counts'
);
select is(
  tests.send('BOOKING_CANCELLED', '{"createdAt": "2037-03-02T08:58:00.001Z", "uid": "wanted"}') ->> 'outcome',
  'applied', 'and so does its cancellation'
);

select * from finish();
rollback;
