-- Rule: the sender is chosen by the domain of the organizer's address, any other or none has the default; replies go to
--       the organizer. The organizer may change with a reschedule, and each mail speaks for its own.
begin;
select plan(2);

-- Given organizers of every kind
create temporary table organizers (uid text, organizer jsonb, from_address text, reply_to text);
insert into organizers
values
  ('uid-01', '{"email": "a@revenueactivation.com"}', 'team@revenueactivation.com', 'a@revenueactivation.com'),
  ('uid-02', '{"email": "a@outboundsolutions.com"}', 'team@outboundsolutions.com', 'a@outboundsolutions.com'),
  ('uid-03', '{"email": "a@revenueengineer.com"}', 'benjamin.crane@revenueengineer.com', 'a@revenueengineer.com'),
  ('uid-04', '{"email": "a@modernfull.com"}', 'team@modernfull.com', 'a@modernfull.com'),
  ('uid-05', '{"email": "a@everythingautomation.com"}', 'team@everythingautomation.com', 'a@everythingautomation.com'),
  ('uid-06', '{"email": "a@substrate.build"}', 'team@substrate.build', 'a@substrate.build'),
  ('uid-07', '{"email": "A@ModernFull.COM"}', 'team@modernfull.com', 'a@modernfull.com'),
  ('uid-08', '{"email": "a@host.test"}', 'team@outboundsolutions.com', 'a@host.test'),
  ('uid-09', '{"email": "a@mail.modernfull.com"}', 'team@outboundsolutions.com', 'a@mail.modernfull.com'),
  ('uid-10', '{"email": "Email-less"}', 'team@outboundsolutions.com', null),
  ('uid-11', '{"email": null}', 'team@outboundsolutions.com', null),
  ('uid-12', 'null', 'team@outboundsolutions.com', null),
  ('uid-13', '"a@modernfull.com"', 'team@outboundsolutions.com', null);

-- When each of them is booked
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', o.uid, 'email', o.uid || '@lovelace.test', 'organizer', o.organizer
)) as answer
from organizers as o;

-- Then
select results_eq(
  $$ select o.uid, e.from_address, e.reply_to from organizers as o
     left join public.emails as e on e.to_address = o.uid || '@lovelace.test' order by 1 $$,
  $$ select o.uid, o.from_address, o.reply_to from organizers as o order by 1 $$,
  'each mail comes from the right address, and replies go to the organizer'
);

-- When another host of another brand takes over
select tests.send('BOOKING_RESCHEDULED', '{
  "rescheduleUid": "uid-04", "email": "uid-04@lovelace.test", "organizer": {"email": "piet@substrate.build"}
}');

-- Then
select results_eq(
  $$ select e.kind, e.from_address, e.reply_to from public.emails as e
     where e.to_address = 'uid-04@lovelace.test' order by 1 $$,
  $$ values
     ('confirmation', 'team@modernfull.com', 'a@modernfull.com'),
     ('reschedule', 'team@substrate.build', 'piet@substrate.build') $$,
  'each mail has the brand and the reply address of its host'
);

select * from finish();
rollback;
