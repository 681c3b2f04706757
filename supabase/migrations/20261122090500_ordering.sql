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
-- Time: names share 1,024 numbers of each kind. So a transaction that touches ever so many companies (an import by
--       hand) fits the lock table of any server, and seldom does anybody wait for a stranger.
create function crm.lock_keys(p_kind text, p_keys text[])
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_class integer := hashtext('calcom-deals ' || p_kind);
  v_number integer;
begin
  if cardinality(p_keys) = 1 then
    perform pg_advisory_xact_lock(v_class, (hashtextextended(p_keys[1], 0) & 1023)::integer);
    return;
  end if;
  for v_number in
    select distinct (hashtextextended(k.key, 0) & 1023)::integer from unnest(p_keys) as k (key) order by 1
  loop
    perform pg_advisory_xact_lock(v_class, v_number);
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
  has_later_events boolean,
  booker_stream_key text
);

-- Rule: reschedules link the uid before with the uid after, and whoever booked under one of them is concerned; where no
--       event tells, whoever holds or held the booking that somebody entered by hand.
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
  v_known_uid text := case
    when p_event.booker_email is not null or p_event.trigger = 'MEETING_ENDED'
      then coalesce(p_event.new_uid, p_event.uid)
  end;
begin
  select
    crm.sort_unique(array_agg(e.uid) || array_agg(e.new_uid) || p_uids),
    crm.sort_unique(array_agg(e.stream_key) || p_event.stream_key),
    coalesce(
      bool_or(
        e.position > p_event.position
        or (e.uid = v_known_uid and e.trigger <> 'BOOKING_CREATED')
        or (v_known_uid is not null and e.outcome = 'waiting')
      ),
      false
    ) or exists (
      select from public.calcom_events as w where w.outcome = 'waiting' and w.booker_email = p_event.booker_email
    ),
    p_event.stream_key
  into v_scope
  from public.calcom_events as e
  where (e.uid = any (p_uids) or e.new_uid = any (p_uids)) and e.id <> p_event.id;

  if v_scope.stream_keys = '{}' then
    v_scope.stream_keys := array(
      select b.stream_key from public.bookings as b where b.calcom_uid = any (p_uids)
      union
      select d.stream_key from crm.deleted_bookings as d where d.uids && p_uids
      order by 1
    );
  end if;
  return v_scope;
end;
$$;
comment on function crm.load_scope(crm.event, text[]) is
  'The uids that belong together, the streams that they concern, and whether something there comes after the event.';

-- Race: two events of one scope are decided one after the other, also when the event that links them is itself on its
--       way. All locks of a transaction are taken in one order, uids before streams, so no two transactions wait for
--       each other. When the scope turns out to be larger than what is locked, or its streams were merged meanwhile,
--       the locks are given back (a block that is rolled back releases its locks) and all are taken again.
create function crm.lock_scope(p_event crm.event)
returns crm.event_scope
language plpgsql
set search_path = ''
as $$
declare
  v_uids text[] := crm.sort_unique(array[p_event.uid, p_event.new_uid]);
  v_scope crm.event_scope;
begin
  loop
    p_event.stream_key := crm.stream_key(p_event.booker_email);
    begin
      perform crm.lock_keys('uid', v_uids);
      v_scope := crm.load_scope(p_event, v_uids);
      if v_uids = v_scope.uids then
        perform crm.lock_keys('stream', v_scope.stream_keys);
        exit when not exists (
          select from crm.merged_streams as m where m.stream_key = any (v_scope.stream_keys)
        );
      end if;
      v_uids := v_scope.uids;
      raise exception using errcode = 'KC001', message = 'The scope is not what is locked';
    exception
      when sqlstate 'KC001' then null;
    end;
  end loop;
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

-- Rule: the events that name one of its people, those about a booking that somebody entered by hand, and everything
--       that shares a uid with them.
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
  select
    crm.sort_unique(array_agg(e.uid) || array_agg(e.new_uid) || array(
      select h.new_values ->> 'calcom_uid'
      from public.hand_edits as h
      where h.stream_key = p_stream_key and h.table_name = 'bookings'
    ))
  into v_uids
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
  where e.uid = any (v_uids) or e.new_uid = any (v_uids);
