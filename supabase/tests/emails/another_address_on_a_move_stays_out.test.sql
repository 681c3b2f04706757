-- Rule: whoever moves a booking may type another address. The mail goes to the attendee, in the attendee's zone and
--       language, under the attendee's name; that other person is no guest, and not in the title that Cal.com makes.
begin;
select plan(3);
create temporary view mails as
select e.kind, e.calcom_uid, crm.email_facts(e) ->> 'time_zone' as time_zone, crm.email_facts(e) ->> 'locale' as locale,
  crm.email_facts(e) ->> 'attendee_name' as name, crm.email_facts(e) ->> 'title' as title,
  crm.email_facts(e) -> 'guests' as guests
from public.emails as e where e.to_address = 'ada@lovelace.test';

-- Given
select tests.send('BOOKING_CREATED', '{
  "attendees": [{
    "email": "ada@lovelace.test", "name": "Ada", "timeZone": "America/Chicago", "language": {"locale": "es"}
  }]
}');

-- When
select tests.send('BOOKING_RESCHEDULED', '{
  "email": "eve@evil.test", "name": "Eve", "title": "Discovery call between Greta Host and Eve",
  "attendees": [
    {"email": "eve@evil.test", "name": "Eve", "timeZone": "Asia/Tokyo", "language": {"locale": "de"}},
    {"email": "guest@lovelace.test", "name": "Guest", "timeZone": "Asia/Tokyo", "language": {"locale": "de"}}
  ]
}');

-- Then
select results_eq(
  $$ select m.time_zone, m.locale, m.name, m.title, m.guests from mails as m where m.kind = 'reschedule' $$,
  $$ values
     ('America/Chicago', 'es', 'Ada Byron', 'Discovery call between Greta Host and Ada Byron',
      '[{"name": "Guest", "email": "guest@lovelace.test"}]'::jsonb) $$,
  'all is as the attendee''s own event said'
);
select is(tests.emails_to('eve@evil.test'), null, 'the other person hears nothing');

-- When the attendee's own address is somewhere in the list
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-c", "rescheduleUid": "uid-b", "email": "eve@evil.test", "createdAt": "2037-03-02T10:30:00Z",
  "startTime": "2037-03-11T15:00:00Z", "endTime": "2037-03-11T15:30:00Z",
  "attendees": [
    {"email": "eve@evil.test", "name": "Eve", "timeZone": "Asia/Tokyo", "language": {"locale": "de"}},
    {"email": "Ada@Lovelace.test", "name": "Ada", "timeZone": "Europe/Paris", "language": {"locale": "fr"}}
  ]
}');

-- Then
select results_eq(
  $$ select m.time_zone, m.locale, m.name, m.guests from mails as m where m.calcom_uid = 'uid-c' $$,
  $$ values ('Europe/Paris', 'fr', 'Ada', '[]'::jsonb) $$,
  'that entry counts'
);

select * from finish();
rollback;
