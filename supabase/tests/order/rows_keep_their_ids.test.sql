-- Rule: a late event folds the account again into the same rows.
begin;
select plan(3);

-- Given a company with two deals and two bookings
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "createdAt": "2026-03-02T09:00:00Z"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-a", "createdAt": "2026-03-02T11:00:00Z"}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2026-03-02T12:00:00Z", "startTime": "2026-03-12T15:00:00Z"
}');
create temporary table before as
select 'company' as kind, c.id, c.domain as what from public.companies as c where c.domain = 'lovelace.test'
union all select 'person', p.id, p.email from public.people as p where p.email like '%@lovelace.test'
union all
select 'booking', b.id, p.email from public.bookings as b
join public.people as p on p.id = b.person_id where p.email like '%@lovelace.test'
union all
select 'deal', d.id, d.status from public.deals as d
join public.companies as c on c.id = d.company_id where c.domain = 'lovelace.test';

-- When a move of the first booking arrives late
select is(
  tests.send('BOOKING_RESCHEDULED', '{"uid": "uid-b", "rescheduleUid": "uid-a", "createdAt": "2026-03-02T10:00:00Z"}') ->> 'outcome',
  'applied', 'the late event counts'
);

-- Then
select results_eq(
  $$ select 'company' as kind, c.id, c.domain as what from public.companies as c where c.domain = 'lovelace.test'
     union all select 'person', p.id, p.email from public.people as p where p.email like '%@lovelace.test'
     union all
     select 'booking', b.id, p.email from public.bookings as b
     join public.people as p on p.id = b.person_id where p.email like '%@lovelace.test'
     union all
     select 'deal', d.id, d.status from public.deals as d
     join public.companies as c on c.id = d.company_id where c.domain = 'lovelace.test'
     order by 1, 3, 2 $$,
  $$ select b.* from before as b order by 1, 3, 2 $$,
  'every row is the same'
);
select is(tests.bookings_of('ada@lovelace.test'), 'uid-b CANCELLED', 'and the booking has its last uid');

select * from finish();
rollback;
