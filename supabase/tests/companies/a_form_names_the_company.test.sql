-- Rule: a booking question about the company names it while only the domain is known. The identifier of the question
--       decides, never its label, and an answer must say something.
begin;
select plan(2);

-- Given the ways in which forms ask, and questions that do not ask for the company's name
create temporary table forms (domain text, responses jsonb, user_fields jsonb, name text);
insert into forms (domain, responses, name)
values
  ('company.test', '{"company": {"label": "Company", "value": "Finch Ltd", "isHidden": false}}', 'Finch Ltd'),
  ('company-name.test', '{"company_name": {"label": "x", "value": "Finch Ltd"}}', 'Finch Ltd'),
  ('camel-case.test', '{"companyName": {"label": "x", "value": "Finch Ltd"}}', 'Finch Ltd'),
  ('organization.test', '{"organization": {"label": "x", "value": " Finch Ltd "}}', 'Finch Ltd'),
  ('organisation.test', '{"organisation": {"label": "x", "value": "Finch Ltd"}}', 'Finch Ltd'),
  ('capitals.test', '{"Company-Name": {"label": "x", "value": "Finch Ltd"}}', 'Finch Ltd'),
  ('plain-text.test', '{"company": "Finch Ltd"}', 'Finch Ltd'),
  ('only-the-label.test', '{"q1": {"label": "company", "value": "Finch Ltd"}}', 'only-the-label.test'),
  ('something-else.test', '{"company_size": {"label": "x", "value": "11-50"}}', 'something-else.test'),
  ('no-answer.test', '{"company": {"label": "x", "isHidden": false}}', 'no-answer.test'),
  ('blank.test', '{"company": {"label": "x", "value": "  "}}', 'blank.test'),
  ('list.test', '{"company": {"label": "x", "value": ["a", "b"]}}', 'list.test'),
  ('null.test', '{"company": null}', 'null.test');
insert into forms (domain, user_fields, name)
values ('other-place.test', '{"company": {"label": "x", "value": "Finch Ltd"}}', 'Finch Ltd');

-- When each is sent
create temporary table answers as
select f.domain, tests.send('BOOKING_CREATED', jsonb_strip_nulls(jsonb_build_object(
  'uid', 'uid-' || f.domain, 'email', 'ada@' || f.domain, 'userFieldsResponses', f.user_fields
)) || coalesce(jsonb_build_object('responses', nullif(f.responses, 'null')), '{}')) as answer
from forms as f;

-- Then
select is(
  array(select a.answer ->> 'outcome' from answers as a group by 1), array['applied'],
  'every booking counts'
);
select results_eq(
  $$ select f.domain, c.name from forms as f left join public.companies as c using (domain) order by 1 $$,
  $$ select f.domain, f.name from forms as f order by 1 $$,
  'the company is called what was answered, and by its domain where nothing was'
);

select * from finish();
rollback;
