-- Rule: who holds another seat of the same meeting keeps name, answers and mails.
begin;
select plan(7);

-- Given a webinar named after Ada, who booked it first, and Grace of another company
select tests.send('BOOKING_CREATED', '{
  "seatsPerTimeSlot": 9, "attendeeSeatId": "seat-1", "title": "Webinar between Greta Host and Ada Byron"
}');
select tests.send('BOOKING_CREATED', '{
  "email": "grace@hopper.test", "name": "Grace Hopper", "createdAt": "2037-03-02T09:10:00Z", "seatsPerTimeSlot": 9,
  "attendeeSeatId": "seat-2", "title": "Webinar between Greta Host and Ada Byron",
  "additionalNotes": "I bring a compiler along"
}');
select tests.send('BOOKING_CANCELLED', '{
  "seatsPerTimeSlot": 9, "title": "Webinar between Greta Host and Ada Byron", "additionalNotes": "Ada is shy",
  "responses": {"email": {"value": "ada@lovelace.test"}, "guests": {"value": ["grace@hopper.test"]}},
  "attendees": [
    {"email": "ada@lovelace.test", "name": "Ada Byron"}, {"email": "grace@hopper.test", "name": "Grace Hopper"}
  ]
}');
create temporary table before as select tests.facts() as facts;

-- When
select public.erase_person('ada@lovelace.test');

-- Then
select is(tests.facts(), (select b.facts from before as b), 'all meetings and deals are what they were');
select is(
  (select p.name from public.people as p where p.email = 'grace@hopper.test'), 'Grace Hopper', 'she has her name'
);
select is(
  (select e.payload #>> '{payload,additionalNotes}' from public.calcom_events as e
   where e.booker_email = 'grace@hopper.test' and e.trigger = 'BOOKING_CREATED'),
  'I bring a compiler along', 'and what she has said'
);
select is(tests.standing(array['ada@lovelace.test', 'Ada Byron', 'Ada is shy']), '{}', 'nothing tells of Ada');

-- When somebody books a seat of the same webinar, which Cal.com still calls after Ada
select tests.send('BOOKING_CREATED', '{
  "email": "mary@somerville.test", "name": "Mary", "createdAt": "2037-03-03T09:10:00Z", "seatsPerTimeSlot": 9,
  "attendeeSeatId": "seat-3", "title": "Webinar between Greta Host and Ada Byron", "additionalNotes": "Hello"
}');
select is(tests.places_of('Ada Byron'), '{}', 'that does not bring her name back');
select is(tests.bookings_of('mary@somerville.test'), 'uid-a ACCEPTED', 'and the seat is booked');
select is(tests.changes_of_rebuild(), null, 'a rebuild changes nothing');

select * from finish();
rollback;
