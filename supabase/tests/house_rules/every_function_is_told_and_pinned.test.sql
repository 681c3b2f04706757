-- Rule: one sentence a salesman understands; an empty search_path; definer only where somebody knocks.
begin;
select plan(4);

create temporary table our_functions as
select p.oid, p.oid::regprocedure::text as signature, p.proconfig, p.prosecdef, p.pronamespace
from pg_catalog.pg_proc as p
where p.pronamespace in ('crm'::regnamespace, 'public'::regnamespace)
  and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e');

select is_empty(
  $$ select f.signature from our_functions as f where not coalesce(f.proconfig, '{}') @> array['search_path=""'] $$,
  'every function pins an empty search_path'
);
select is_empty(
  $$ select f.signature from our_functions as f where obj_description(f.oid, 'pg_proc') is null $$,
  'every function has a comment'
);
select is_empty(
  $$ select f.signature from our_functions as f where f.prosecdef <> (f.pronamespace = 'public'::regnamespace) $$,
  'those with the owner''s rights are exactly the doors in public'
);
select is_empty(
  $$ select f.signature from our_functions as f group by split_part(f.signature, '(', 1), f.signature having count(*) > 1 $$,
  'no name is used twice'
);

select * from finish();
rollback;
