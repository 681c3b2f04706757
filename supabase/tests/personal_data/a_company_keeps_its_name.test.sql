-- Rule: the name of a company is the company's, whoever gave it; only the person's own name in it is replaced.
begin;
select plan(5);

-- Given
select tests.send('BOOKING_CREATED', '{"responses": {"company": {"value": "Analytical Engines"}}}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-e", "email": "eve@solo.test", "name": "Eve Lang",
  "responses": {"company": {"value": "Eve Lang Consulting"}}
}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-h", "email": "hugh@hughes.test", "name": "Hughes"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-i", "email": "hugh@hughes.test", "name": "Test"}');

-- When
select public.erase_person('ada@lovelace.test');
select public.erase_person('hugh@hughes.test');
select public.erase_person('eve@solo.test');

-- Then
select is(
  (select c.name from public.companies as c where c.domain = 'lovelace.test'), 'Analytical Engines', 'it stays'
);
select is(
  (select c.name from public.companies as c where c.domain = 'hughes.test'), 'hughes.test',
  'a domain that is called like the person stays'
);
select is(
  (select c.name from public.companies as c where c.domain = 'solo.test'),
  split_part(tests.pseudonym(), '@', 1) || ' Consulting', 'her name in it is replaced'
);
select is(tests.places_of('Eve Lang'), '{}', 'and stands nowhere');
select is(tests.changes_of_rebuild(), null, 'a rebuild gives the same names');

select * from finish();
rollback;
