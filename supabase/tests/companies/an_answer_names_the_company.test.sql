-- Rule: a booking question about the company gives it its name while only the domain is known. The slug decides.
begin;
select plan(1);

-- Given the ways in which forms ask
create temporary table forms (slug text, domain text, responses jsonb, user_fields jsonb);
insert into forms
values
  ('company', 'one.test', '{"company": {"label": "Company", "value": "Finch Ltd", "isHidden": false}}', '{}'),
  ('company_name', 'two.test', '{"company_name": {"label": "x", "value": "Finch Ltd"}}', '{}'),
  ('companyName', 'three.test', '{"companyName": {"label": "x", "value": "Finch Ltd"}}', '{}'),
  ('organization', 'four.test', '{"organization": {"label": "x", "value": " Finch Ltd "}}', '{}'),
  ('organisation', 'five.test', '{"organisation": {"label": "x", "value": "Finch Ltd"}}', '{}'),
  ('Company-Name', 'six.test', '{"Company-Name": {"label": "x", "value": "Finch Ltd"}}', '{}'),
  ('company, a plain string', 'seven.test', '{"company": "Finch Ltd"}', '{}'),
  ('company, in the other place', 'eight.test', '{}', '{"company": {"label": "x", "value": "Finch Ltd"}}');

-- When each is sent
create temporary table answers as
select f.domain, tests.send(
  'BOOKING_CREATED',
  jsonb_build_object(
    'uid', 'uid-' || f.domain, 'email', 'ada@' || f.domain, 'responses', f.responses, 'userFieldsResponses', f.user_fields
  )
) as answer
from forms as f;

-- Then
select is_empty(
  $$ select f.slug, c.name from forms as f left join public.companies as c using (domain)
     where c.name is distinct from 'Finch Ltd' $$,
  'the company is called what was answered'
);

select * from finish();
rollback;
