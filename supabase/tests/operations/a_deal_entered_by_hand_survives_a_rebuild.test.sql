-- Rule: a rebuild gives the same tables, also where the log worked on a deal that somebody had entered.
begin;
select plan(3);

-- Given a deal entered by hand, which bookings then met and cancelled
insert into public.companies (name, domain) values ('Lovelace', 'lovelace.test');
insert into public.deals (company_id, status, stage)
select c.id, 'active', 'booked' from public.companies as c where c.domain = 'lovelace.test';
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "createdAt": "2037-03-02T09:00:00Z"}');
select tests.send('MEETING_ENDED', '{"uid": "uid-a"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "createdAt": "2037-03-10T09:00:00Z"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b", "createdAt": "2037-03-10T10:00:00Z"}');
select is(tests.deals_of('lovelace.test'), 'cancelled met', 'it is the deal of the company');
create temporary table before as
select d.* from public.deals as d join public.companies as c on c.id = d.company_id where c.domain = 'lovelace.test';

-- When the company is rebuilt
select public.rebuild_company('lovelace.test');

-- Then
select results_eq(
  $$ select d.* from public.deals as d join public.companies as c on c.id = d.company_id
     where c.domain = 'lovelace.test' $$,
  $$ select b.* from before as b $$,
  'it is still the only one, and as it was'
);
select is(
  (select array_agg(distinct b.deal_id) from public.bookings as b where b.calcom_uid in ('uid-a', 'uid-b')),
  (select array_agg(b.id) from before as b), 'and the bookings count for it'
);

select * from finish();
rollback;
