-- Rule: what the log did not make, a replay does not take away.
begin;
select plan(3);

-- Given a company of the log, with a person, a booking and a deal entered by hand
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "createdAt": "2037-03-02T10:00:00Z"}');
insert into public.people (email, name, company_id)
select 'hand@lovelace.test', 'By Hand', c.id from public.companies as c where c.domain = 'lovelace.test';
insert into public.bookings (calcom_uid, person_id, title)
select 'uid-hand-' || p.name, p.id, 'By hand' from public.people as p
where p.email in ('hand@lovelace.test', 'ada@lovelace.test');
insert into public.deals (company_id, status, stage)
select c.id, 'cancelled', 'met' from public.companies as c where c.domain = 'lovelace.test';

-- When a late event makes it be replayed
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "createdAt": "2037-03-02T09:00:00Z"}');

-- Then
select is(
  array(select b.calcom_uid from public.bookings as b where b.calcom_uid like 'uid-hand-%' order by 1),
  array['uid-hand-Ada Byron', 'uid-hand-By Hand'],
  'the bookings are there'
);
select is(
  (select p.name from public.people as p where p.email = 'hand@lovelace.test'), 'By Hand', 'the person is there'
);
select is(tests.deals_of('lovelace.test'), 'active booked, cancelled met', 'the deal is there, next to the log''s own');

select * from finish();
rollback;
