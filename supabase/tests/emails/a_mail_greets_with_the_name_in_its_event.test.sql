-- Rule: a mail greets whoever booked by the name that was given for it, whatever the person is called here.
begin;
select plan(2);
create temporary view greetings as
select e.kind, e.calcom_uid, crm.email_facts(e) ->> 'attendee_name' as name
from public.emails as e where e.to_address = 'ada@lovelace.test';

-- When somebody books under several names
select tests.send('BOOKING_CREATED', '{"name": "Ada Byron"}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-2", "createdAt": "2037-03-02T09:10:00Z", "name": {"firstName": "Ada", "lastName": "Lovelace"}
}');
select tests.send('BOOKING_CANCELLED', '{"name": "Countess Ada"}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-3", "createdAt": "2037-03-02T09:20:00Z", "name": "Ada of the form",
  "attendees": [{"email": "ada@lovelace.test", "name": "Ada of the list"}]
}');

-- Then
select bag_eq(
  'table greetings',
  $$ values
     ('confirmation', 'uid-a', 'Ada Byron'), ('cancellation', 'uid-a', 'Countess Ada'),
     ('confirmation', 'uid-2', 'Ada Lovelace'), ('confirmation', 'uid-3', 'Ada of the form') $$,
  'each mail has the name in its own event'
);

-- When an event gives none
update public.people as p set name = 'Ada King' where p.email = 'ada@lovelace.test';
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-2", "name": ""}');

-- Then
select is(
  (select g.name from greetings as g where g.kind = 'cancellation' and g.calcom_uid = 'uid-2'), 'Ada King',
  'it is the person''s'
);

select * from finish();
rollback;
