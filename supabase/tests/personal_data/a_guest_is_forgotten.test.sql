-- Rule: who was only brought along can be erased, too; the booking stays that of whoever made it.
begin;
select plan(7);
select tests.empty_crm();

create function tests.bring(p_uid text, p_at text)
returns jsonb
language sql
return tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', p_uid, 'email', 'grace@hopper.test', 'name', 'Grace Hopper', 'createdAt', p_at,
  'title', 'Call between Greta Host and Grace Hopper', 'additionalNotes', 'Kim Novak (Kim@Gmail.com) joins',
  'attendees', '[
    {"email": "grace@hopper.test", "name": "Grace Hopper"}, {"email": "kim@gmail.com", "name": "Kim Novak"}
  ]'::jsonb,
  'responses', '{"guests": {"value": ["kim@gmail.com"]}}'::jsonb
));

-- Given Kim, whom Grace brought along
select tests.bring('uid-a', '2037-03-02T09:00:00Z');
create temporary table before as select tests.facts() as facts;

-- When
select is(public.erase_person('kim@gmail.com') ->> 'erased', 'true', 'she is known, though she never booked');

-- Then
select is(tests.facts(), (select b.facts from before as b), 'the booking is what it was');
select is(
  (select b.attendee_email || ', ' || b.title from public.bookings as b),
  'grace@hopper.test, Call between Greta Host and Grace Hopper', 'Grace''s'
);
select is(
  tests.standing(array['kim@gmail.com', 'Kim Novak']), '{}', 'nothing tells of her'
);
select matches(
  (select m.template_data #>> '{guests,0,email}' from public.claim_email() as m), '^erased-\w+@gmail\.com$',
  'the mail to Grace names a pseudonym'
);

-- When the booking moves, still with her in the list, and when Grace brings her to another meeting later
select tests.send('BOOKING_RESCHEDULED', '{"email": "grace@hopper.test", "name": "Grace Hopper", "attendees": [
  {"email": "grace@hopper.test", "name": "Grace Hopper"}, {"email": "kim@gmail.com", "name": "Kim Novak"}
]}');
select is(tests.places_of('kim@gmail.com'), '{}', 'a move does not bring her back');
select tests.bring('uid-z', '2037-05-02T09:00:00Z');
select is(
  tests.places_of('kim@gmail.com'), array['public.calcom_events.payload'],
  'to a later meeting she comes as somebody new'
);

select * from finish();
rollback;
