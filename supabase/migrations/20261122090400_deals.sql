-- Migration: deals
-- Purpose:   when a sales opportunity opens, is cancelled and comes back
-- Needs:     companies, events
-- Creates:   public.deals, crm.find_or_open_deal(), crm.cancel_active_deal(), crm.revive_deal()
-- Tests:     supabase/tests/deals/

create table public.deals (
  id uuid not null default gen_random_uuid(),
  company_id uuid not null,
  status text not null default 'active',
  stage text not null default 'booked',
  ordinal integer,
  opened_by uuid,
  created_at timestamptz not null default now(),
  constraint deals_pkey primary key (id),
  constraint deals_company_id_fkey foreign key (company_id) references public.companies (id),
  constraint deals_opened_by_fkey
    foreign key (opened_by) references public.calcom_events (id) deferrable initially deferred,
  constraint deals_company_id_ordinal_key unique (company_id, ordinal),
  constraint deals_status_is_known check (status in ('active', 'cancelled')),
  constraint deals_stage_is_known check (stage in ('booked', 'met'))
);
comment on table public.deals is 'One row per sales opportunity of a company.';
comment on column public.deals.ordinal is
  'The how-manieth deal of its company this is, as the log tells it; null for a deal entered by hand, which the log never removes.';
comment on column public.deals.opened_by is 'The event that opened it.';
create unique index deals_one_active_per_company_idx on public.deals (company_id) where status = 'active';
create index deals_opened_by_idx on public.deals (opened_by);
alter table public.deals enable row level security;

-- Rule: a booking of a company without an active deal opens one; any other booking uses the deal there is.
-- Race: events of one company are handled one after the other; the partial unique index is the proof.
create function crm.find_or_open_deal(p_company_id uuid, p_event_id uuid, out deal_id uuid, out change text)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if p_company_id is null then
    return;
  end if;

  -- A rebuild opens the deals again by their ordinal, so the row that had it keeps its id.
  insert into public.deals as d (company_id, ordinal, opened_by)
  select p_company_id, 1 + coalesce(max(o.ordinal) filter (where o.opened_by is not null), 0), p_event_id
  from public.deals as o
  where o.company_id = p_company_id
  having bool_or(o.status = 'active') is not true
  on conflict on constraint deals_company_id_ordinal_key do update set
    status = 'active', stage = 'booked', opened_by = excluded.opened_by
  returning d.id, 'opened' into deal_id, change;
  if deal_id is null then
    select d.id, 'kept' into deal_id, change
    from public.deals as d
    where d.company_id = p_company_id and d.status = 'active';
  end if;
end;
$$;
comment on function crm.find_or_open_deal(uuid, uuid) is
  'The active deal of a company, opened when there is none; nothing for a person without a company.';

-- Rule: a cancelled booking cancels the active deal of its company.
create function crm.cancel_active_deal(p_company_id uuid)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_deal_id uuid;
begin
  update public.deals as d set status = 'cancelled'
  where d.company_id = p_company_id and d.status = 'active'
  returning d.id into v_deal_id;
  return v_deal_id;
end;
$$;
comment on function crm.cancel_active_deal(uuid) is 'Cancels the active deal of a company and returns it; null when there is none.';

-- Rule: a cancelled booking that gets a new time brings back the deal that its cancellation closed,
--       unless the company has another active one by then.
create function crm.revive_deal(p_deal_id uuid)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_deal_id uuid;
begin
  update public.deals as d set status = 'active'
  where d.id = p_deal_id
    and not exists (select from public.deals as o where o.company_id = d.company_id and o.status = 'active')
  returning d.id into v_deal_id;
  return v_deal_id;
end;
$$;
comment on function crm.revive_deal(uuid) is 'Makes a cancelled deal active again and returns it; null when another one took its place.';