end;
$$;
comment on function crm.list_stream_events(text) is 'Every event that may concern a stream.';

create function crm.list_known_effects(p_stream_keys text[])
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array(
    select concat(f.event_id, f.booking_id) from public.event_effects as f where f.stream_key = any (p_stream_keys)
  );
end;
$$;
comment on function crm.list_known_effects(text[]) is
  'What the events of some streams have done so far: when a replay repeats it, that is no news.';

-- Rule: a mail that was not owed because the booking had changed since is owed when a late event shows that it had not.
create function crm.was_overtaken(p_event_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select
    from public.calcom_events as e
    where e.id = p_event_id and strpos(e.reason, 'No mail: the booking has changed since.') > 0
  );
end;
$$;
comment on function crm.was_overtaken(uuid) is 'Whether an event owed no mail because the booking had changed since.';

-- Rule: the stream becomes what its events and the hand edits, in the sender's order, make of nothing. An event that
--       does not know its booking waits and is applied as soon as another makes it known. An event that cannot be
--       applied is skipped: the others count as if it were not there.
create function crm.replay_stream(p_stream_key text, p_known text[] default null)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_item record;
  v_position crm.position;
  v_known text[] := coalesce(p_known, crm.list_known_effects(array[p_stream_key]));
  v_all crm.effect[] := array[]::crm.effect[];
  v_effects crm.effect[];
  v_ready crm.event[];
  v_waiting crm.event[] := array[]::crm.event[];
begin
  perform set_config('crm.replay', 'on', true); -- rows may be there that nothing has made yet
  perform crm.reset_stream(p_stream_key);

  for v_item in
    select e as event, null::public.hand_edits as edit, e.position from crm.list_stream_events(p_stream_key) as e
    union all
    select null, h, h.position from public.hand_edits as h where h.stream_key = p_stream_key
    order by 3
  loop
    v_position := v_item.position;
    if (v_item.edit).id is not null then
      perform crm.repeat_hand_edit(v_item.edit);
      v_ready := v_waiting; -- it may have made a booking known
      v_waiting := array[]::crm.event[];
    else
      v_ready := array[crm.parse_event(v_item.event)];
    end if;
    while cardinality(v_ready) > 0 loop
      v_effects := crm.apply_or_fail(v_ready[1], p_stream_key);
      v_all := v_all || v_effects;

      if cardinality(v_effects) = 0 then
        v_waiting := v_waiting || v_ready[1];
        v_ready := v_ready[2:];
      elsif (v_ready[1]).booker_email is null and (v_ready[1]).new_uid is null then
        v_ready := v_ready[2:];
      else
        -- It may have made a booking known: what waited gets another chance, in the sender's order.
        v_ready := v_ready[2:] || v_waiting;
        v_waiting := array[]::crm.event[];
      end if;
    end loop;
  end loop;

  perform crm.delete_unused_rows(p_stream_key);
  update public.deals as d set is_replaying = false
  where d.company_id in (select c.id from crm.list_companies(p_stream_key) as c) and d.is_replaying;
  if v_position is not null then
    perform crm.advance_watermark(p_stream_key, v_position);
  end if;
  perform set_config('crm.replay', 'off', true);
  -- A deal may have got another row since the event was applied.
  return array(
    select row(
      f.event_id, f.outcome, coalesce(x.reason, f.reason), f.person_id, f.booking_id,
      case when x.event_id is null then f.deal_id else x.deal_id end,
      case when x.event_id is null then f.deal_change else x.deal_change end,
      f.email_kind, f.old_start_time, f.old_end_time,
      k.key is null or (f.email_kind is not null and crm.was_overtaken(f.event_id))
    )::crm.effect
    from unnest(v_all) with ordinality as f
    left join public.event_effects as x
      on x.event_id = f.event_id and x.booking_id = f.booking_id and f.outcome = 'applied'
    left join unnest(v_known) as k (key) on k.key = concat(f.event_id, f.booking_id)
    order by f.ordinality
  );
