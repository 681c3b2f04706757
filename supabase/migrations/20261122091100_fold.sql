-- Migration: fold
-- Purpose:   an event is applied when it is the newest, and folded in when it is late
-- Needs:     order
-- Creates:   public.event_effects, crm.take_step(), crm.try_step(), crm.events_of(), crm.give_back_deals(),
--            crm.clear_account(), crm.refold(), crm.fold()
-- Tests:     supabase/tests/order/

create table public.event_effects (
  event_id uuid not null,
  account text not null,
  booking_id uuid not null,
  deal_id uuid,
  deal text,
  reason text not null,
  constraint event_effects_pkey primary key (event_id, booking_id),
  constraint event_effects_event_id_fkey
    foreign key (event_id) references public.calcom_events (id) deferrable initially deferred,
  constraint event_effects_booking_id_fkey foreign key (booking_id) references public.bookings (id) on delete cascade,
  constraint event_effects_deal_id_fkey foreign key (deal_id) references public.deals (id) on delete cascade,
  constraint event_effects_deal_is_known check (deal in ('opened', 'kept', 'met', 'booked', 'cancelled', 'revived'))
);
comment on table public.event_effects is 'One row per booking that an event changed, in the sender''s order of things.';
comment on column public.event_effects.deal is 'What it did to the deal; null when it left the deal as it was.';
create index event_effects_account_idx on public.event_effects (account);
create index event_effects_booking_id_idx on public.event_effects (booking_id);
create index event_effects_deal_id_idx on public.event_effects (deal_id);
alter table public.event_effects enable row level security;

