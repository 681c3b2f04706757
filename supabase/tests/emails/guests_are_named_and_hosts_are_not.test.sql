-- Rule: who comes along is neither the booker nor a host; on seated events nobody hears of the others.
begin;
select plan(3);

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
  $$ select l.uid, crm.email_facts(e) -> 'guests' from listed as l
     join public.emails as e on e.calcom_uid = l.uid order by 1 $$,
  $$ select l.uid, l.expected from listed as l order by 1 $$,
  'the guests are there'
);
select results_eq(
  $$ select l.uid, crm.email_facts(e) -> 'host_page' from listed as l
     join public.emails as e on e.calcom_uid = l.uid order by 1 $$,
  $$ values ('uid-1', 'null'::jsonb), ('uid-2', 'null'::jsonb) $$,
  'a team has a page that no event names'
);

-- When a move lists the host, without saying who the host is
select tests.send('BOOKING_CREATED', '{"uid": "uid-3"}');
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-4", "rescheduleUid": "uid-3", "organizer": {"email": null}, "attendees": [
    {"email": "ada@lovelace.test", "name": "Ada"}, {"email": "greta@host.test", "name": "Greta Host"}
  ]
}');

-- Then
select is(
  (select crm.email_facts(e) -> 'guests' from public.emails as e where e.calcom_uid = 'uid-4'), '[]'::jsonb,
  'the host that the booking has is no guest'
);

select * from finish();
rollback;
