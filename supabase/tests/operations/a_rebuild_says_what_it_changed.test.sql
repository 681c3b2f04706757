-- Rule: how many rows of each table were created, changed and removed.
begin;
select plan(3);

-- Given two bookings of one company, of which one is changed and one is lost without a record, and two that no event
-- made
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select set_config('crm.engine', 'on', true);
update public.bookings as b set title = 'Broken' where b.calcom_uid = 'uid-a';
delete from public.bookings as b where b.calcom_uid = 'uid-g';
insert into public.bookings (calcom_uid, original_key, stream_key, attendee_email, person_id, made_at)
select x.uid, x.uid, 'lovelace.test', p.email, p.id, row(now(), 1, 1)::crm.position
from public.people as p cross join unnest(array['uid-x', 'uid-y']) as x (uid)
where p.email = 'grace@lovelace.test';
update public.deals as d set stage = 'met'
from public.companies as c where c.id = d.company_id and c.domain = 'lovelace.test';

select set_config('crm.engine', 'off', true);

-- When
create temporary table answer as select public.rebuild_person('Grace@lovelace.test') as changes;

-- Then
select is(
  (select a.changes from answer as a),
  '{
    "companies": {"created": 0, "changed": 0, "removed": 0}, "people": {"created": 0, "changed": 0, "removed": 0},
    "bookings": {"created": 1, "changed": 1, "removed": 2}, "deals": {"created": 0, "changed": 1, "removed": 0}
  }'::jsonb,
  'each row is counted where it belongs'
);
select is(
  array[
    tests.bookings_of('ada@lovelace.test'), tests.bookings_of('grace@lovelace.test'), tests.deals_of('lovelace.test')
  ],
  array['uid-a ACCEPTED', 'uid-g ACCEPTED', 'active booked'], 'and a person is rebuilt with their whole company'
);
select is(
  public.rebuild_company('nobody.test') -> 'companies', '{"created": 0, "changed": 0, "removed": 0}'::jsonb,
  'a company that there is not is no error'
);

select * from finish();
rollback;
