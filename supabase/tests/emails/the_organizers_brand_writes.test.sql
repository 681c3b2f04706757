-- Rule: the sender is chosen by the domain of the organizer's address; any other, or none, has the default.
begin;
select plan(1);

-- Given organizers of every kind
create temporary table organizers (uid text, organizer jsonb, expected text);
insert into organizers
values
  ('uid-1', '{"email": "a@revenueactivation.com"}', 'team@revenueactivation.com'),
  ('uid-2', '{"email": "a@outboundsolutions.com"}', 'team@outboundsolutions.com'),
  ('uid-3', '{"email": "a@revenueengineer.com"}', 'benjamin.crane@revenueengineer.com'),
  ('uid-4', '{"email": "a@modernfull.com"}', 'team@modernfull.com'),
  ('uid-5', '{"email": "a@everythingautomation.com"}', 'team@everythingautomation.com'),
  ('uid-6', '{"email": "a@substrate.build"}', 'team@substrate.build'),
  ('uid-7', '{"email": "A@ModernFull.COM"}', 'team@modernfull.com'),
  ('uid-8', '{"email": "a@host.test"}', 'team@outboundsolutions.com'),
  ('uid-9', '{"email": "a@mail.modernfull.com"}', 'team@outboundsolutions.com'),
  ('uid-10', '{"email": "Email-less"}', 'team@outboundsolutions.com'),
  ('uid-11', '{"email": null}', 'team@outboundsolutions.com'),
  ('uid-12', 'null', 'team@outboundsolutions.com'),
  ('uid-13', '"a@modernfull.com"', 'team@outboundsolutions.com');

-- When each of them is booked
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', o.uid, 'email', o.uid || '@lovelace.test', 'organizer', o.organizer
)) as answer
from organizers as o;

-- Then
select results_eq(
  $$ select o.organizer, e.from_address from organizers as o
     left join public.emails as e on e.to_address = o.uid || '@lovelace.test' order by o.uid $$,
  $$ select o.organizer, o.expected from organizers as o order by o.uid $$,
  'each mail comes from the right address'
);

select * from finish();
rollback;
