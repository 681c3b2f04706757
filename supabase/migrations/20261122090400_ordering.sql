-- Ordering: the same events give the same tables, in whatever order and however often they arrive.
--
-- A stream is a company, or a person without one. Its tables are what its events make of nothing when they are applied
-- in the sender's order. An event that is the newest of its stream is just applied; a late one makes the stream be
-- replayed, into the same rows.

create table crm.stream_watermarks (
  stream_key text not null,
  position crm.position not null,
  constraint stream_watermarks_pkey primary key (stream_key)
);
comment on table crm.stream_watermarks is
  'One row per stream: the position of the newest event that its tables contain.';
alter table crm.stream_watermarks enable row level security;

---------------------------------------------------------------------------------------------------------------- locks

create function crm.maintenance_lock_key() returns bigint
language sql immutable
return hashtextextended('calcom-deals', 0);
comment on function crm.maintenance_lock_key() is
  'The lock that every event shares, and that a rebuild of everything has alone.';

create function crm.sort_unique(p_keys text[])
returns text[]
language plpgsql
immutable
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
comment on function crm.sort_unique(text[]) is 'Each key once, in order.';

-- Race: sorted by the number that is locked, not by its name: two names may share a number.
create function crm.lock_keys(p_kind text, p_keys text[])
returns void
language plpgsql
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
comment on function crm.lock_keys(text, text[]) is
  'Locks keys of one kind until the transaction ends, always in the same order.';

---------------------------------------------------------------------------------------------------------------- scope

-- What the log holds around an event.
create type crm.event_scope as (
  uids text[],
  stream_keys text[],
  has_later_events boolean
);

-- Rule: reschedules link the uid before with the uid after, and whoever booked under one of them is concerned.
--       The event is late when something of its scope comes after it in the sender's order, or when something may have
--       waited for the uid or the booker that it makes known.
-- Time: by index, always, and planned once. A log that was never analysed looks small to the planner, which would read
--       it whole; and a plan for just these uids is no better than the one for any.
create function crm.load_scope(p_event crm.event, p_uids text[])
returns crm.event_scope
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_scope crm.event_scope;
  v_known_uid text := case when p_event.booker_email is not null then coalesce(p_event.new_uid, p_event.uid) end;
begin
  select
    crm.sort_unique(array_agg(e.uid) || array_agg(e.new_uid) || p_uids),
    crm.sort_unique(array_agg(e.stream_key) || p_event.stream_key),
    coalesce(
      bool_or(e.position > p_event.position or (e.uid = v_known_uid and e.trigger <> 'BOOKING_CREATED')), false
    ) or exists (
      select from public.calcom_events as w where w.outcome = 'waiting' and w.booker_email = p_event.booker_email
    )
  into v_scope
  from public.calcom_events as e
  where (e.uid = any (p_uids) or e.new_uid = any (p_uids)) and e.id <> p_event.id;
  return v_scope;
end;
$$;
comment on function crm.load_scope(crm.event, text[]) is
  'The uids that belong together, the streams that they concern, and whether something there comes after the event.';

-- Race: two events of one scope are decided one after the other, also when the event that links them is itself on its
--       way. All locks of a transaction are taken in one order, uids before streams, so no two transactions wait for
--       each other. When the scope turns out to be larger than what is locked, the locks are given back (a block that
--       is rolled back releases its locks) and all are taken again.
create function crm.lock_scope(p_event crm.event)
returns crm.event_scope
language plpgsql
set search_path = ''
as $$
declare
  v_uids text[];
  v_scope crm.event_scope;
begin
  v_scope.uids := crm.sort_unique(array[p_event.uid, p_event.new_uid]);
  while v_uids is distinct from v_scope.uids loop
    v_uids := v_scope.uids;
    begin
      perform crm.lock_keys('uid', v_uids);
      v_scope := crm.load_scope(p_event, v_uids);
      if v_uids <> v_scope.uids then
        raise exception using errcode = 'KC001', message = 'The scope is larger than what is locked';
      end if;
    exception
      when sqlstate 'KC001' then null;
    end;
  end loop;

  perform crm.lock_keys('stream', v_scope.stream_keys);
  return v_scope;
