-- Rule: one name, one function; a parameter is told from a column; an error names the rule that was broken.
begin;
select plan(4);

create temporary table our_functions as
select
  p.oid::regprocedure::text as signature, p.proname, p.pronamespace, p.proargnames, p.proargmodes, p.pronargs
from pg_catalog.pg_proc as p
where p.pronamespace in ('crm'::regnamespace, 'public'::regnamespace)
  and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e');

select is_empty(
  $$ select f.proname from our_functions as f group by f.proname having count(*) > 1 $$,
  'no name is used twice'
);
select is_empty(
  $$ select f.signature, a.name
     from our_functions as f
     cross join lateral unnest(f.proargnames, f.proargmodes) as a (name, mode)
     where f.pronamespace = 'crm'::regnamespace and coalesce(a.mode, 'i') in ('i', 'b', 'v')
       and a.name !~ '^p_[a-z]' $$,
  'the parameters of a step begin with p_'
);
select is_empty(
  $$ select f.signature
     from our_functions as f
     where f.pronargs > 0 and (f.proargnames is null or '' = any (f.proargnames)) $$,
  'every parameter has a name'
);
select is_empty(
  $$ select c.conrelid::regclass, c.conname
     from pg_catalog.pg_constraint as c
     where c.connamespace in ('crm'::regnamespace, 'public'::regnamespace) and c.contype = 'c'
       and c.conname !~ '(_(is|has|have|says)_|^\w+ must )' $$,
  'the name of every check is a sentence'
);

select * from finish();
rollback;
