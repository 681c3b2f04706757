-- Time: what it costs does not grow with the log, on a database that was never analysed either.
begin;
select plan(4);
select tests.empty_crm();

-- Given 3,000 events, 3,000 people and 3,000 mails of a year
insert into public.calcom_events (payload, received_at, outcome, decided_at, uid)
select jsonb_build_object('n', n), now() - n * interval '3 hours', 'applied', now(), 'uid-' || n
from generate_series(1, 3000) as n;
insert into public.people (email) select 'person-' || n || '@example.com' from generate_series(1, 3000) as n;
insert into public.emails (
  number, event_id, kind, calcom_uid, to_address, from_address, status, sent_at, delivery, delivery_at
)
select
  n, gen_random_uuid(), 'confirmation', 'uid-' || n, 'person-' || n || '@example.com', 'team@modernfull.com', 'sent',
  now() - n * interval '3 hours', 'delivered', now()
from generate_series(1, 3000) as n;

create function pg_temp.rows_read(p_table text, p_kind text) returns bigint language sql as $$
  select case p_kind when 'seq' then s.seq_tup_read else s.idx_tup_fetch end
  from pg_stat_xact_user_tables as s where s.schemaname = 'public' and s.relname = p_table;
$$;
create temporary table before as
select t.name, pg_temp.rows_read(t.name, 'seq') as seq, pg_temp.rows_read(t.name, 'idx') as idx
from unnest(array['calcom_events', 'people', 'emails']) as t (name);
create temporary table findings as select public.health() as health;
create temporary table cost as
select b.name, pg_temp.rows_read(b.name, 'seq') - b.seq as seq, pg_temp.rows_read(b.name, 'idx') - b.idx as idx
from before as b;

-- Then
select is_empty(
  $$ select f.finding from findings cross join lateral jsonb_array_elements(health) as f (finding)
     where not (f.finding ->> 'ok')::boolean $$,
  'all is well'
);
select matches(tests.finding('silence', 'detail'), 'usual at this hour', 'and every check had something to look at');
select is((select sum(c.seq) from cost as c), 0::numeric, 'no table is read whole');
select is(
  array(select c.name from cost as c where c.idx > 1100 order by 1), '{}', 'and few rows by their indexes'
);

select * from finish();
rollback;