end;
$$;
comment on function crm.lock_scope(crm.event) is
  'Locks everything that an event may change until the transaction ends, and returns what the log holds around it.';

create function crm.advance_watermark(p_stream_key text, p_position crm.position)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  insert into crm.stream_watermarks as w (stream_key, position)
  values (p_stream_key, p_position)
  on conflict on constraint stream_watermarks_pkey do update set position = excluded.position
  where w.position < excluded.position;
  return found;
end;
$$;
comment on function crm.advance_watermark(text, crm.position) is
  'Remembers the newest position of a stream; returns false when the stream has come further already.';

---------------------------------------------------------------------------------------------------- apply, late: replay

-- Rule: the newest event of a stream is applied; a late one, or one that others may have waited for, is replayed.
create function crm.apply_or_replay(p_event crm.event, p_scope crm.event_scope)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_stream_key text;
  v_is_newest boolean;
  v_effects crm.effect[] := array[]::crm.effect[];
begin
  foreach v_stream_key in array p_scope.stream_keys loop
    v_is_newest := crm.advance_watermark(v_stream_key, p_event.position);
    if v_is_newest and not p_scope.has_later_events then
      v_effects := v_effects || crm.apply_and_record(p_event, v_stream_key);
    else
      perform crm.save_event(p_event, 'pending', null); -- so that the replay finds it
      v_effects := v_effects || crm.replay_stream(v_stream_key);
    end if;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.apply_or_replay(crm.event, crm.event_scope) is
  'Brings an event into every stream that it concerns; returns what that did, also to events that had waited.';

