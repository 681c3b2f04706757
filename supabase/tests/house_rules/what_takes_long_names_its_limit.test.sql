-- Rule: the API ends a call after 8 s. What reads a whole stream, or everything, names a limit of its own, which
--       PostgREST takes instead; 60 s is the most that Supabase's API waits.
begin;
select plan(1);

select set_eq(
  $$ select p.proname::text
     from pg_catalog.pg_proc as p
     where p.pronamespace = 'public'::regnamespace and p.proconfig @> array['statement_timeout=60s'] $$,
  $$ select o.name
     from unnest(array[
       'rebuild_company', 'rebuild_person', 'rebuild_everything', 'retry_event', 'export_person', 'erase_person'
     ]) as n (name)
     cross join lateral (values (n.name), ('board_' || n.name)) as o (name) $$,
  'operations that read much have a minute, on the board as well'
);

select * from finish();
rollback;
