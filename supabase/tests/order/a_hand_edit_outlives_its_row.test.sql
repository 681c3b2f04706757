-- Rule: what somebody did to a deal counts after any number of rebuilds, also when an older event has made another row
--       be that deal.
begin;
select plan(2);

-- Given a deal that somebody closes, then the move of a booking that nobody has heard of
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "createdAt": "2037-03-02T10:00:00Z"}');
update public.deals as d set status = 'cancelled'
from public.companies as c
where c.id = d.company_id and c.domain = 'lovelace.test';
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-b", "rescheduleUid": "uid-a", "createdAt": "2037-03-02T12:00:00Z"
}');

-- When that booking arrives late
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "createdAt": "2037-03-02T09:00:00Z"}');
create temporary table before as
select d.* from public.deals as d join public.companies as c on c.id = d.company_id where c.domain = 'lovelace.test';
select is(
  array(select b.status || ' ' || b.is_closed_by_hand from before as b order by b.made_at), array['cancelled true'],
  'the deal is closed'
);

-- Then
select public.rebuild_everything();
select results_eq(
  $$ select d.* from public.deals as d join public.companies as c on c.id = d.company_id
     where c.domain = 'lovelace.test' order by d.made_at $$,
  'select * from before as b order by b.made_at', 'a rebuild changes nothing'
);

select * from finish();
rollback;
