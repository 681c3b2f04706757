-- Rule: over REST, deals(*, bookings(*)) and bookings(*, deals(*)) need no hint: there is one foreign key between them,
--       and no table that joins them a second way.
begin;
select plan(3);

create temporary table foreign_keys as
select c.conrelid::regclass as from_table, c.confrelid::regclass as to_table, c.conkey, c.conname
from pg_catalog.pg_constraint as c
where c.contype = 'f' and c.connamespace = 'public'::regnamespace;

select is(
  array(
    select k.conname from foreign_keys as k
    where k.from_table = 'public.bookings'::regclass and k.to_table = 'public.deals'::regclass
  ),
  array['bookings_deal_id_fkey']::name[], 'a booking has one deal'
);
select is_empty(
  $$ select k.conname from foreign_keys as k
     where k.from_table = 'public.deals'::regclass and k.to_table = 'public.bookings'::regclass $$,
  'and a deal no booking of its own'
);
-- PostgREST takes a table for a join table when its primary key contains a foreign key to both sides.
select is_empty(
  $$ select p.conname
     from pg_catalog.pg_constraint as p
     where p.contype = 'p' and p.connamespace = 'public'::regnamespace
       and (
         select count(distinct k.to_table) from foreign_keys as k
         where k.from_table = p.conrelid and k.conkey <@ p.conkey
           and k.to_table in ('public.bookings'::regclass, 'public.deals'::regclass)
       ) = 2 $$,
  'no other table joins them'
);

select * from finish();
rollback;
