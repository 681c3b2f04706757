-- Rule: a booking is one person's; without a mail address there is nobody.
begin;
select plan(2);

-- When the address is missing or none
create temporary table answers as
select b.body, tests.send('BOOKING_CREATED', '{"uid": "uid-a"}' || b.body) as answer
from (
  values
    ('{"attendees": [], "responses": {"email": null}}'::jsonb),
    ('{"attendees": null, "responses": null}'),
    ('{"attendees": "ada@lovelace.test", "responses": "ada@lovelace.test"}'),
    ('{"attendees": {}, "responses": []}'),
    ('{"attendees": ["ada@lovelace.test"], "responses": {"email": {"value": null}}}'),
    ('{"attendees": [{"email": "Email-less"}], "responses": {"email": {"value": "Email-less"}}}'),
    ('{"attendees": [{"email": "a b@c.test"}], "responses": {"email": {"value": "ada@lovelace"}}}'),
    ('{"attendees": [{"email": "@lovelace.test"}], "responses": {"email": {"value": "ada@@lovelace.test"}}}'),
    ('{"attendees": [{"email": ""}], "responses": {"email": {"value": "Ada <ada@lovelace.test>"}}}'),
    (jsonb_build_object(
      'attendees', '[]'::jsonb, 'responses', jsonb_build_object('email', repeat('a', 100000) || '@lovelace.test')
    ))
) as b (body);

-- Then
select is_empty(
  $$ select left(a.body::text, 100), a.answer from answers as a
     where a.answer ->> 'outcome' is distinct from 'failed' or a.answer ->> 'reason' not like '%mail address%' $$,
  'each is failed, and says why'
);
select is_empty(
  $$ select from public.bookings as b where b.calcom_uid = 'uid-a' $$,
  'there is no booking'
);

select * from finish();
rollback;
