-- Migration: order
-- Purpose:   the same events give the same tables, in whatever order and however often they arrive
-- Needs:     booked and moved, cancelled and met
-- Creates:   crm.accounts, crm.thread, crm.read_thread(), crm.sorted(), crm.lock_thread(), crm.lock(), crm.is_newest(),
--            crm.house_key()
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
  uids text[],
  accounts text[],
  is_late boolean
);

-- Rule: reschedules link the uid before with the uid after, and whoever booked under one of them is concerned.
--       The event is late when something of its thread is later in the sender's order, or when something may have
--       waited for the uid or the booker that it makes known.
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
  v_is_alone boolean;
begin
  -- Most events are the first of their thread: two looks into an index, and all is said.
  select
    not exists (
      select from public.calcom_events as e
      where (e.uid in (p_event.uid, p_event.new_uid) or e.new_uid in (p_event.uid, p_event.new_uid)) and e.id <> p_event.id
    ),
    exists (select from public.calcom_events as e where e.outcome = 'waiting' and e.email = p_event.email)
  into v_is_alone, v_thread.is_late;
  if v_is_alone then
    v_thread.uids := p_uids;
    v_thread.accounts := array_remove(array[p_event.account], null);
    return v_thread;
  end if;

  select
    array_agg(e.uid) || array_agg(e.new_uid),
    array_agg(e.account),
    bool_or(
      (e.happened_at, e.rank, e.digest) > (p_event.happened_at, p_event.rank, p_event.digest)
      or (e.uid = v_known_uid and e.trigger <> 'BOOKING_CREATED')
    ) or v_thread.is_late
  into v_thread.uids, v_thread.accounts, v_thread.is_late
  from public.calcom_events as e
  where (e.uid = any (p_uids) or e.new_uid = any (p_uids)) and e.id <> p_event.id;

  v_thread.uids := crm.sorted(v_thread.uids || p_uids);
  v_thread.accounts := crm.sorted(v_thread.accounts || p_event.account);
  return v_thread;
end;
$$;
comment on function crm.read_thread(public.calcom_events, text[]) is
  'The uids that belong together, the accounts that they concern, and whether something there comes after the event.';

create function crm.sorted(p_keys text[])
returns text[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_keys text[] := array_remove(p_keys, null);
begin
  if cardinality(v_keys) > 1 then
    v_keys := array(select distinct k.key from unnest(v_keys) as k (key) order by 1);
  end if;
  return v_keys;
end;
$$;
comment on function crm.sorted(text[]) is 'Each key once, in order.';

-- Race: two events of one thread are handled one after the other, also when the event that links them is itself on
--       its way. All locks of a transaction are taken in one order, uids before accounts, so no two transactions wait
--       for each other. When the thread turns out to be longer than what is locked, everything is given back (a
--       rolled-back block releases its locks) and taken anew.
create function crm.lock_thread(p_event public.calcom_events)
returns crm.thread
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_uids text[];
  v_thread crm.thread;
begin
  v_thread.uids := crm.sorted(array[p_event.uid, p_event.new_uid]);
  while v_uids is distinct from v_thread.uids loop
    v_uids := v_thread.uids;
    begin
      perform crm.lock('uid', v_uids);
      v_thread := crm.read_thread(p_event, v_uids);
      if v_uids <> v_thread.uids then
        raise exception using errcode = 'KC001', message = 'The thread is longer than what is locked';
      end if;
    exception
      when sqlstate 'KC001' then null;
    end;
  end loop;

  perform crm.lock('account', v_thread.accounts);
  return v_thread;
end;
$$;
comment on function crm.lock_thread(public.calcom_events) is
  'Holds everything that an event may change until the transaction ends, and returns what there is.';

-- Race: sorted by the number that is locked, not by its name: two names may share a number.
create function crm.lock(p_kind text, p_keys text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_number bigint;
begin
  if cardinality(p_keys) = 1 then
    perform pg_advisory_xact_lock(hashtextextended(p_kind || ':' || p_keys[1], 0));
    return;
  end if;
  for v_number in
    select distinct hashtextextended(p_kind || ':' || k.key, 0) from unnest(p_keys) as k (key) order by 1
  loop
    perform pg_advisory_xact_lock(v_number);
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
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return hashtextextended('calcom-deals', 0);
end;
$$;
comment on function crm.house_key() is 'The lock that every event shares, and that rebuilds, retries and the pick-up have alone.';
