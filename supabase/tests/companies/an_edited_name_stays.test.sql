-- Rule: what somebody wrote by hand is theirs; no answer and no rebuild takes it back.
begin;
select plan(2);

-- Given a company that the form named and that somebody renamed
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-b", "createdAt": "2037-03-02T10:00:00Z",
  "responses": {"company": {"label": "Company", "value": "Lovelace Ltd"}}
}');
update public.companies as c set name = 'Lovelace Group' where c.domain = 'lovelace.test';

-- When a late event makes the company be replayed, and a new one answers the question once more
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-a", "createdAt": "2037-03-02T09:00:00Z",
  "responses": {"company": {"label": "Company", "value": "Early Ltd"}}
}');
select is(
  (select c.name from public.companies as c where c.domain = 'lovelace.test'), 'Lovelace Group',
  'a late event leaves it alone'
);
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-c", "createdAt": "2037-03-02T11:00:00Z",
  "responses": {"company": {"label": "Company", "value": "Late Ltd"}}
}');

-- Then
select is(
  (select c.name from public.companies as c where c.domain = 'lovelace.test'), 'Lovelace Group',
  'a new event leaves it alone'
);

select * from finish();
rollback;
