-- Rule: the slug decides, never the label, and an answer must say something.
begin;
select plan(1);

-- Given forms that do not tell the company's name
create temporary table forms (why text, domain text, responses jsonb);
insert into forms
values
  ('only the label says company', 'one.test', '{"q1": {"label": "company", "value": "Finch Ltd"}}'),
  ('the slug asks something else', 'two.test', '{"company_size": {"label": "x", "value": "11-50"}}'),
  ('it was not answered', 'three.test', '{"company": {"label": "x", "isHidden": false}}'),
  ('it was left blank', 'four.test', '{"company": {"label": "x", "value": "  "}}'),
  ('the answer is no text', 'five.test', '{"company": {"label": "x", "value": ["a", "b"]}}'),
  ('the answer is null', 'six.test', '{"company": null}');
create temporary table answers as
select f.domain, tests.send(
  'BOOKING_CREATED', jsonb_build_object('uid', 'uid-' || f.domain, 'email', 'ada@' || f.domain, 'responses', f.responses)
) as answer
from forms as f;

-- Then
select is_empty(
  $$ select f.why, c.name from forms as f left join public.companies as c using (domain) where c.name is distinct from f.domain $$,
  'the company is called by its domain'
);

select * from finish();
rollback;
