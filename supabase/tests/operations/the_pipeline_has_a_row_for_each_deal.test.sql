-- Rule: one row per deal, for people: who, at what stage, when they meet next and met last, with whom, since when.
begin;
select plan(6);

create function pg_temp.at(p_days integer) returns text language sql as $$
  select to_char((now() + p_days * interval '1 day') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
$$;

-- Given a deal with two people, two meetings that were, two to come, and three that were cancelled
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', b.uid, 'email', b.email, 'name', b.name, 'startTime', pg_temp.at(b.days), 'endTime', pg_temp.at(b.days + 1),
  'createdAt', pg_temp.at(-20 + b.place), 'organizer', jsonb_build_object('email', b.host)
))
from (
  values
    (1, 'uid-1', 'grace@lovelace.test', 'Grace Hopper', -10, 'greta@host.test'),
    (2, 'uid-2', 'ada@lovelace.test', 'Ada Byron', -3, 'greta@host.test'),
    (3, 'uid-3', 'ada@lovelace.test', 'Ada Byron', 2, 'hans@host.test'),
    (4, 'uid-4', 'ada@lovelace.test', 'Ada Byron', 9, 'ilse@host.test')
) as b (place, uid, email, name, days, host)
order by b.place;
insert into public.bookings (calcom_uid, person_id, deal_id, start_time, status, organizer_email)
select 'cancelled' || d.days, b.person_id, b.deal_id, now() + d.days * interval '1 day', 'CANCELLED', null
from public.bookings as b cross join unnest(array[-1, 1, 20]) as d (days)
where b.calcom_uid = 'uid-1';

-- Then
select results_eq(
  $$ select p.company, p.domain, p.stage, p.status from public.pipeline as p where p.domain = 'lovelace.test' $$,
  $$ values ('lovelace.test', 'lovelace.test', 'booked', 'active') $$, 'a company with one deal has one row'
);
select is(
  (select p.people from public.pipeline as p where p.domain = 'lovelace.test'), 'Ada Byron, Grace Hopper',
  'each person is named once'
);
select results_eq(
  $$ select p.next_meeting, p.last_meeting from public.pipeline as p where p.domain = 'lovelace.test' $$,
  $$ select pg_temp.at(2)::timestamptz, pg_temp.at(-3)::timestamptz $$,
  'the next meeting and the last, without the cancelled ones'
);
select results_eq(
  $$ select p.host, p.opened_at from public.pipeline as p where p.domain = 'lovelace.test' $$,
  $$ select 'ilse@host.test', pg_temp.at(-19)::timestamptz $$,
  'the host of the last meeting that has one, and since when'
);

-- When a deal was entered by hand, and nobody has a name
insert into public.companies (name, domain) values ('Hopper Ltd', 'hopper.test');
insert into public.deals (company_id, status, created_at)
select c.id, s.status, s.at
from public.companies as c
cross join (values ('active', now()), ('cancelled', now() - interval '1 year')) as s (status, at)
where c.domain = 'hopper.test';
insert into public.people (email) values ('nameless@hopper.test');
insert into public.bookings (calcom_uid, person_id, deal_id)
select 'by-hand', p.id, d.id from public.people as p, public.pipeline as l join public.deals as d on d.id = l.deal_id
where p.email = 'nameless@hopper.test' and l.domain = 'hopper.test' and l.status = 'active';

-- Then
select results_eq(
  $$ select p.status, p.people, p.host, p.next_meeting, p.opened_at
     from public.pipeline as p where p.domain = 'hopper.test' order by 1 $$,
  $$ values ('active', 'nameless@hopper.test', null, null::timestamptz, now()),
            ('cancelled', null, null, null, now() - interval '1 year') $$,
  'each deal has its row, with the address of who has no name'
);
select is(
  (select count(*) from public.pipeline), (select count(*) from public.deals), 'and no deal is missing'
);

select * from finish();
rollback;
