-- Rule: a replay writes only what has changed. A trigger of the team sees nothing else, whatever it writes itself.
begin;
select plan(3);
select tests.empty_crm();

-- Given rows that tell when they were written, as many teams have them
create function pg_temp.keep_time() returns trigger language plpgsql as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end;
$$;
do $$
declare
  v_table text;
begin
  foreach v_table in array array['companies', 'people', 'deals', 'bookings'] loop
    execute format('alter table public.%I add column updated_at timestamptz default clock_timestamp()', v_table);
    execute format(
      'create trigger keep_time before update on public.%I for each row execute function pg_temp.keep_time()', v_table
    );
  end loop;
end;
$$;
create view pg_temp.rows as
select c.domain as name, c.updated_at from public.companies as c
union all select p.email, p.updated_at from public.people as p
union all select d.id::text, d.updated_at from public.deals as d
union all select b.attendee_email || ' ' || b.calcom_uid, b.updated_at from public.bookings as b;

-- Given two companies and somebody without one, and work by hand
select tests.take_step(s.step)
from unnest(tests.read_steps('
  book a; book b by grace; move a>c; end c; book g by grace@hopper.test; book h by hedy@gmail.com;
  cancel h by hedy@gmail.com
')) as s (step);
update public.deals as d set stage = 'met' where d.stage = 'booked';
update public.people as p set name = 'Grace' where p.email like 'grace@%';
create temporary table before as select * from pg_temp.rows;

-- When a company is rebuilt
select public.rebuild_company('lovelace.test');
select results_eq('select * from pg_temp.rows order by 1', 'select * from before order by 1', 'no row was written');

-- When everything is
select public.rebuild_everything();
select results_eq('select * from pg_temp.rows order by 1', 'select * from before order by 1', 'nor was any then');

-- When an event comes late, before the work by hand
select tests.take_step(s.step) from unnest(tests.read_steps('09:05 reassign b to piet')) as s (step);
select is(
  array(select r.name from pg_temp.rows as r join before as b using (name) where r.updated_at <> b.updated_at),
  array['grace@lovelace.test b'], 'only what it changes is written'
);

select * from finish();
rollback;
