-- Rule: what a replay leaves is written row by row. No row keeps another one from what it is to be, whichever comes
--       first: a company never has two active deals, a deal is opened by one event.
begin;
select plan(2);

-- Given a cancelled deal and an active one
select crm.mark_engine(true);
insert into public.companies (id, domain, name)
values ('00000000-0000-4000-8000-000000000001', 'lovelace.test', 'lovelace.test');
insert into public.deals (id, company_id, status, opened_by_event_id)
select d.id::uuid, '00000000-0000-4000-8000-000000000001', d.status, d.event_id::uuid
from (
  values
    ('00000000-0000-4000-8000-000000000002', 'cancelled', '00000000-0000-4000-8000-00000000000a'),
    ('00000000-0000-4000-8000-000000000003', 'active', '00000000-0000-4000-8000-00000000000b')
) as d (id, status, event_id);

-- When each is what the other was
create function pg_temp.image() returns crm.image language plpgsql as $$
declare
  v_image crm.image;
begin
  v_image.deals := array(
    select row(
      d.id, d.company_id, case d.status when 'active' then 'cancelled' else 'active' end, d.stage, d.is_closed_by_hand,
      o.opened_by_event_id, d.made_at, d.is_new, d.created_at
    )::public.deals
    from public.deals as d
    join public.deals as o on o.company_id = d.company_id and o.id <> d.id
    where d.company_id = '00000000-0000-4000-8000-000000000001'
    order by d.id
  );
  return v_image;
end;
$$;
create temporary table image as select (pg_temp.image()).deals;
select throws_ok(
  'select crm.write_deals(i.deals) from image as i', '23505', null, 'written at once, one is in the way of the other'
);
select crm.release_unique_values(row(null, null, null, i.deals, null, null, null, null, null)::crm.image)
from image as i;
select crm.write_deals(i.deals) from image as i;

-- Then
select results_eq(
  $$ select d.status, right(d.opened_by_event_id::text, 1)
     from public.deals as d
     where d.company_id = '00000000-0000-4000-8000-000000000001' order by d.id $$,
  $$ values ('active', 'b'), ('cancelled', 'a') $$, 'after letting go, both are what they are to be'
);

select * from finish();
rollback;
