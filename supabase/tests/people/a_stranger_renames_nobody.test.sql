-- Rule: whoever books under somebody's address changes no name, and with cancellation_rule last_meeting no deal.
begin;
select plan(4);

-- Given a company whose name is known, and a meeting of Ada's
select tests.send('BOOKING_CREATED', '{"responses": {"company": {"value": "Lovelace Ltd"}}}');
update public.settings as s set value = 'last_meeting' where s.name = 'cancellation_rule';

-- When a stranger books under her address, and under one of the same domain, and cancels both
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-x", "createdAt": "2037-03-02T09:30:00Z", "name": "Pay at https://evil.test",
  "responses": {"company": {"value": "Evil Corp"}}
}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-y", "createdAt": "2037-03-02T09:31:00Z", "email": "boss@lovelace.test", "name": "Evil Boss",
  "responses": {"company": {"value": "Evil Corp"}}
}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-x"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-y", "email": "boss@lovelace.test"}');

-- Then
select results_eq(
  $$ select c.name, p.name from public.people as p join public.companies as c on c.id = p.company_id
     where p.email = 'ada@lovelace.test' $$,
  $$ values ('Lovelace Ltd', 'Ada Byron') $$, 'person and company are called what they were'
);
select is(tests.deals_of('lovelace.test'), 'active booked', 'the deal goes on');
select is(
  (select crm.email_facts(e) ->> 'attendee_name' from public.emails as e where e.calcom_uid = 'uid-a'), 'Ada Byron',
  'her mail greets her'
);

-- When somebody has edited the name, and a stranger gives another one
update public.companies as c set name = 'Lovelace & Daughters' where c.domain = 'lovelace.test';
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-z", "createdAt": "2037-03-03T09:30:00Z", "email": "other@lovelace.test",
  "responses": {"company": {"value": "Evil Corp"}}
}');

-- Then
select is(
  (select c.name from public.companies as c where c.domain = 'lovelace.test'), 'Lovelace & Daughters',
  'a name that somebody edited stays'
);

select * from finish();
rollback;
