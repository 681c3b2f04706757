-- Rule: an answer counts while the company is only known by its domain, so the first one stays.
begin;
select plan(2);

-- Given a company that nobody has named
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "createdAt": "2026-03-02T09:00:00Z"}');

-- When a later booking gives a name, and one after that gives another
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-b", "createdAt": "2026-03-02T10:00:00Z", "responses": {"company": {"label": "Company", "value": "Lovelace Ltd"}}
}');
select is(
  (select c.name from public.companies as c where c.domain = 'lovelace.test'), 'Lovelace Ltd',
  'the first answer names it'
);
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-c", "createdAt": "2026-03-02T11:00:00Z", "responses": {"company": {"label": "Company", "value": "Someone Else"}}
}');

-- Then
select is(
  (select c.name from public.companies as c where c.domain = 'lovelace.test'), 'Lovelace Ltd',
  'the next answer does not rename it'
);

select * from finish();
rollback;
