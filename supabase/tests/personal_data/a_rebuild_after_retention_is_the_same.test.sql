-- Rule: what retention leaves of the log says the same, a repeat of a body is still known, and what is to come stays.
begin;
select plan(7);
select tests.empty_crm();

-- Given old events about meetings to come
select tests.live_as_ada();
update public.settings as s set value = '0' where s.name = 'keep_payload_details_days';
update public.calcom_events as e set received_at = now() - interval '1 day';
create temporary table before as select tests.facts() as facts;
create temporary table bodies as select e.payload as body from public.calcom_events as e where e.outcome = 'applied';
select is(public.apply_retention() ->> 'payload_details', '0', 'of meetings to come nothing is emptied');

-- When everything is over
create function tests.slim_all()
returns bigint
language sql
as $$
  with slim as (
    update public.calcom_events as e
    set payload = crm.slim_payload(e.payload), received_hash = e.payload_hash, is_slim = true
    returning 1
  )
  select count(*) from slim;
$$;
select ok(tests.slim_all() > 7, 'as retention does once it is');

-- Then
select is(tests.facts(), (select b.facts from before as b), 'each event keeps its place in the order');
select is(tests.changes_of_rebuild(), null, 'a rebuild changes nothing');
select is(tests.facts(), (select b.facts from before as b), 'not even what a mail or a timeline refers to');
select is(
  array(select distinct public.handle_calcom_event(b.body) ->> 'outcome' from bodies as b), array['duplicate'],
  'the bodies as they were are known'
);
select is(public.erase_person('ada@lovelace.test') ->> 'erased', 'true', 'and who is in them can be erased');

select * from finish();
rollback;
