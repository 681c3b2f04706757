-- Rule: the key decides, also for whoever enters a person by hand.
begin;
select plan(2);

-- Given
select tests.send('BOOKING_CREATED');

-- Then
select throws_ok(
  $$ insert into public.people (email) values ('ada@lovelace.test') $$,
  '23505',
  'duplicate key value violates unique constraint "people_email_key"',
  'a second row is refused'
);
select throws_ok(
  $$ insert into public.people (email) values ('Ada@Lovelace.test') $$,
  '23514',
  'new row for relation "people" violates check constraint "people_email_is_lower_case"',
  'so is another spelling'
);

select * from finish();
rollback;
