-- Rule: one sentence that a salesman understands, and no search_path that a caller could change: it is empty, or the
--       body is bound when the function is created. A procedure that commits can have neither; there is one.
begin;
select plan(4);

create temporary table our_functions as
select p.oid, p.oid::regprocedure::text as signature, p.proconfig, p.prosqlbody is not null as is_bound, p.prokind
from pg_catalog.pg_proc as p
where p.pronamespace in ('crm'::regnamespace, 'public'::regnamespace)
  and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e');

select is(
  array(
    select f.signature
    from our_functions as f
    where not coalesce(f.proconfig, '{}') @> array['search_path=""'] and not f.is_bound
    order by 1
  ),
  array['handle_pending_events(interval)'],
  'every function but this one has an empty search_path or a bound body'
);
select is(
  array(select f.signature from our_functions as f where f.prokind <> 'f' order by 1),
  array['handle_pending_events(interval)'],
  'it is the only procedure'
);
select is_empty(
  $$ select f.signature from our_functions as f where nullif(obj_description(f.oid, 'pg_proc'), '') is null $$,
  'every function has a comment'
);
select is(
  array(select f.signature from our_functions as f where f.is_bound and f.proconfig is null order by 1),
  array[
    'crm.api_text(jsonb)', 'crm.find_brand(text)', 'crm.find_host(uuid)', 'crm.is_booking(crm.event)',
    'crm.is_history(calcom_events,timestamp with time zone)', 'crm.is_request(text,jsonb)',
    'crm.jsonb_email(jsonb)', 'crm.jsonb_list(jsonb)', 'crm.jsonb_text(jsonb)', 'crm.known_uid(crm.event)',
    'crm.mailbox_hash(text)', 'crm.maintenance_lock_key()', 'crm.mark_engine(boolean)',
    'crm.may_be_about(text[],text[])', 'crm.may_name(jsonb,text)', 'crm.searching_triggers()', 'crm.trigger_order(text)'
  ],
  'only what every event or row calls often goes without a setting, so that the planner can inline it'
);

select * from finish();
rollback;
