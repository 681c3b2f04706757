-- Rule: anon can read no table and call no function. What authenticated may is in board/.
begin;
select plan(5);

create temporary table relations as
select c.oid, c.oid::regclass::text as name
from pg_catalog.pg_class as c
where c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relnamespace in ('public'::regnamespace, 'crm'::regnamespace)
  and not exists (select from pg_catalog.pg_depend as d where d.objid = c.oid and d.deptype = 'e');
create temporary table functions as
select p.oid, p.oid::regprocedure::text as name
from pg_catalog.pg_proc as p
where p.pronamespace in ('public'::regnamespace, 'crm'::regnamespace)
  and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e');

select is_empty(
  $$ select v.visitor, r.name
     from relations as r cross join unnest(array['anon', 'public']) as v (visitor)
     where has_table_privilege(v.visitor, r.oid, 'select, insert, update, delete, truncate, references, trigger')
        or has_any_column_privilege(v.visitor, r.oid, 'select, insert, update, references') $$,
  'they have no right to any table'
);
select is_empty(
  $$ select v.visitor, f.name
     from functions as f cross join unnest(array['anon', 'public']) as v (visitor)
     where has_function_privilege(v.visitor, f.oid, 'execute') $$,
  'they may call no function'
);
select is_empty(
  $$ select v.visitor from unnest(array['anon', 'authenticated', 'public']) as v (visitor)
     where has_schema_privilege(v.visitor, 'crm', 'usage, create')
        or has_schema_privilege(v.visitor, 'public', 'create') $$,
  'schema crm is closed, and nobody creates anything in public'
);
select throws_ok(
  $$ select tests.run_as('anon', 'select from public.deals') $$,
  '42501', 'permission denied for table deals',
  'a visitor who tries to read is refused'
);
select throws_ok(
  $$ select tests.run_as('authenticated', 'select public.handle_calcom_event(''{}'')') $$,
  '42501', 'permission denied for function handle_calcom_event',
  'so is one who tries to send an event'
);

select * from finish();
rollback;
