-- Rule: the reason is recorded, the answer is clear, and nothing is lost.
begin;
select plan(4);

-- When bodies come that nobody would call an event
create temporary table answers (body jsonb, answer jsonb);
insert into answers
select b.body, public.handle_calcom_event(b.body)
from (
  values
    (null::jsonb), ('null'), ('true'), ('0'), ('"false"'), ('"<html>not JSON</html>"'), ('[]'),
    ('[{"triggerEvent": "PING"}]'),
    ('{}'), ('{"payload": {}}'), ('{"triggerEvent": null}'), ('{"triggerEvent": ""}'), ('{"triggerEvent": {}}'),
    ('{"triggerEvent": ["BOOKING_CREATED"]}'),
    ('{"triggerEvent": true}'), ('{"triggerEvent": 5}'), ('{"triggerEvent": " "}'),
    ('{"title": "A custom template", "email": "ada@lovelace.test"}')
) as b (body);

-- Then
select is_empty(
  $$ select a.* from answers as a where a.answer ->> 'outcome' is distinct from 'failed' $$,
  'each is failed'
);
select is_empty(
  $$ select a.* from answers as a
     where coalesce(a.answer ->> 'reason', '') !~ 'JSON object|triggerEvent' $$,
  'each says what is missing'
);
select results_eq(
  $$ select distinct coalesce(a.body, 'null') as body from answers as a order by 1 $$,
  $$ select e.payload from public.calcom_events as e
     where e.id::text in (select a.answer ->> 'event_id' from answers as a) and e.repeats_event_id is null
     order by 1 $$,
  'each is kept as it came, and the same one once'
);
select is(tests.picture('{lovelace.test}'), null, 'nothing is made of them');

select * from finish();
rollback;
