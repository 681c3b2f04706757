-- Migration: order
-- Purpose:   the same events give the same tables, in whatever order and however often they arrive
-- Needs:     booked and moved, cancelled and met
-- Creates:   crm.accounts, crm.thread, crm.lock(), crm.lock_thread(), crm.linked_uids(), crm.read_thread(),
--            crm.is_newest(), crm.house_key()
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

create function crm.house_key()
returns bigint
language sql
immutable
security invoker
set search_path = ''
as $$
  select hashtextextended('calcom-deals', 0);
$$;
comment on function crm.house_key() is 'The lock that every event shares and a rebuild of everything has alone.';
