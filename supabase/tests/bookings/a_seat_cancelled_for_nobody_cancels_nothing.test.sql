-- Rule: Cal.com sends no attendees when it does not find the seat; the meeting goes on.
begin;
select plan(2);

-- Given a seat
select tests.send('BOOKING_CREATED', '{"uid": "uid-s", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"}');

-- When
create temporary table answer as
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-s", "seatsPerTimeSlot": 10, "attendees": []}') as value;

-- Then
select is((select a.value ->> 'outcome' from answer as a), 'ignored', 'the event is ignored');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-s ACCEPTED', 'the seat stays booked');

select * from finish();
rollback;
