-- Rule: a late event lets a stream be replayed; what that does to others is never its own outcome.
begin;
select plan(2);

-- Given Ada's seat of an event
select tests.send('BOOKING_CREATED', '{"seatsPerTimeSlot": 10}');

-- When a cancellation that was sent before names a seat that nobody here has booked
create temporary table answers as
select tests.send(
  'BOOKING_CANCELLED',
  '{"seatsPerTimeSlot": 10, "email": "grace@lovelace.test", "createdAt": "2037-03-02T08:00:00Z"}'
) as answer;

-- Then
select is((select a.answer ->> 'outcome' from answers as a), 'waiting', 'it waits for the booking of that person');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED', 'and Ada''s stays as it is');

select * from finish();
rollback;
