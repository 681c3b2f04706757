-- Migration: order
-- Purpose:   the same events give the same tables, in whatever order and however often they arrive
-- Needs:     booked and moved, cancelled and met
-- Creates:   crm.accounts, crm.thread, crm.lock_thread(), crm.linked_uids(), crm.read_thread(), crm.lock(),
--            crm.is_newest(), crm.events_of(), crm.clear_account(), crm.refold(), crm.try_event(), crm.fold()
-- Tests:     supabase/tests/order/
--
-- An account is a company, or a person without one. Its tables are what its events make of nothing when they are
-- applied in the sender's order. An event that is the newest of its account is just applied; a late one makes the
-- account be folded again, into the same rows.

create table crm.accounts (
  key text not null,
  happened_at timestamptz not null,
  rank smallint not null,
  digest bigint not null,
  constraint accounts_pkey primary key (key)
);
comment on table crm.accounts is 'One row per account: the newest event, in the sender''s order, that its tables contain.';
alter table crm.accounts enable row level security;

-- What the log holds around an event.
create type crm.thread as (
  accounts text[],
  is_late boolean
);

-- Race: two events of one thread are handled one after the other, also when the event that links them is itself on
--       its way. All locks of a transaction are taken in the order of their keys, uids before accounts, so no two
--       transactions wait for each other. When the thread turns out to be longer than what is locked, everything is
--       given back (a rolled-back block releases its locks) and taken anew.
create function crm.lock_thread(p_event public.calcom_events)
returns crm.thread
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_locked text[];
  v_uids text[] := array_remove(array[p_event.uid, p_event.new_uid], null);
  v_thread crm.thread;
begin
  while v_locked is distinct from v_uids loop
    v_locked := v_uids;
    begin
      perform crm.lock('uid', v_locked);
      v_uids := crm.linked_uids(v_locked);
      if v_locked <> v_uids then
        raise exception using errcode = 'KC001', message = 'The thread is longer than what is locked';
      end if;
    exception
      when sqlstate 'KC001' then null;
    end;
  end loop;

  v_thread := crm.read_thread(p_event, v_uids);
  perform crm.lock('account', v_thread.accounts);
  return v_thread;
end;
$$;
comment on function crm.lock_thread(public.calcom_events) is
  'Holds everything that an event may change until the transaction ends, and returns what there is.';

-- Rule: reschedules link the uid before with the uid after.
create function crm.linked_uids(p_uids text[])
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return array(
    select u.uid from unnest(p_uids) as u (uid)
    union
    select e.new_uid from public.calcom_events as e where e.uid = any (p_uids) and e.new_uid is not null
    union
    select e.uid from public.calcom_events as e where e.new_uid = any (p_uids) and e.uid is not null
    order by 1
  );
end;
$$;
comment on function crm.linked_uids(text[]) is 'These uids and those one reschedule away, in order.';

-- Rule: whoever booked under one of the uids is concerned. The event is late when something of its thread is later
--       in the sender's order, or when something may have waited for the uid or the booker that it makes known.
create function crm.read_thread(p_event public.calcom_events, p_uids text[])
returns crm.thread
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_thread crm.thread;
  v_known_uid text := case when p_event.email is not null then coalesce(p_event.new_uid, p_event.uid) end;
begin
  select
    array_agg(distinct e.account) filter (where e.account is not null),
    bool_or(
      (e.happened_at, e.rank, e.digest) > (p_event.happened_at, p_event.rank, p_event.digest)
      or (e.uid = v_known_uid and e.trigger <> 'BOOKING_CREATED')
    )
  into v_thread.accounts, v_thread.is_late
  from public.calcom_events as e
  where (e.uid = any (p_uids) or e.new_uid = any (p_uids)) and e.id <> p_event.id;

  if p_event.account is not null then
    v_thread.accounts := array_append(array_remove(v_thread.accounts, p_event.account), p_event.account);
    v_thread.is_late := v_thread.is_late is true
      or exists (select from public.calcom_events as e where e.outcome = 'waiting' and e.email = p_event.email);
  end if;
  return v_thread;
end;
$$;
comment on function crm.read_thread(public.calcom_events, text[]) is
  'The accounts that an event concerns, and whether something in its thread comes after it.';

