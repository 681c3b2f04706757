-- Rule: for seats only the attendees count, whose name and address the event is about.
begin;
select plan(4);

-- When Grace takes a seat, and the answers name Ada
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-s", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-2",
  "attendees": [{"email": "grace@hopper.test", "name": "Grace Hopper", "timeZone": "UTC"}],
  "responses": {"email": {"value": "ada@lovelace.test"}, "name": {"value": "Ada Byron"}}
}');

-- Then
select is(tests.bookings_of('grace@hopper.test'), 'uid-s ACCEPTED', 'the attendee is booked');
select is((select p.name from public.people as p where p.email = 'grace@hopper.test'), 'Grace Hopper', 'under their own name');
select is(tests.picture('{lovelace.test}'), null, 'nobody is made of the answers');

-- When a plain string is there instead
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-s", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-3", "createdAt": "2026-03-02T09:05:00Z",
  "attendees": [{"email": "mary@somerville.test", "name": "Mary", "timeZone": "UTC"}],
  "responses": {"email": "ada@lovelace.test", "name": "Ada Byron"}
}');

-- Then
select is(tests.bookings_of('mary@somerville.test'), 'uid-s ACCEPTED', 'nor of a plain string');

select * from finish();
rollback;
