-- Rule: one booking is one person's: the booker's. Guests and co-hosts become neither people nor bookings.
begin;
select plan(4);

-- Given a booking with a guest and a co-host
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-a",
  "attendees": [
    {"email": "ada@lovelace.test", "name": "Ada Byron", "timeZone": "UTC"},
    {"email": "guest@elsewhere.test", "name": "", "timeZone": "UTC"},
    {"email": "piet@host.test", "name": "Piet Host", "timeZone": "UTC"}
  ],
  "responses": {"guests": {"label": "additional_guests", "value": ["guest@elsewhere.test"]}},
  "team": {"id": 3, "name": "Sales", "members": [{"email": "piet@host.test", "name": "Piet Host"}]}
}');

-- Then
select is_empty(
  $$ select p.email from public.people as p where p.email in ('guest@elsewhere.test', 'piet@host.test', 'greta@host.test') $$,
  'only the booker is a person'
);
select is_empty(
  $$ select c.domain from public.companies as c where c.domain in ('elsewhere.test', 'host.test') $$,
  'only their company is a company'
);
select is(
  (select count(*) from public.bookings as b where b.calcom_uid = 'uid-a'), 1::bigint,
  'there is one booking'
);
select is_empty(
  $$ select e.to_address from public.emails as e
     where e.to_address in ('guest@elsewhere.test', 'piet@host.test', 'greta@host.test') $$,
  'only the booker gets mail'
);

select * from finish();
rollback;
