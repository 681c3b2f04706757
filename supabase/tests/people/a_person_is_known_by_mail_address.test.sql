-- Rule: compared in lower case.
begin;
select plan(3);

-- Given
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "email": "Ada@Lovelace.test"}');

-- When the same person books again and types it in another way
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "email": "  aDA@lovelace.TEST "}');

-- Then
select is(
  array(select p.email from public.people as p where lower(p.email) like '%@lovelace.test'),
  array['ada@lovelace.test'],
  'there is one person, in lower case'
);
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED, uid-b ACCEPTED', 'both bookings are theirs');
select throws_ok(
  $$ insert into public.people (email) values ('ada@lovelace.test') $$,
  '23505',
  'duplicate key value violates unique constraint "people_email_key"',
  'a second row is refused'
);

select * from finish();
rollback;
