-- Rule: what is no mail address for the rules (an international one, say) still names somebody, who can be erased.
begin;
select plan(6);
select tests.empty_crm();

-- Given a booking that failed for its address, and a meeting to which its owner was brought along
select tests.send('BOOKING_CREATED', '{
  "email": "Jörg@Bücher.test", "name": "Jörg Müller", "title": "Call with Jörg Müller",
  "additionalNotes": "I have gout and need a chair", "responses": {"phone": {"value": "+442079460958"}}
}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-g", "email": "grace@hopper.test", "name": "Grace Hopper", "createdAt": "2037-03-02T09:10:00Z",
  "title": "Call of Grace Hopper with Jörg Müller", "additionalNotes": "bring cake",
  "attendees": [
    {"email": "grace@hopper.test", "name": "Grace Hopper"}, {"email": "JÖRG@bücher.test", "name": "Jörg Müller"}
  ]
}');
select is(public.export_person('jörg@bücher.test') ->> 'found', 'true', 'he can be exported');

-- When
select is(public.erase_person(' jörg@BÜCHER.test') ->> 'erased', 'true', 'and erased');

-- Then
select is(
  tests.standing(array['Jörg@Bücher.test', 'jörg@bücher.test', 'Jörg Müller', 'gout', '79460958']), '{}',
  'nothing tells of him'
);
select is(
  (select e.payload #>> '{payload,additionalNotes}' from public.calcom_events as e where e.uid = 'uid-g'), 'bring cake',
  'what others wrote stays'
);

-- When the body that failed comes once more
select tests.send('BOOKING_CREATED', '{
  "email": "Jörg@Bücher.test", "name": "Jörg Müller", "title": "Call with Jörg Müller",
  "additionalNotes": "I have gout and need a chair", "responses": {"phone": {"value": "+442079460958"}}
}');
select is(
  tests.standing(array['Jörg@Bücher.test', 'Jörg Müller', 'gout', '79460958']), '{}', 'it does not bring him back'
);

-- When something that names nobody is asked for
select is(
  public.erase_person('nobody') ->> 'reason', 'This is no mail address.', 'what has no @ is refused'
);

select * from finish();
rollback;
