-- Rule: what is one row of it; row level security on, and policies only for who has signed in; every foreign key has an
--       index.
begin;
select plan(5);

create temporary table our_tables as
select c.oid, c.oid::regclass::text as name, c.relrowsecurity, c.relkind, c.reloptions
from pg_catalog.pg_class as c
where c.relnamespace in ('crm'::regnamespace, 'public'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
  and not exists (select from pg_catalog.pg_depend as d where d.objid = c.oid and d.deptype = 'e');

select is_empty(
  $$ select t.name from our_tables as t where obj_description(t.oid, 'pg_class') !~ '^One row per ' is not false $$,
  'every table and view says what is one row of it'
);
select is_empty(
  $$ select t.name from our_tables as t where t.relkind in ('r', 'p') and not t.relrowsecurity $$,
  'row level security is on'
);
select is_empty(
  $$ select p.polname from pg_catalog.pg_policy as p join our_tables as t on t.oid = p.polrelid
     where p.polroles <> array['authenticated'::regrole::oid]
       or concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
         !~ ('^(?:\(+ ?SELECT crm.member_role\(\) AS member_role\)'
            || '(?: IS NOT NULL| = [^()]*| = ANY \([^()]*\))\)+ ?)+$') $$,
  'every policy asks for the role of a member, once'
);
select is_empty(
  $$ select c.conrelid::regclass, c.conname
     from pg_catalog.pg_constraint as c
     where c.contype = 'f' and c.conrelid in (select t.oid from our_tables as t)
       and not exists (
         select from pg_catalog.pg_index as i
         where i.indrelid = c.conrelid and i.indpred is null
           and (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] = c.conkey
       ) $$,
  'every foreign key has an index of all its rows'
);
select is_empty(
  $$ select t.name from our_tables as t
     where t.relkind = 'v' and not coalesce(t.reloptions, '{}') @> '{security_invoker=true}' $$,
  'a view shows nobody more than its tables do'
);

select * from finish();
rollback;
