-- Rule: the form asks for one name, or for first and last name.
begin;
select plan(2);

-- Given what the name question may hold
create temporary table names (email text, value jsonb, expected text);
insert into names
values
  ('one@lovelace.test', '{"firstName": "Ada", "lastName": "Byron"}', 'Ada Byron'),
  ('two@lovelace.test', '{"firstName": "Ada"}', 'Ada'),
  ('three@lovelace.test', '{"firstName": "Ada", "lastName": ""}', 'Ada'),
  ('four@lovelace.test', '"Ada Byron"', 'Ada Byron');
create temporary table answers as
select n.email, tests.send(
  'BOOKING_CREATED',
  jsonb_build_object('uid', 'uid-' || n.email, 'email', n.email, 'responses', jsonb_build_object(
    'name', jsonb_build_object('label', 'your_name', 'value', n.value)
  ))
) as answer
from names as n;

-- Then
select results_eq(
  $$ select n.email, p.name from names as n left join public.people as p using (email) order by 1 $$,
  $$ select n.email, n.expected from names as n order by 1 $$,
  'it is one name in the end'
);
select is_empty(
  $$ select a.answer from answers as a where a.answer ->> 'outcome' <> 'applied' $$,
  'every booking counts'
);

select * from finish();
rollback;
