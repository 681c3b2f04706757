-- Rule: an active deal is used, wherever it comes from; a rebuild never removes it.
begin;
select plan(3);

-- Given a company and a deal that somebody entered
insert into public.companies (name, domain) values ('Lovelace Group', 'lovelace.test');
insert into public.deals (company_id) select c.id from public.companies as c where c.domain = 'lovelace.test';
create temporary table before as
select d.id from public.deals as d join public.companies as c on c.id = d.company_id where c.domain = 'lovelace.test';

-- When bookings arrive, the second of them late
select is(
  tests.send('BOOKING_CREATED', '{"uid": "uid-b", "createdAt": "2037-03-02T10:00:00Z"}') ->> 'deal_id',
  (select b.id::text from before as b),
  'a booking uses it'
);
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "createdAt": "2037-03-02T09:00:00Z"}');

-- Then
select is(
  array(
    select d.id from public.deals as d join public.companies as c on c.id = d.company_id
    where c.domain = 'lovelace.test'
  ),
  array(select b.id from before as b),
  'it survives a late event, alone'
);
select is(
  (select c.name from public.companies as c where c.domain = 'lovelace.test'), 'Lovelace Group',
  'so does the name of the company'
);

select * from finish();
rollback;
