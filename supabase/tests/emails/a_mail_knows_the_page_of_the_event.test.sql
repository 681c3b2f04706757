-- Rule: an event of a team names the team, not the address of its page; what a body leaves out is as it was before.
begin;
select plan(2);
create temporary view pages as
select e.kind, crm.email_facts(e) ->> 'booker_url' as booker_url, crm.email_facts(e) ->> 'host_page' as host_page,
  crm.email_facts(e) ->> 'team_name' as team_name, crm.email_facts(e) ->> 'event_page' as event_page
from public.emails as e where e.to_address = 'ada@lovelace.test';

-- When
select tests.send('BOOKING_CREATED', '{"team": {"id": 4, "name": "Sales", "members": []}}');
select public.handle_calcom_event(
  tests.calcom_event('BOOKING_CANCELLED', '{"type": "Discovery call"}') #- '{payload,bookerUrl}'
);

-- Then
select results_eq(
  $$ select p.booker_url, p.host_page, p.team_name, p.event_page from pages as p where p.kind = 'confirmation' $$,
  $$ values ('https://cal.com', null::text, 'Sales', 'discovery-call') $$,
  'a team''s page is not the host''s'
);
select results_eq(
  $$ select p.booker_url, p.host_page, p.team_name, p.event_page from pages as p where p.kind = 'cancellation' $$,
  $$ values ('https://cal.com', null::text, 'Sales', 'discovery-call') $$,
  'a cancellation that says less knows it still'
);

select * from finish();
rollback;
