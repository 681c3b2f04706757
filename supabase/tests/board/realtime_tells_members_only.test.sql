-- Rule: migrations/…_board_pipeline.sql, crm.publish_changes. Realtime takes a row that was written to those who listen
--       and may read it by the policies (it looks it up as below), with the columns that are granted to them. A
--       deletion it takes to everybody, with what identifies the row.
begin;
select plan(5);
select tests.empty_crm();
select tests.add_members();
set local client_min_messages = error; -- this server publishes to nobody

-- Given Realtime, which has been told of one of the tables already, and of one of the team's
drop publication if exists supabase_realtime;
create table public.notes (id integer);
create publication supabase_realtime for table public.deals, public.notes;

select lives_ok('select crm.publish_changes()', 'the tables are published');
select lives_ok('select crm.publish_changes()', 'twice as well');
select is(
  array(
    select t.tablename
    from pg_catalog.pg_publication_tables as t
    where t.pubname = 'supabase_realtime'
    order by t.tablename
  )::text[],
  array['bookings', 'companies', 'deals', 'hand_edits', 'notes', 'people'],
  'they are what the page listens to, beside those of the team'
);

-- When a row of each is written
select tests.send('BOOKING_CREATED');
update public.deals as d set stage = 'met';
create temporary view published as
select c.oid::regclass as name, c.relrowsecurity, c.relreplident
from pg_catalog.pg_publication_rel as r
join pg_catalog.pg_class as c on c.oid = r.prrelid
where c.relname <> 'notes';

select bag_eq(
  $$ select w.who, tests.try_as(w.who, format(
       'select exists (select from %s where id = %L)', p.name,
       (xpath('/row/id/text()', query_to_xml(format('select id from %s limit 1', p.name), true, true, '')))[1]
     ))
     from published as p
     cross join unnest(array['viewer', 'sales', 'operator', 'stranger']) as w (who) $$,
  $$ select w.who, w.may
     from published as p
     cross join (
       values ('viewer', 'true'), ('sales', 'true'), ('operator', 'true'), ('stranger', 'false')
     ) as w (who, may) $$,
  'a member is told of it, whoever else is signed in is not'
);

-- Then nobody is told more of a deleted row than a number that was drawn
select is_empty(
  $$ select p.name
     from published as p
     where not p.relrowsecurity or p.relreplident <> 'd'
       or has_table_privilege('anon', p.name, 'select') or not exists (
         select
         from pg_catalog.pg_constraint as k
         where k.conrelid = p.name and k.contype = 'p' and array_length(k.conkey, 1) = 1
           and (
             select a.atttypid
             from pg_catalog.pg_attribute as a
             where a.attrelid = p.name and a.attnum = k.conkey[1]
           ) = 'uuid'::regtype
       ) $$,
  'what identifies a row says nothing of it'
);

select * from finish();
rollback;
