-- Ordering: the same events give the same tables, in whatever order and however often they arrive.
--
-- A stream is a company, or a person without one. Its tables are what its events make of nothing when they are applied
-- in the sender's order. Here: the locks around a stream, how an event is applied to it, and how what came after a
-- position is taken back.

create table crm.stream_events (
  stream_key text not null,
  position crm.position not null,
  event_id uuid not null,
  waited_for crm.position,
  constraint stream_events_pkey primary key (stream_key, position, event_id)
);
comment on table crm.stream_events is
  'One row per stream and event that was applied to it, or that its booker sent: the order in which it is replayed.';
comment on column crm.stream_events.waited_for is
  'Position of the event that made its booking known, when that came later: it counts from there on.';
create index stream_events_waited_for_idx on crm.stream_events (stream_key, waited_for) where waited_for is not null;
alter table crm.stream_events enable row level security;

---------------------------------------------------------------------------------------------------------------- locks

create function crm.maintenance_lock_key() returns bigint
language sql immutable
return hashtextextended('calcom-deals', 0);
comment on function crm.maintenance_lock_key() is
  'The lock that every event shares, and that a rebuild of everything has alone.';

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
  is_awaited boolean,
  booker_stream_key text,
  people text[]
);
comment on type crm.event_scope is
  'The uids that belong together, the streams that they concern, whether an event may have waited for this one, and, '
  'of a seated event, the people whom it concerns.';

create function crm.may_be_about(p_concerned text[], p_people text[]) returns boolean
language sql immutable
return p_concerned is null or p_people is null or p_concerned && p_people;
comment on function crm.may_be_about(text[], text[]) is
  'Whether an event that concerns some people alone (null: anybody) may be about one of these.';

create function crm.known_uid(p_event crm.event) returns text
language sql immutable
return case
  when p_event.trigger in ('BOOKING_REQUESTED', 'BOOKING_CREATED', 'BOOKING_RESCHEDULED') or p_event.new_uid is not null
    then coalesce(p_event.new_uid, p_event.uid)
end;
comment on function crm.known_uid(crm.event) is 'The uid that an event makes known, for which others may have waited.';

-- Rule: these look for their booking beyond its uid: by its calendar id, or by the event type (a request). What any
--       event of the same person changes may be what they wait for; the others wait for a uid.
create function crm.searching_triggers() returns text[]
language sql immutable
return array['BOOKING_CREATED', 'BOOKING_REQUESTED', 'BOOKING_RESCHEDULED', 'BOOKING_CANCELLED', 'BOOKING_REJECTED'];
comment on function crm.searching_triggers() is
  'The triggers of events that may find a booking whose uid they do not name.';

