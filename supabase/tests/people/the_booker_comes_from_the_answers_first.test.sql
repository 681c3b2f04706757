-- Rule: the mail answer, as object or as plain string, then the first attendee. What is no address is passed over.
begin;
select plan(1);

-- Given attendees whose first is a guest, and what the answer may hold
create temporary table forms (uid text, email jsonb, expected text);
insert into forms
values
  ('uid-1', '{"label": "email", "value": "Booker@one.test"}', 'booker@one.test'),
  ('uid-2', '"booker@two.test"', 'booker@two.test'),
  ('uid-3', '{"label": "email"}', 'first@three.test'),
  ('uid-4', 'null', 'first@four.test'),
  ('uid-5', '{"label": "email", "value": "not an address"}', 'first@five.test'),
  ('uid-6', '["booker@six.test"]', 'first@six.test');
create temporary table answers as
select f.uid, tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', f.uid,
  'responses', jsonb_build_object('email', f.email),
  'attendees', jsonb_build_array(
    jsonb_build_object('name', 'First', 'email', 'first@' || split_part(f.expected, '@', 2)),
    '{"name": "", "email": "second@guest.test"}'::jsonb
  )
)) as answer
from forms as f
where f.uid <> 'uid-3';
create temporary table answer_without_value as
select public.handle_calcom_event(
  tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-3", "email": "first@three.test"}') #- '{payload,responses,email,value}'
) as answer;

-- Then
select results_eq(
  $$ select b.calcom_uid, p.email from public.bookings as b join public.people as p on p.id = b.person_id
     where b.calcom_uid in (select f.uid from forms as f) order by 1 $$,
  $$ select f.uid, f.expected from forms as f order by 1 $$,
  'each booking belongs to who booked it'
);

select * from finish();
rollback;
