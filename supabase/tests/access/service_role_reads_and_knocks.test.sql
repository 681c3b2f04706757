-- Rule: it reads the CRM, keeps deliveries and calls the doors; it changes no row by itself.
begin;
select plan(5);

select results_eq(
  $$ select r.name, has_table_privilege('service_role', 'public.' || r.name, 'select')
     from unnest(array['bookings', 'calcom_events', 'companies', 'deals', 'emails', 'people']) as r (name) order by 1 $$,
  $$ values ('bookings', true), ('calcom_events', true), ('companies', true), ('deals', true), ('emails', true), ('people', true) $$,
  'it reads the six tables'
);
select is_empty(
  $$ select c.oid::regclass
     from pg_catalog.pg_class as c
     where c.relnamespace in ('public'::regnamespace, 'crm'::regnamespace) and c.relkind in ('r', 'p', 'v')
       and c.relname not in ('personal_email_domains', 'senders')
       and not exists (select from pg_catalog.pg_depend as d where d.objid = c.oid and d.deptype = 'e')
       and (
         has_table_privilege('service_role', c.oid, 'insert, update, delete, truncate')
         or has_any_column_privilege('service_role', c.oid, 'update')
       ) $$,
  'it changes none of them'
);
select is(
  array(
    select format('%s.%s', c.oid::regclass, a.attname)
    from pg_catalog.pg_class as c
    join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace in ('public'::regnamespace, 'crm'::regnamespace) and c.relkind in ('r', 'p', 'v')
      and c.relname not in ('personal_email_domains', 'senders')
      and not exists (select from pg_catalog.pg_depend as d where d.objid = c.oid and d.deptype = 'e')
      and has_column_privilege('service_role', c.oid, a.attnum, 'insert')
    order by 1
  ),
  array['calcom_events.payload', 'calcom_events.raw_body'],
  'it may keep the body of a delivery, and decide nothing about it'
);
select is_empty(
  $$ select t.name from unnest(array['personal_email_domains', 'senders']) as t (name)
     cross join unnest(array['select', 'insert', 'update', 'delete']) as r (name)
     where not has_table_privilege('service_role', 'public.' || t.name, r.name) $$,
  'it may edit what a team adds to'
);
select is(
  array(
    select p.oid::regprocedure::text
    from pg_catalog.pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'crm'::regnamespace)
      and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e')
      and has_function_privilege('service_role', p.oid, 'execute')
    order by 1
  ),
  array[
    'allow_mail(text)', 'claim_emails(integer)', 'freeze_email(uuid,jsonb)', 'handle_calcom_event(jsonb)',
    'handle_pending_events(interval,integer)', 'rebuild_company(text)', 'rebuild_everything()', 'rebuild_person(text)',
    'record_delivery(text,jsonb)', 'record_email_failure(uuid,text,text,text,integer)', 'record_email_sent(uuid,text)',
    'retry_email(uuid)', 'retry_event(uuid)', 'retry_failed_events()'
  ],
  'it may call exactly the doors'
);

select * from finish();
rollback;