-- Time: what has counted waits for nothing, so a seat is booked at the same cost after the meeting got another host.
--       Not what moves: it may have booked the meeting itself. Nor what is about a meeting without seats: it may have
--       found one that looked like it.
create function crm.has_counted(p_event_id uuid, p_new_uid text, p_stream_key text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return p_new_uid is null and exists (
    select from public.event_effects as f where f.event_id = p_event_id and f.stream_key = p_stream_key
  );
end;
$$;
comment on function crm.has_counted(uuid, text, text) is
  'Whether an event about a meeting with seats has changed a booking of a stream, and waits for no other there.';

-- Rule: a booking concerns the stream of its booker alone, whoever else has a seat there. Any other event concerns the
--       streams of the bookings that it is about.
-- Time: most bookings are the first to name their uid; two look-ups by key tell.
create function crm.load_scope(p_event crm.event, p_uids text[])
returns crm.event_scope
language plpgsql
stable
set search_path = ''
as $$
begin
  if crm.is_booking(p_event) and cardinality(p_uids) = 1
    and not exists (
      select from public.calcom_events as e
      where e.uid = p_uids[1] and e.is_follow_up
    )
    and not exists (select from public.calcom_events as e where e.new_uid = p_uids[1])
  then
    return row(p_uids, array[p_event.stream_key], false, p_event.stream_key, null)::crm.event_scope;
  end if;
  return crm.load_linked_scope(p_event, p_uids);
end;
$$;
comment on function crm.load_scope(crm.event, text[]) is
  'The uids that belong together, the streams that they concern, and whether something may have waited for the event.';

-- Time: what waits is found by its uid. Its outcome is compared with a variable: with the word, Postgres may read all
--       that waits, by the index of that.
create function crm.load_linked_scope(p_event crm.event, p_uids text[])
returns crm.event_scope
language plpgsql
stable
set search_path = ''
as $$
declare
  v_scope crm.event_scope;
  v_is_booking constant boolean := crm.is_booking(p_event);
  v_known_uid constant text := crm.known_uid(p_event);
  v_waiting constant text := 'waiting';
  v_holder text := case
    when p_event.is_seated and p_event.seat_id is not null then crm.find_seat_holder(p_event.uid, p_event.seat_id)
  end;
  v_people text[] := case
    when p_event.is_seated and p_event.trigger <> 'BOOKING_REASSIGNED'
      then p_event.attendee_emails || array_remove(array[p_event.booker_email, v_holder], null)
  end;
begin
  v_scope.booker_stream_key := p_event.stream_key;
  v_scope.people := v_people;
  v_scope.uids := crm.list_linked_uids(p_uids, v_people);

  v_scope.is_awaited := exists (
    select
    from public.calcom_events as e
    where e.uid = v_known_uid and e.is_follow_up and e.id <> p_event.id
      and crm.may_be_about(e.concerned_emails, v_people)
      and not (v_is_booking and p_event.is_seated and crm.has_counted(e.id, e.new_uid, p_event.stream_key))
  ) or exists (
    select
    from public.calcom_events as e
    where e.new_uid in (v_known_uid, p_event.uid) and v_known_uid is not null and e.outcome = v_waiting
      and e.id <> p_event.id and crm.may_be_about(e.concerned_emails, v_people)
  ) or exists (
    select
    from public.calcom_events as e
    where e.uid = p_event.uid and e.is_follow_up and e.outcome = v_waiting and e.id <> p_event.id
      and v_known_uid is distinct from p_event.uid -- else it was looked at above
      and (v_known_uid is not null or p_event.trigger = any (crm.searching_triggers()))
      and crm.may_be_about(e.concerned_emails, v_people)
  ) or exists (
    select
    from public.calcom_events as e
    where e.payload #>> '{payload,attendeeSeatId}' = p_event.seat_id and e.trigger = 'BOOKING_RESCHEDULED'
      and e.id <> p_event.id and p_event.seat_id is not null
  );

  v_scope.stream_keys := array_remove(array[p_event.stream_key], null);
  if not v_is_booking then
    v_scope.stream_keys := crm.sort_unique(
      v_scope.stream_keys || crm.list_streams(array_remove(array[p_event.uid, p_event.new_uid], null), v_people)
    );
  else
    -- Whose booking it is may have been unknown when it was moved.
    v_scope.stream_keys := crm.sort_unique(v_scope.stream_keys || array(
      select e.stream_key
      from public.calcom_events as e
      where e.uid = p_event.uid and e.is_follow_up and e.new_uid is not null and e.id <> p_event.id
        and crm.may_be_about(e.concerned_emails, v_people)
    ) || array(
      select s.key
      from public.calcom_events as e
      cross join lateral unnest(crm.list_streams(array[e.uid, e.new_uid], e.concerned_emails)) as s (key)
      where e.payload #>> '{payload,attendeeSeatId}' = p_event.seat_id and e.trigger = 'BOOKING_RESCHEDULED'
        and e.id <> p_event.id
    ));
  end if;
  return v_scope;
end;
$$;
comment on function crm.load_linked_scope(crm.event, text[]) is
  'As load_scope, for an event whose booking others have named.';

create function crm.list_streams(p_uids text[], p_people text[])
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_people is not null then
    return array(
      select b.stream_key
      from public.bookings as b
      where b.attendee_email = any (p_people) and (b.calcom_uid = any (p_uids) or b.previous_uids && p_uids)
      union
      select d.stream_key
      from crm.deleted_bookings as d
      where d.attendee_email = any (p_people) and d.uids && p_uids
      union
      select e.stream_key
      from public.calcom_events as e
      where e.new_uid = any (p_uids) and e.booker_email = any (p_people) and e.stream_key is not null
    );
  end if;
  return array(
    select b.stream_key from public.bookings as b where b.calcom_uid = any (p_uids)
    union
    select u.stream_key from crm.previous_uids as u where u.uid = any (p_uids)
    union
    select d.stream_key from crm.deleted_bookings as d where d.uids && p_uids
    union
    select e.stream_key from public.calcom_events as e where e.new_uid = any (p_uids) and e.stream_key is not null
  );
end;
$$;
comment on function crm.list_streams(text[], text[]) is
  'The streams of the bookings that have, had or asked for one of these uids; of these people alone, unless null.';

-- Race: two events of one scope are decided one after the other, also when the event that links them is itself on its
--       way. All locks of a transaction are taken in one order, uids before streams, so no two transactions wait for
--       each other. When the scope turns out to be larger than what is locked, or its streams were merged meanwhile,
--       the locks are given back (a block that is rolled back releases its locks) and all are taken again.
create function crm.lock_scope(p_event crm.event, p_more_uids text[] default '{}')
returns crm.event_scope
language plpgsql
set search_path = ''
as $$
declare
  v_uids text[] := crm.sort_unique(array[p_event.uid, p_event.new_uid] || p_more_uids);
  v_scope crm.event_scope;
begin
  loop
    p_event.stream_key := crm.merged_key(coalesce(p_event.company_domain, p_event.booker_email));
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
  -- Only now: a request of the same person may have named no uid of these.
  v_scope.is_awaited := v_scope.is_awaited or exists (
    select from public.calcom_events as e
    where e.outcome = 'waiting' and e.booker_email = p_event.booker_email
      and e.trigger = any (crm.searching_triggers())
  );
  return v_scope;
end;
$$;
comment on function crm.lock_scope(crm.event, text[]) is
  'Locks everything that an event may change, and more uids, until the transaction ends, and returns what the log '
  'holds around it.';

------------------------------------------------------------------------------------------------------------------ apply

-- Rule: bodies that differ may have one hash, and so one position: a replay sorts them out.
create function crm.is_newest(p_stream_key text, p_position crm.position)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return not exists (
    select from crm.stream_events as x where x.stream_key = p_stream_key and x.position >= p_position
  ) and not exists (
    select from public.hand_edits as h where h.stream_key = p_stream_key and h.position > p_position
  );
end;
$$;
comment on function crm.is_newest(text, crm.position) is
  'Whether all that the tables of a stream contain comes before a position.';

-- Rule: what an event changed is recorded with it, so that every deal and booking can tell its story; and what was
--       there before, so that a late event can be brought in.
create function crm.apply_and_record(p_event crm.event, p_stream_key text, p_position crm.position)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_effects crm.effect[];
  v_effect crm.effect;
begin
  perform set_config('crm.step', p_stream_key || E'\n' || p_position::text, true);
  v_effects := crm.apply_event(p_event, p_stream_key);
  foreach v_effect in array v_effects loop
    if v_effect.outcome = 'applied' then
      insert into public.event_effects (event_id, stream_key, booking_id, deal_id, deal_change, reason)
      values (
        v_effect.event_id, p_stream_key, v_effect.booking_id, v_effect.deal_id, v_effect.deal_change, v_effect.reason
      );
    end if;
  end loop;
  perform set_config('crm.step', '', true);
  return v_effects;
end;
$$;
comment on function crm.apply_and_record(crm.event, text, crm.position) is
  'Applies an event to a stream, at its own position or that for which it had waited, and records what it changed.';

create function crm.record_row_change()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_step text[] := string_to_array(current_setting('crm.step'), E'\n');
  v_new jsonb := to_jsonb(new);
begin
  insert into crm.row_history (stream_key, position, table_name, row_id, old_values)
  select v_step[1], v_step[2]::crm.position, tg_table_name, new.id, jsonb_object_agg(o.key, o.value)
  from jsonb_each(to_jsonb(old)) as o
  where o.value is distinct from v_new -> o.key
  having count(*) > 0;
  return null;
end;
$$;
comment on function crm.record_row_change() is 'Keeps what a row said before an event changed it.';

-- Only while an event is applied, and not for rows that a replay has yet to make: the others pay for one look at it.
do $$
declare
  v_table text;
begin
  foreach v_table in array array['companies', 'people', 'deals', 'bookings'] loop
    execute format(
      'create trigger record_row_change after update on public.%I
         for each row when (old.made_at is not null and current_setting(''crm.step'', true) <> '''')
         execute function crm.record_row_change()',
      v_table
    );
  end loop;
end;
$$;

----------------------------------------------------------------------------------------------------------------- undo

-- Rule: the columns that events and hand edits decide, in each table. What a team adds is not among them.
create function crm.engine_columns(p_table_name text)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case p_table_name
    when 'companies' then array['name', 'domain', 'form_name', 'made_at']
    when 'people' then array['email', 'name', 'company_id', 'is_company_chosen', 'made_at']
    when 'deals' then array['company_id', 'status', 'stage', 'is_closed_by_hand', 'opened_by_event_id', 'made_at']
    when 'bookings' then array[
      'calcom_uid', 'original_key', 'stream_key', 'attendee_email', 'previous_uids', 'person_id', 'deal_id', 'title',
      'start_time', 'end_time', 'status', 'is_cancelled_by_hand', 'attended', 'organizer_email', 'event_type_id',
      'is_recurring', 'is_pending_confirmation', 'is_seated', 'seat_id', 'ical_uid', 'has_ended', 'is_no_show',
      'attended_by_hand', 'met_deal_id', 'cancelled_deal_id', 'last_event_id', 'made_at'
    ]
  end;
end;
$$;
comment on function crm.engine_columns(text) is 'The columns of a table that a replay decides.';

-- The rows that a replay has to make anew, and what the events that it applies have done before.
create type crm.undone as (
  since crm.position,
  booking_ids uuid[],
  deal_ids uuid[],
  row_ids uuid[],
  effects public.event_effects[]
);
comment on column crm.undone.row_ids is 'Other rows of any table that say again what they said before, or nothing.';

-- Rule: from a position on, or from the beginning when there is hand work after it.
create function crm.undo(p_stream_key text, p_since crm.position)
returns crm.undone
language plpgsql
set search_path = ''
as $$
declare
  v_undone crm.undone;
  v_rest crm.undone;
begin
  if p_since is not null and not crm.has_hand_work_since(p_stream_key, p_since) then
    v_undone := crm.undo_since(p_stream_key, p_since);
    if not crm.has_hand_work_since(p_stream_key, v_undone.since) then
      return v_undone;
    end if;
  end if;
  v_rest := crm.undo_stream(p_stream_key);
  return row(
    null, v_rest.booking_ids || v_undone.booking_ids, v_rest.deal_ids || v_undone.deal_ids,
    v_rest.row_ids || v_undone.row_ids, v_rest.effects || v_undone.effects
  )::crm.undone;
end;
$$;
comment on function crm.undo(text, crm.position) is
  'Takes back what the events of a stream did from a position on, or from the beginning; says since when.';

create function crm.has_hand_work_since(p_stream_key text, p_since crm.position)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select from public.hand_edits as h where h.stream_key = p_stream_key and h.position >= p_since
  );
end;
$$;
comment on function crm.has_hand_work_since(text, crm.position) is
  'Whether somebody has edited something of a stream from a position on.';

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

-- Rule: everything from a position on is taken back: rows say again what they said, and rows that came later become as
--       if nothing had made them. They keep their ids. A booking that says again what an event told whose mail was not
--       owed, because the booking had changed since, is taken back to before that event: it may be owed now.
create function crm.undo_since(p_stream_key text, p_since crm.position)
returns crm.undone
language plpgsql
set search_path = ''
as $$
declare
  v_undone crm.undone;
  v_event_ids uuid[] := array(
    select x.event_id from crm.stream_events as x where x.stream_key = p_stream_key and x.position >= p_since
    union all
    select x.event_id
    from crm.stream_events as x
    where x.stream_key = p_stream_key and x.waited_for is not null and x.waited_for >= p_since
      and x.position < p_since
  );
  v_overtaken crm.position;
  v_more crm.undone;
begin
  v_undone.since := p_since;
  v_undone.row_ids := array(
    select c.row_id from crm.row_history as c where c.stream_key = p_stream_key and c.position >= p_since
  );
  with gone as (
    delete from public.event_effects as f
    where f.event_id = any (v_event_ids) and f.stream_key = p_stream_key
    returning f.*
  )
  select coalesce(array_agg(row(g.*)::public.event_effects), array[]::public.event_effects[]) into v_undone.effects
  from gone as g;

  v_undone.booking_ids := array(
    select b.id
    from public.bookings as b
    where b.id in (select f.booking_id from unnest(v_undone.effects) as f) and b.made_at >= p_since
  );
  v_undone.deal_ids := array(
    select d.id from public.deals as d where d.opened_by_event_id = any (v_event_ids) and d.made_at >= p_since
  );
  perform crm.unmake_rows(
    v_undone.booking_ids, v_undone.deal_ids,
    array(
      select p.id
      from public.bookings as b
      join public.people as p on p.id = b.person_id
      where b.id = any (v_undone.booking_ids) and p.made_at >= p_since
    ),
    array(select c.id from crm.list_companies(p_stream_key) as c where c.made_at >= p_since)
  );
  perform crm.restore_rows(p_stream_key, p_since);

  v_overtaken := (
    select e.position
    from public.bookings as b
    join public.calcom_events as e on e.id = b.last_event_id
    where b.id = any (v_undone.row_ids) and e.position < p_since and crm.was_overtaken(e.id)
    order by e.position
    limit 1
  );
  if crm.has_hand_work_since(p_stream_key, v_overtaken) then
    v_undone.since := v_overtaken; -- what is undone so far is not enough: see undo
  elsif v_overtaken is not null then
    v_more := crm.undo_since(p_stream_key, v_overtaken);
    v_undone := row(
      v_more.since, v_undone.booking_ids || v_more.booking_ids, v_undone.deal_ids || v_more.deal_ids,
      v_undone.row_ids || v_more.row_ids, v_undone.effects || v_more.effects
    )::crm.undone;
  end if;
  return v_undone;
end;
$$;
comment on function crm.undo_since(text, crm.position) is
  'Takes back what the events of a stream did from a position on.';

-- Rule: of several changes of a column the first one counts: jsonb_object_agg keeps what comes last.
create function crm.read_old_values(p_stream_key text, p_since crm.position, p_table_name text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_object_agg(h.row_id, h.old_values)
    from (
      select c.row_id, jsonb_object_agg(v.key, v.value order by c.position desc, c.number desc) as old_values
      from crm.row_history as c
      cross join lateral jsonb_each(c.old_values) as v
      where c.stream_key = p_stream_key and c.position >= p_since and c.table_name = p_table_name
      group by c.row_id
    ) as h
  );
end;
$$;
comment on function crm.read_old_values(text, crm.position, text) is
  'What the rows of a table said before a position, by their ids, as far as it has changed since; null when none has.';

-- Time: what the rows said is looked up in one value by their ids, because a plan that joins both may compare each with
--       each. A function for each table, because a statement that is put together is planned each time.
do $$
declare
  v_table text;
  v_columns text;
begin
  foreach v_table in array array['companies', 'people', 'deals', 'bookings'] loop
    v_columns := array_to_string(crm.engine_columns(v_table), ', ');
    execute format(
      $function$
        create function crm.restore_%1$s(p_old_values jsonb)
        returns void
        language plpgsql
        strict -- nothing has changed
        set search_path = ''
        as $body$
        begin
          update public.%1$I as t
          set (%2$s) = (select %3$s from jsonb_populate_record(t, p_old_values -> t.id::text) as r)
          where t.made_at is not null
            and t.id = any (array(select k.key::uuid from jsonb_object_keys(p_old_values) as k (key)));
        end;
        $body$;
        comment on function crm.restore_%1$s(jsonb) is
          'Has rows of the table %1$s that were there before a position say again what they said then.';
      $function$,
      v_table, v_columns, 'r.' || replace(v_columns, ', ', ', r.')
    );
  end loop;
end;
$$;

create function crm.restore_rows(p_stream_key text, p_since crm.position)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- No two bookings of a person ever have one uid, no company two active deals, not even in between.
  update public.bookings as b set calcom_uid = b.id::text
  where b.made_at is not null and b.id = any (array(
    select c.row_id
    from crm.row_history as c
    where c.stream_key = p_stream_key and c.position >= p_since and c.table_name = 'bookings'
      and c.old_values ? 'calcom_uid'
  ));
  update public.deals as d set status = 'cancelled'
  where d.status <> 'cancelled' and d.id = any (array( -- asked for "active" ones, Postgres may read them all
    select c.row_id
    from crm.row_history as c
    where c.stream_key = p_stream_key and c.position >= p_since and c.table_name = 'deals'
      and c.old_values ? 'status'
  ));

  perform
    crm.restore_companies(crm.read_old_values(p_stream_key, p_since, 'companies')),
    crm.restore_people(crm.read_old_values(p_stream_key, p_since, 'people')),
    crm.restore_deals(crm.read_old_values(p_stream_key, p_since, 'deals')),
    crm.restore_bookings(crm.read_old_values(p_stream_key, p_since, 'bookings'));
  delete from crm.row_history as c where c.stream_key = p_stream_key and c.position >= p_since;
end;
$$;
comment on function crm.restore_rows(text, crm.position) is
  'Has the rows that were there before a position say again what they said then.';

-- Rule: rows that events and hand edits have made become as if nothing had made them, and keep their ids.
create function crm.unmake_rows(p_bookings uuid[], p_deals uuid[], p_people uuid[], p_companies uuid[])
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.deals as d set status = 'cancelled', stage = 'booked', is_closed_by_hand = false, made_at = null
  where d.id = any (p_deals);
  update public.people as p set name = null, company_id = null, is_company_chosen = false, made_at = null
  where p.id = any (p_people);
  update public.companies as c
  set name = case
      when c.name = c.form_name
        or exists (select from public.hand_edits as h where h.row_id = c.id and h.new_values ? 'name')
        then c.domain
      else c.name
    end,
    form_name = null, made_at = null
  where c.id = any (p_companies);
  update public.bookings as b
  set calcom_uid = b.id::text, previous_uids = '{}', status = 'ACCEPTED', is_cancelled_by_hand = false,
    attended = false, event_type_id = null, is_recurring = false, is_pending_confirmation = false, is_seated = false,
    seat_id = null, ical_uid = null, has_ended = false, attended_by_hand = null, is_no_show = false, deal_id = null,
    met_deal_id = null, cancelled_deal_id = null, last_event_id = null, made_at = null
  where b.id = any (p_bookings);
end;
$$;
comment on function crm.unmake_rows(uuid[], uuid[], uuid[], uuid[]) is
  'Makes rows be as if no event and no hand edit had made them.';

-- Rule: who was corrected is known by the first domain or address again. Another row that has one which a correction
--       names was entered by hand since, and is known by nothing until that is repeated.
create function crm.restore_keys(p_table_name text, p_column text, p_stream_key text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_named text[];
  v_row_ids uuid[];
  v_keys text[];
begin
  select array_agg(h.old_values ->> p_column) || array_agg(h.new_values ->> p_column) into v_named
  from public.hand_edits as h
  where h.stream_key = p_stream_key and h.table_name = p_table_name and h.operation = 'update'
    and h.old_values ? p_column;
  if v_named is null then
    return;
  end if;

  select array_agg(k.row_id), array_agg(k.key) into v_row_ids, v_keys
  from (
    select distinct on (f.key) f.row_id, f.key
    from (
      select distinct on (h.row_id) h.row_id, h.old_values ->> p_column as key, h.number
      from public.hand_edits as h
      where h.stream_key = p_stream_key and h.table_name = p_table_name and h.operation = 'update'
        and h.old_values ? p_column
      order by h.row_id, h.number
    ) as f
    order by f.key, f.number
  ) as k;
  execute format(
    'update public.%1$I as t set %2$I = t.id::text
     where t.%2$I = any ($1) and (
       t.id = any ($2)
       or exists (select from public.hand_edits as h where h.row_id = t.id and h.operation = ''insert'')
     )',
    p_table_name, p_column
  )
  using v_named, v_row_ids;
  execute format(
    'update public.%1$I as t set %2$I = k.key from unnest($1, $2) as k (row_id, key) where t.id = k.row_id',
    p_table_name, p_column
  )
  using v_row_ids, v_keys;
end;
$$;
comment on function crm.restore_keys(text, text, text) is
  'Has the companies or people of a stream be known by what they were known by before anybody corrected that.';

-- Rule: what the log does not know of stays as it is.
create function crm.undo_stream(p_stream_key text)
returns crm.undone
language plpgsql
set search_path = ''
as $$
declare
  v_undone crm.undone;
  v_company_ids uuid[] := array(select c.id from crm.list_companies(p_stream_key) as c);
begin
  v_undone.effects := array(select f from public.event_effects as f where f.stream_key = p_stream_key);
  delete from public.event_effects as f where f.stream_key = p_stream_key;
  delete from crm.row_history as c where c.stream_key = p_stream_key;
  delete from crm.deleted_bookings as d where d.stream_key = p_stream_key;
  v_undone.booking_ids := array(
    select b.id from public.bookings as b where b.stream_key = p_stream_key and b.made_at is not null
  );
  v_undone.deal_ids := array(
    select d.id
    from public.deals as d
    where d.company_id = any (v_company_ids) and d.made_at is not null
  );
  v_undone.row_ids := array(
    select b.person_id from public.bookings as b where b.id = any (v_undone.booking_ids)
    union
    select h.row_id from public.hand_edits as h where h.stream_key = p_stream_key and h.table_name = 'people'
    union
    select o.id
    from public.hand_edits as h
    join public.people as o on o.email = split_part(h.row_key, ' ', 1)
    where h.stream_key = p_stream_key and h.table_name = 'bookings'
  );
  perform
    crm.restore_keys('companies', 'domain', p_stream_key),
    crm.restore_keys('people', 'email', p_stream_key);
  perform crm.unmake_rows(v_undone.booking_ids, v_undone.deal_ids, v_undone.row_ids, v_company_ids);
  return v_undone;
end;
$$;
comment on function crm.undo_stream(text) is 'Takes back everything that events and hand edits made of a stream.';
