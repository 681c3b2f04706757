-- Rule: the same events give the same rows, under the same ids, and owe no mail.
begin;
select plan(2);

-- Given a company with a story
select tests.send('BOOKING_CREATED', '{"responses": {"company": {"label": "Company", "value": "Lovelace Ltd"}}}');
select tests.send('BOOKING_CANCELLED', '{"requestReschedule": true, "createdAt": "2026-03-02T09:30:00Z"}');
select tests.send('BOOKING_RESCHEDULED');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2026-03-02T12:00:00Z"}');
select tests.send('MEETING_ENDED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
create temporary table before as
select to_jsonb(b) as row from public.bookings as b where b.calcom_uid in ('uid-b', 'uid-g')
union all select to_jsonb(c) from public.companies as c where c.domain = 'lovelace.test'
union all select to_jsonb(p) from public.people as p where p.email like '%@lovelace.test'
union all select to_jsonb(d) from public.deals as d join public.companies as c on c.id = d.company_id where c.domain = 'lovelace.test'
union all select to_jsonb(e) from public.emails as e where e.to_address like '%@lovelace.test';

-- When
select public.rebuild_company('Lovelace.test');

-- Then
select set_eq(
  $$ select to_jsonb(b) as row from public.bookings as b where b.calcom_uid in ('uid-b', 'uid-g')
     union all select to_jsonb(c) from public.companies as c where c.domain = 'lovelace.test'
     union all select to_jsonb(p) from public.people as p where p.email like '%@lovelace.test'
     union all
     select to_jsonb(d) from public.deals as d join public.companies as c on c.id = d.company_id where c.domain = 'lovelace.test'
     union all select to_jsonb(e) from public.emails as e where e.to_address like '%@lovelace.test' $$,
  $$ select b.row from before as b $$,
  'every row is the same, column by column'
);

-- When somebody has broken what the log made
update public.deals as d set status = 'cancelled', stage = 'booked' from public.companies as c
where c.id = d.company_id and c.domain = 'lovelace.test';
update public.bookings as b set status = 'CANCELLED', start_time = null, attended = false where b.calcom_uid in ('uid-b', 'uid-g');
select public.rebuild_company('lovelace.test');

-- Then
select set_eq(
  $$ select to_jsonb(b) as row from public.bookings as b where b.calcom_uid in ('uid-b', 'uid-g')
     union all select to_jsonb(c) from public.companies as c where c.domain = 'lovelace.test'
     union all select to_jsonb(p) from public.people as p where p.email like '%@lovelace.test'
     union all
     select to_jsonb(d) from public.deals as d join public.companies as c on c.id = d.company_id where c.domain = 'lovelace.test'
     union all select to_jsonb(e) from public.emails as e where e.to_address like '%@lovelace.test' $$,
  $$ select b.row from before as b $$,
  'what was broken is whole again'
);

select * from finish();
rollback;
