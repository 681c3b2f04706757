-- Rule: the same events give the same rows, under the same ids, and owe no mail.
begin;
select plan(4);

create temporary view rows_of_the_company as
select to_jsonb(b) as row
from public.bookings as b join public.people as p on p.id = b.person_id where p.email like '%@lovelace.test'
union all select to_jsonb(c) from public.companies as c where c.domain = 'lovelace.test'
union all select to_jsonb(p) from public.people as p where p.email like '%@lovelace.test'
union all
select to_jsonb(d)
from public.deals as d join public.companies as c on c.id = d.company_id where c.domain = 'lovelace.test'
union all select to_jsonb(e) from public.emails as e where e.to_address like '%@lovelace.test'
union all select to_jsonb(f) from public.event_effects as f where f.stream_key = 'lovelace.test';

-- Given a company with a story, and another one
select tests.send('BOOKING_CREATED', '{"responses": {"company": {"label": "Company", "value": "Lovelace Ltd"}}}');
select tests.send('BOOKING_CANCELLED', '{"requestReschedule": true, "createdAt": "2037-03-02T09:30:00Z"}');
select tests.send('BOOKING_RESCHEDULED');
select tests.send(
  'BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2037-03-02T12:00:00Z"}'
);
select tests.send('MEETING_ENDED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-h", "email": "grace@hopper.test"}');
create temporary table before as select r.row from rows_of_the_company as r;

-- When
select is(
  public.rebuild_company('Lovelace.test') #> '{bookings}', '{"created": 0, "changed": 0, "removed": 0}'::jsonb,
  'nothing has to be changed'
);

-- Then
select bag_eq(
  $$ select r.row from rows_of_the_company as r $$, $$ select b.row from before as b $$,
  'every row is the same, column by column'
);

-- When something has broken what the log made, here and in the other company, without a record
select set_config('crm.engine', 'on', true);
update public.deals as d set status = 'cancelled', stage = 'booked' from public.companies as c
where c.id = d.company_id and c.domain in ('lovelace.test', 'hopper.test');
update public.bookings as b set status = 'CANCELLED', start_time = null, attended = false
where b.calcom_uid in ('uid-b', 'uid-g', 'uid-h');
select set_config('crm.engine', 'off', true);
select public.rebuild_company('Lovelace.test');

-- Then
select bag_eq(
  $$ select r.row from rows_of_the_company as r $$, $$ select b.row from before as b $$,
  'what was broken is whole again'
);
select is(tests.deals_of('hopper.test'), 'cancelled booked', 'and no other company is touched');

select * from finish();
rollback;