-- Rule: what an event changed is written down with it, so that every deal and booking can tell its story.
create function crm.take_step(p_event public.calcom_events, p_account text)
returns crm.effect[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_effects crm.effect[] := crm.apply_event(p_event, p_account);
  v_effect crm.effect;
begin
  foreach v_effect in array v_effects loop
    if v_effect.outcome = 'applied' then
      insert into public.event_effects (event_id, account, booking_id, deal_id, deal, reason)
      values (v_effect.event_id, p_account, v_effect.booking_id, v_effect.deal_id, v_effect.deal, v_effect.reason);
    end if;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.take_step(public.calcom_events, text) is 'Applies an event to an account and writes down what it changed.';

create function crm.try_step(p_event public.calcom_events, p_account text)
returns crm.effect[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return crm.take_step(p_event, p_account);
exception
  when others then -- the log may hold anything; one bad event must not hold up its account
    return array[row(
      p_event.id, 'failed', format('It could not be applied: %s (%s).', sqlerrm, sqlstate), null, null, null, null, null, null, null
    )::crm.effect];
end;
$$;
comment on function crm.try_step(public.calcom_events, text) is 'Applies an event; what goes wrong is its outcome and undoes only itself.';

-- Rule: the events that name one of its people, and everything in their threads, in the sender's order.
create function crm.events_of(p_account text)
returns setof public.calcom_events
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_uids text[];
  v_known text[];
begin
  select crm.sorted(array_agg(e.uid) || array_agg(e.new_uid)) into v_uids
  from public.calcom_events as e
  where e.account = p_account;

  while v_known is distinct from v_uids loop
    v_known := v_uids;
    select crm.sorted(array_agg(e.uid) || array_agg(e.new_uid)) into v_uids
    from public.calcom_events as e
    where e.uid = any (v_known) or e.new_uid = any (v_known);
  end loop;

  return query
  select e.*
  from public.calcom_events as e
  where e.uid = any (v_uids) or e.new_uid = any (v_uids)
  order by e.happened_at, e.rank, e.digest, e.id;
end;
$$;
comment on function crm.events_of(text) is 'Every event that may concern an account, in the sender''s order.';

-- Rule: a deal entered by hand that the log has met or cancelled was booked and active before. When there are several,
--       the youngest is active again: a company has one active deal.
create function crm.give_back_deals(p_account text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_company_id uuid := crm.company_of(p_account);
begin
  update public.deals as d set stage = 'booked'
  where d.company_id = v_company_id and d.ordinal is null
    and exists (select from public.event_effects as f where f.deal_id = d.id and f.deal = 'met');

  update public.deals as d set status = 'active'
  where d.id = (
      select o.id
      from public.deals as o
      where o.company_id = v_company_id and o.ordinal is null
        and exists (select from public.event_effects as f where f.deal_id = o.id and f.deal = 'cancelled')
      order by o.created_at desc, o.id
      limit 1
    )
    and not exists (select from public.deals as a where a.company_id = v_company_id and a.status = 'active');
end;
$$;
comment on function crm.give_back_deals(text) is 'Takes back what the log did to the deals that somebody entered by hand.';

-- Rule: the rows that the log made become as if nothing had happened, and keep their ids. What somebody entered
--       by hand (no first_uid, no ordinal, a name of their own) stays; what the log did to a deal entered by hand is
--       taken back.
create function crm.clear_account(p_account text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.deals as d
  set status = 'cancelled', opened_by = null
  where d.company_id = crm.company_of(p_account) and d.ordinal is not null;
  perform crm.give_back_deals(p_account);
  delete from public.event_effects as f where f.account = p_account;

  update public.bookings as b
  set calcom_uid = b.id::text, former_uids = '{}', ical_uid = null, deal_id = null, met_deal_id = null,
    closed_deal_id = null, changed_by = null
  where b.account = p_account and b.first_uid is not null;

  update public.companies as c
  set name = c.domain, answered_name = null
  where c.domain = p_account and c.name = c.answered_name;
end;
$$;
comment on function crm.clear_account(text) is 'Takes back what the log made of an account, so that it can be folded anew.';

-- Rule: the account becomes what its events, in the sender's order, make of nothing. An event that does not know
--       its booking waits and is applied as soon as another makes it known. An event that cannot be applied is
--       skipped: the others count as if it were not there.
create function crm.refold(p_account text)
returns crm.effect[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_event public.calcom_events;
  v_all crm.effect[] := array[]::crm.effect[];
  v_effects crm.effect[];
  v_waiting public.calcom_events[] := array[]::public.calcom_events[];
  v_ready public.calcom_events[];
begin
  perform crm.clear_account(p_account);

  for v_event in select e.* from crm.events_of(p_account) as e loop
    v_ready := array[v_event];
    while cardinality(v_ready) > 0 loop
      v_effects := crm.try_step(v_ready[1], p_account);
      v_all := v_all || v_effects;

      if cardinality(v_effects) = 0 then
        v_waiting := v_waiting || v_ready[1];
        v_ready := v_ready[2:];
      elsif v_ready[1].email is null then
        v_ready := v_ready[2:];
      else
        -- It may have made a booking known: who waited gets another chance, in the sender's order.
        v_ready := v_ready[2:] || v_waiting;
        v_waiting := array[]::public.calcom_events[];
      end if;
    end loop;
  end loop;

  delete from public.bookings as b
  where b.account = p_account and b.first_uid is not null and b.changed_by is null;
  delete from public.deals as d
  where d.company_id = crm.company_of(p_account) and d.ordinal is not null and d.opened_by is null;

  if v_event.id is not null then
    perform crm.is_newest(v_event, p_account);
  end if;
  return v_all;
end;
$$;
comment on function crm.refold(text) is 'Makes an account anew from its events, into the same rows.';

-- Rule: the newest event of an account is applied; a late one, or one that others may have waited for, is folded in.
create function crm.fold(p_event public.calcom_events, p_thread crm.thread)
returns crm.effect[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_account text;
  v_effects crm.effect[] := array[]::crm.effect[];
begin
  foreach v_account in array p_thread.accounts loop
    if crm.is_newest(p_event, v_account) and p_thread.is_late is not true then
      v_effects := v_effects || crm.take_step(p_event, v_account);
    else
      perform crm.store_event(p_event);
      v_effects := v_effects || crm.refold(v_account);
    end if;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.fold(public.calcom_events, crm.thread) is
  'Brings an event into every account that it concerns, and returns what that did, also to events that had waited.';
