-- Rule: who comes along is neither the booker nor a host; on seated events nobody hears of the others.
begin;
select plan(2);

-- Given an event that lists everybody
create temporary table listed (seats jsonb, uid text, expected jsonb);
insert into listed
values
  ('null', 'uid-1', '[{"name": "Grace", "email": "grace@hopper.test"}, {"name": null, "email": "kofi@hopper.test"}]'),
  ('10', 'uid-2', '[]');

-- When
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', l.uid, 'seatsPerTimeSlot', l.seats, 'attendees', '[
    {"email": "Ada@Lovelace.test", "name": "Ada"}, {"email": "Grace@Hopper.test", "name": "Grace"},
    {"email": "kofi@hopper.test", "name": ""}, {"email": "GRETA@host.test", "name": "Greta Host"},
    {"email": "piet@host.test", "name": "Piet"}, {"name": "Without an address"}, "nobody", null
  ]'::jsonb,
  'team', '{"name": "Sales", "members": [{"email": "Piet@host.test", "name": "Piet"}, {"name": "x"}, null]}'::jsonb
)) as answer
from listed as l;

-- Then
select results_eq(
  $$ select l.uid, e.template_data -> 'guests' from listed as l
     join public.emails as e on e.calcom_uid = l.uid order by 1 $$,
  $$ select l.uid, l.expected from listed as l order by 1 $$,
  'the guests are there'
);
select results_eq(
  $$ select l.uid, e.template_data -> 'host_page' from listed as l
     join public.emails as e on e.calcom_uid = l.uid order by 1 $$,
  $$ values ('uid-1', 'null'::jsonb), ('uid-2', 'null'::jsonb) $$,
  'a team has a page that no event names'
);

select * from finish();
rollback;
