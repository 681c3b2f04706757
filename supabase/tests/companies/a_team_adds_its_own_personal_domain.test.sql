-- Rule: personal domains are rows, so a team adds its own.
begin;
select plan(3);

-- Given a team that knows another free-mail provider
insert into public.personal_email_domains (domain) values ('freemail.example');

-- When somebody books from there
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "email": "ada@FreeMail.example"}');

-- Then
select is_empty(
  $$ select from public.companies as c where c.domain = 'freemail.example' $$,
  'it names no company'
);
select is(
  (select p.company_id from public.people as p where p.email = 'ada@freemail.example'), null,
  'the person belongs to none'
);
select throws_ok(
  $$ insert into public.personal_email_domains (domain) values ('FreeMail.Example') $$,
  '23514',
  'new row for relation "personal_email_domains" violates check constraint '
  '"personal_email_domains_domain_is_lower_case"',
  'a domain that could never match is refused'
);

select * from finish();
rollback;