-- Rule: what an event changed is recorded with it, so that every deal and booking can tell its story.
create function crm.apply_and_record(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_effects crm.effect[] := crm.apply_event(p_event, p_stream_key);
  v_effect crm.effect;
begin
  foreach v_effect in array v_effects loop
    if v_effect.outcome = 'applied' then
      insert into public.event_effects (event_id, stream_key, booking_id, deal_id, deal_change, reason)
      values (
        v_effect.event_id, p_stream_key, v_effect.booking_id, v_effect.deal_id, v_effect.deal_change, v_effect.reason
      );
    end if;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.apply_and_record(crm.event, text) is
  'Applies an event to a stream and records what it changed.';

create function crm.is_transient(p_sqlstate text) returns boolean
language sql immutable set search_path = ''
return left(p_sqlstate, 2) in ('40', '53', '55', '57', '58');
comment on function crm.is_transient(text) is
  'Whether an error may pass by itself: a deadlock, a timeout, a full disk.';

create function crm.apply_or_fail(p_event crm.event, p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
begin
  return crm.apply_and_record(p_event, p_stream_key);
exception
  when others then -- the log may hold anything; one bad event must not hold up its stream
    if crm.is_transient(sqlstate) then
      raise; -- no fault of this event: the one at hand is tried again, and with it the replay
    end if;
    return array[crm.make_effect(
      p_event, null, 'failed', format('It could not be applied: %s (%s).', sqlerrm, sqlstate)
    )];
end;
$$;
comment on function crm.apply_or_fail(crm.event, text) is
  'Applies an event during a replay; an error becomes its outcome and undoes this event alone.';

-- Rule: the events that name one of its people, and everything that shares a uid with them, in the sender's order.
-- Time: by index, as in load_scope.
create function crm.list_stream_events(p_stream_key text)
returns setof public.calcom_events
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_uids text[];
  v_known text[];
begin
  select crm.sort_unique(array_agg(e.uid) || array_agg(e.new_uid)) into v_uids
  from public.calcom_events as e
  where e.stream_key = p_stream_key;

  while v_known is distinct from v_uids loop
    v_known := v_uids;
    select crm.sort_unique(array_agg(e.uid) || array_agg(e.new_uid)) into v_uids
    from public.calcom_events as e
    where e.uid = any (v_known) or e.new_uid = any (v_known);
  end loop;

  return query
  select e.*
  from public.calcom_events as e
  where e.uid = any (v_uids) or e.new_uid = any (v_uids)
  order by e.position, e.id;
end;
$$;
comment on function crm.list_stream_events(text) is 'Every event that may concern a stream, in the sender''s order.';

-- Rule: the stream becomes what its events, in the sender's order, make of nothing. An event that does not know
--       its booking waits and is applied as soon as another makes it known. An event that cannot be applied is
--       skipped: the others count as if it were not there.
create function crm.replay_stream(p_stream_key text)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_row public.calcom_events;
  v_all crm.effect[] := array[]::crm.effect[];
  v_effects crm.effect[];
  v_ready crm.event[];
  v_waiting crm.event[] := array[]::crm.event[];
begin
  perform crm.reset_stream(p_stream_key);

  for v_row in select e.* from crm.list_stream_events(p_stream_key) as e loop
    v_ready := array[crm.parse_event(v_row)];
    while cardinality(v_ready) > 0 loop
      v_effects := crm.apply_or_fail(v_ready[1], p_stream_key);
      v_all := v_all || v_effects;

      if cardinality(v_effects) = 0 then
        v_waiting := v_waiting || v_ready[1];
        v_ready := v_ready[2:];
      elsif (v_ready[1]).booker_email is null then
        v_ready := v_ready[2:];
      else
        -- It may have made a booking known: what waited gets another chance, in the sender's order.
        v_ready := v_ready[2:] || v_waiting;
        v_waiting := array[]::crm.event[];
      end if;
    end loop;
  end loop;

  perform crm.delete_unused_rows(p_stream_key);
  if v_row.id is not null then
    perform crm.advance_watermark(p_stream_key, v_row.position);
  end if;
  return v_all;
end;
$$;
comment on function crm.replay_stream(text) is 'Rebuilds a stream from its events, into the same rows.';

-- Rule: the rows that events made become as if nothing had happened, and keep their ids. What somebody entered
--       by hand (no original_key, no sequence_number, a name of their own) stays; what events did to a deal entered by
--       hand is taken back.
create function crm.reset_stream(p_stream_key text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_company_id uuid := crm.find_company(p_stream_key);
begin
  update public.deals as d
  set status = 'cancelled', opened_by_event_id = null
  where d.company_id = v_company_id and d.sequence_number is not null;
  perform crm.reset_manual_deals(v_company_id);
  delete from public.event_effects as f where f.stream_key = p_stream_key;

  update public.bookings as b
  set calcom_uid = b.id::text, previous_uids = '{}', ical_uid = null, deal_id = null, met_deal_id = null,
    cancelled_deal_id = null, last_event_id = null
  where b.stream_key = p_stream_key and b.original_key is not null;

  update public.companies as c
  set name = c.domain, form_name = null
  where c.id = v_company_id and c.name = c.form_name;
end;
$$;
comment on function crm.reset_stream(text) is 'Takes back what events made of a stream, so that it can be rebuilt.';

-- Rule: a deal entered by hand that events have met or cancelled was booked and active before. When there are several,
--       the youngest is active again: a company has one active deal.
create function crm.reset_manual_deals(p_company_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.deals as d set stage = 'booked'
  where d.company_id = p_company_id and d.sequence_number is null
    and exists (select from public.event_effects as f where f.deal_id = d.id and f.deal_change = 'met');

  update public.deals as d set status = 'active'
  where crm.find_active_deal(p_company_id) is null
    and d.id = (
      select o.id
      from public.deals as o
      where o.company_id = p_company_id and o.sequence_number is null
        and exists (select from public.event_effects as f where f.deal_id = o.id and f.deal_change = 'cancelled')
      order by o.created_at desc, o.id
      limit 1
    );
end;
$$;
comment on function crm.reset_manual_deals(uuid) is
  'Takes back what events did to the deals that somebody entered by hand.';

create function crm.delete_unused_rows(p_stream_key text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from public.bookings as b
  where b.stream_key = p_stream_key and b.original_key is not null and b.last_event_id is null;
  delete from public.deals as d
  where d.company_id = crm.find_company(p_stream_key)
    and d.sequence_number is not null and d.opened_by_event_id is null;
end;
$$;
comment on function crm.delete_unused_rows(text) is
  'Deletes the bookings and deals of a stream that no event made when it was replayed.';