end;
$$;
comment on function crm.replay_stream(text, text[]) is
  'Rebuilds a stream from its events and hand edits, into the same rows.';

-- Rule: the rows that events and hand edits made become as if nothing had happened, and keep their ids. What the log
--       does not know of stays as it is.
create function crm.reset_stream(p_stream_key text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.deals as d
  set status = 'cancelled', stage = 'booked', is_closed_by_hand = false, made_at = null,
    is_replaying = true
  where d.company_id in (select c.id from crm.list_companies(p_stream_key) as c) and d.made_at is not null;

  update public.people as p set name = null, company_id = null, is_company_chosen = false, made_at = null
  where p.id in (
    select b.person_id from public.bookings as b where b.stream_key = p_stream_key and b.made_at is not null
    union
    select h.row_id from public.hand_edits as h where h.stream_key = p_stream_key and h.table_name = 'people'
    union
    select o.id
    from public.hand_edits as h
    join public.people as o on o.email = split_part(h.row_key, ' ', 1)
    where h.stream_key = p_stream_key and h.table_name = 'bookings'
  );

  update public.companies as c
  set name = case
      when c.name = c.form_name
        or exists (select from public.hand_edits as h where h.row_id = c.id and h.new_values ? 'name')
        then c.domain
      else c.name
    end,
    form_name = null, made_at = null
  where c.id in (select l.id from crm.list_companies(p_stream_key) as l);

  delete from public.event_effects as f where f.stream_key = p_stream_key;
  delete from crm.deleted_bookings as d where d.stream_key = p_stream_key;
  update public.bookings as b
  set calcom_uid = b.id::text, previous_uids = '{}', ical_uid = null, deal_id = null, met_deal_id = null,
    cancelled_deal_id = null, last_event_id = null, made_at = null
  where b.stream_key = p_stream_key and b.made_at is not null;
end;
$$;
comment on function crm.reset_stream(text) is
  'Takes back what events and hand edits made of a stream, so that it can be rebuilt.';

-- Rule: a booking or deal that nothing made goes, and with the booking a person and a company that nothing but it had
--       made. What a table of the team holds on to stays, cancelled.
create function crm.delete_unused_rows(p_stream_key text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_booking public.bookings;
  v_deal_id uuid;
begin
  for v_deal_id in
    select d.id
    from public.deals as d
    where d.company_id in (select c.id from crm.list_companies(p_stream_key) as c)
      and d.made_at is null and d.is_replaying
  loop
    begin
      delete from public.deals as d where d.id = v_deal_id;
    exception
      when foreign_key_violation then null;
    end;
  end loop;

  for v_booking in
    select b.*
    from public.bookings as b
    where b.stream_key = p_stream_key and b.made_at is null and b.calcom_uid = b.id::text
  loop
    -- What the event told is told of the booking that it is about by now.
    update public.emails as m
    set booking_id = (
      select f.booking_id
      from public.event_effects as f
      join public.bookings as b on b.id = f.booking_id
      where f.event_id = m.event_id and b.attendee_email = v_booking.attendee_email
      limit 1
    )
    where m.booking_id = v_booking.id;
    begin
      delete from public.bookings as b where b.id = v_booking.id;
    exception
      when foreign_key_violation then
        update public.bookings as b set status = 'CANCELLED' where b.id = v_booking.id;
    end;
    begin
      delete from public.people as p where p.id = v_booking.person_id and p.made_at is null;
      delete from public.companies as c
      where c.domain = crm.company_domain(v_booking.attendee_email) and c.made_at is null;
    exception
      when foreign_key_violation then null; -- others need them
    end;
  end loop;
end;
$$;
comment on function crm.delete_unused_rows(text) is
  'Deletes the rows of a stream that nothing made when it was replayed.';
