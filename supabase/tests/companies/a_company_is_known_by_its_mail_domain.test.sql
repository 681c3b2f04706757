-- Rule: what stands after the @ names the company, in lower case.
begin;
select plan(4);

-- Given Ada, the first of her firm to book
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "email": "ada@lovelace.test"}');

-- When a colleague books, and types her address in capitals
select is(
  tests.send('BOOKING_CREATED', '{"uid": "uid-b", "email": "Grace@LoveLace.TEST"}') ->> 'company_id',
  (select c.id::text from public.companies as c where c.domain = 'lovelace.test'),
  'a colleague lands on the same company'
);

-- Then
select is(
  (select count(*) from public.companies as c where lower(c.domain) = 'lovelace.test'), 1::bigint,
  'the domain has exactly one row'
);
select is(
  (select c.name from public.companies as c where c.domain = 'lovelace.test'), 'lovelace.test',
  'nobody gave its name, so the domain stands for it'
);
select is(
  array(
    select p.email from public.people as p join public.companies as c on c.id = p.company_id
    where c.domain = 'lovelace.test' order by p.email
  ),
  array['ada@lovelace.test', 'grace@lovelace.test'],
  'both people belong to it'
);

select * from finish();
rollback;