create function crm.lock(p_kind text, p_keys text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_key bigint;
begin
  for v_key in
    select distinct hashtextextended(p_kind || ':' || k.key, 0) as key from unnest(p_keys) as k (key) order by 1
  loop
    perform pg_advisory_xact_lock(v_key);
  end loop;
end;
$$;
comment on function crm.lock(text, text[]) is 'Locks keys of one kind until the transaction ends, always in the same order.';

-- Rule: newest = later in the sender's order than everything that the account contains.
create function crm.is_newest(p_event public.calcom_events, p_account text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into crm.accounts as a (key, happened_at, rank, digest)
  values (p_account, p_event.happened_at, p_event.rank, p_event.digest)
  on conflict on constraint accounts_pkey do update set
    happened_at = excluded.happened_at, rank = excluded.rank, digest = excluded.digest
  where (a.happened_at, a.rank, a.digest) < (excluded.happened_at, excluded.rank, excluded.digest);
  return found;
end;
$$;
comment on function crm.is_newest(public.calcom_events, text) is
  'Whether an event is the newest of an account; if so, it is remembered as such.';

-- Rule: the events that name one of its people, and everything in their threads, in the sender's order.
create function crm.events_of(p_account text)
returns setof public.calcom_events
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query
  with recursive chain (uid) as (
    select u.uid
    from public.calcom_events as e
    cross join lateral (values (e.uid), (e.new_uid)) as u (uid)
    where e.account = p_account and u.uid is not null
    union
    select u.uid
    from chain as c
    join public.calcom_events as e on e.uid = c.uid or e.new_uid = c.uid
    cross join lateral (values (e.uid), (e.new_uid)) as u (uid)
    where u.uid is not null
  ), members (id) as (
    select e.id from chain as c join public.calcom_events as e on e.uid = c.uid or e.new_uid = c.uid
    union
    select e.id from public.calcom_events as e where e.account = p_account
  )
  select e.*
  from members as m
  join public.calcom_events as e on e.id = m.id
  order by e.happened_at, e.rank, e.digest, e.id;
end;
$$;
comment on function crm.events_of(text) is 'Every event that may concern an account, in the sender''s order.';

-- Rule: the rows that the log made become as if nothing had happened, and keep their ids. What somebody entered
--       by hand (no first_uid, no ordinal, a name of their own) is not touched.
create function crm.clear_account(p_account text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.bookings as b
  set calcom_uid = b.id::text, former_uids = '{}', ical_uid = null, deal_id = null, closed_deal_id = null, changed_by = null
  from public.people as p
  left join public.companies as c on c.id = p.company_id
  where b.person_id = p.id and coalesce(c.domain, p.email) = p_account and b.first_uid is not null;

  update public.deals as d
  set status = 'cancelled', opened_by = null
  from public.companies as c
  where d.company_id = c.id and c.domain = p_account and d.ordinal is not null;

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
returns setof crm.effect
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_event public.calcom_events;
  v_effects crm.effect[];
  v_waiting public.calcom_events[] := '{}';
  v_ready public.calcom_events[];
begin
  perform crm.clear_account(p_account);

  for v_event in select e.* from crm.events_of(p_account) as e loop
    v_ready := array[v_event];
    while cardinality(v_ready) > 0 loop
      v_effects := crm.try_event(v_ready[1], p_account);
      return query select f.* from unnest(v_effects) as f;

      if cardinality(v_effects) = 0 then
        v_waiting := v_waiting || v_ready[1];
        v_ready := v_ready[2:];
      elsif v_ready[1].email is null then
        v_ready := v_ready[2:];
      else
        -- It may have made a booking known: who waited gets another chance, in the sender's order.
        v_ready := v_ready[2:] || v_waiting;
        v_waiting := '{}';
      end if;
    end loop;
  end loop;

  delete from public.bookings as b
  using public.people as p
  left join public.companies as c on c.id = p.company_id
  where b.person_id = p.id and coalesce(c.domain, p.email) = p_account and b.first_uid is not null and b.changed_by is null;
  delete from public.deals as d
  using public.companies as c
  where d.company_id = c.id and c.domain = p_account and d.ordinal is not null and d.opened_by is null;

  if v_event.id is not null then
    perform crm.is_newest(v_event, p_account);
  end if;
end;
$$;
comment on function crm.refold(text) is 'Makes an account anew from its events, into the same rows.';

create function crm.try_event(p_event public.calcom_events, p_account text)
returns crm.effect[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return array(select f from crm.apply_event(p_event, p_account) as f);
exception
  when others then -- the log may hold anything; one bad event must not hold up its account
    return array[row(
      p_event.id, 'failed', format('%s (%s)', sqlerrm, sqlstate), null, null, null, null, null, null, null, null
    )::crm.effect];
end;
$$;
comment on function crm.try_event(public.calcom_events, text) is 'Applies an event; what goes wrong is its outcome and undoes only itself.';

-- Rule: the newest event of an account is applied; a late one, or one that others may have waited for, is folded in.
create function crm.fold(p_event public.calcom_events, p_thread crm.thread)
returns setof crm.effect
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_account text;
begin
  foreach v_account in array coalesce(p_thread.accounts, '{}') loop
    if crm.is_newest(p_event, v_account) and p_thread.is_late is not true then
      return query select f.* from crm.apply_event(p_event, v_account) as f;
    else
      perform crm.store_facts(p_event);
      return query select f.* from crm.refold(v_account) as f;
    end if;
  end loop;
end;
$$;
comment on function crm.fold(public.calcom_events, crm.thread) is
  'Brings an event into every account that it concerns, and returns what that did, also to events that had waited.';
