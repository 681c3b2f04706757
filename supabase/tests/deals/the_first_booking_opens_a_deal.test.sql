-- Rule: a company without an active deal gets one: active, booked.
begin;
select plan(3);

-- When
create temporary table answer as select tests.send('BOOKING_CREATED') as value;

-- Then
select is(tests.deals_of('lovelace.test'), 'active booked', 'it is active and booked');
select is((select a.value ->> 'deal' from answer as a), 'opened', 'the answer says that it is new');
select results_eq(
  $$ select d.id::text, c.domain from public.deals as d join public.companies as c on c.id = d.company_id
     where c.domain = 'lovelace.test' $$,
  $$ select a.value ->> 'deal_id', 'lovelace.test' from answer as a $$,
  'the answer names it'
);

select * from finish();
rollback;
