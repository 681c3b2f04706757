-- Rule: somebody corrects a person's address by hand. The mails go there from then on; Cal.com still names the address
--       that was typed, and what it says about that is about this attendee.
begin;
select plan(2);

-- Given
select tests.send('BOOKING_CREATED', '{
  "email": "ada@lovelace.tset", "attendees": [{
    "email": "ada@lovelace.tset", "name": "Ada", "timeZone": "America/Chicago", "language": {"locale": "es"}
  }]
}');

-- When
update public.people as p set email = 'ada@lovelace.test' where p.email = 'ada@lovelace.tset';
select tests.send('BOOKING_RESCHEDULED', '{
  "email": "ada@lovelace.tset", "name": "Ada of the form", "attendees": [
    {"email": "ada@lovelace.tset", "name": "Ada", "timeZone": "Europe/Paris", "language": {"locale": "fr"}},
    {"email": "kofi@hopper.test", "name": "Kofi"}
  ]
}');

-- Then
select results_eq(
  $$ select
       crm.email_facts(e) ->> 'time_zone', crm.email_facts(e) ->> 'locale', crm.email_facts(e) ->> 'attendee_name',
       crm.email_facts(e) -> 'guests'
     from tests.email('reschedule') as e $$,
  $$ values ('Europe/Paris', 'fr', 'Ada of the form', '[{"name": "Kofi", "email": "kofi@hopper.test"}]'::jsonb) $$,
  'the mail to the corrected address is the attendee''s own'
);
select is(tests.emails_to('ada@lovelace.tset'), 'confirmation uid-a', 'the wrong address gets no more');

select * from finish();
rollback;
