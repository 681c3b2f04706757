-- Replay: what came after a late event is taken back and applied again, in the sender's order, into the same rows.
--
-- It is done where nobody sees it, in a savepoint that is rolled back. What it has made is read before that and written
-- after it, as far as it is not there already.

--------------------------------------------------------------------------------------------------------------- replay

create function crm.is_transient(p_sqlstate text) returns boolean
language sql immutable set search_path = ''
return left(p_sqlstate, 2) in ('40', '53', '55', '57', '58');
comment on function crm.is_transient(text) is
  'Whether an error may pass by itself: a deadlock, a timeout, a full disk.';

-- What a replay did: to each booking, and which events belong to the stream by that.
create type crm.replayed as (
  effects crm.effect[],
  events crm.stream_events[],
  event_ids uuid[],
  undone crm.undone,
  waiting_ids uuid[],
  paused_at crm.position
);
comment on column crm.replayed.event_ids is 'All events that were applied, those of other streams included.';
comment on column crm.replayed.waiting_ids is 'Those of a paused replay that do not know their booking yet.';
comment on column crm.replayed.paused_at is 'The last position that a paused replay has come to; null when it is done.';

-- What a replay has left: all rows that it may have written, and their ids; an id without a row was deleted.
create type crm.image as (
  row_ids uuid[],
  companies public.companies[],
  people public.people[],
  deals public.deals[],
  bookings public.bookings[],
  effects public.event_effects[],
  history crm.row_history[],
  deleted_bookings crm.deleted_bookings[],
  hand_edits public.hand_edits[]
);

create function crm.apply_or_fail(p_event crm.event, p_stream_key text, p_position crm.position)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
begin
  return crm.apply_and_record(p_event, p_stream_key, p_position);
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
comment on function crm.apply_or_fail(crm.event, text, crm.position) is
  'Applies an event during a replay; an error becomes its outcome and undoes this event alone.';

-- Rule: in the sender's order. An event that does not know its booking waits and is applied as soon as another makes it
--       known. At the deadline it pauses, after one position at least.
create function crm.apply_in_order(
  p_stream_key text, p_event_ids uuid[], p_with_edits boolean, p_is_careful boolean, p_begun crm.replayed,
  p_deadline timestamptz
)
returns crm.replayed
language plpgsql
set search_path = ''
as $$
declare
  v_item record;
  v_position crm.position;
  v_paused_at crm.position;
  v_effects crm.effect[];
  v_effect crm.effect;
  v_all crm.effect[] := coalesce(p_begun.effects, array[]::crm.effect[]);
  v_events crm.stream_events[] := coalesce(p_begun.events, array[]::crm.stream_events[]);
  v_ready crm.event[];
  v_waiting crm.event[] := array(
    select crm.parse_event(e)
    from unnest(p_begun.waiting_ids) with ordinality as w (id, place)
    join public.calcom_events as e on e.id = w.id
    order by w.place
  );
begin
  for v_item in
    select i.*
    from (
      select e as event, null::public.hand_edits as edit, e.position, e.payload
      from unnest(p_event_ids) as i (id)
      join public.calcom_events as e on e.id = i.id
      union all
      select null, h, h.position, null from public.hand_edits as h where h.stream_key = p_stream_key and p_with_edits
    ) as i
    where p_begun.paused_at is null or i.position > p_begun.paused_at
    order by i.position, i.payload
  loop
    if v_item.position > v_position and clock_timestamp() >= p_deadline then
      v_paused_at := v_position;
      exit;
    end if;
    v_position := v_item.position;
    if (v_item.edit).id is not null then
      perform crm.repeat_hand_edit(v_item.edit);
      v_ready := v_waiting; -- it may have made a booking known
      v_waiting := array[]::crm.event[];
    else
      v_ready := array[crm.parse_event(v_item.event)];
    end if;
    while cardinality(v_ready) > 0 loop
      v_effects := case
        when p_is_careful then crm.apply_or_fail(v_ready[1], p_stream_key, v_position)
        else crm.apply_and_record(v_ready[1], p_stream_key, v_position)
      end;
      foreach v_effect in array v_effects loop
        v_all := array_append(v_all, v_effect);
      end loop;
      if cardinality(v_effects) > 0 or (v_ready[1]).stream_key = p_stream_key then
        v_events := array_append(v_events, row(
          p_stream_key, (v_ready[1]).position, (v_ready[1]).id,
          case when (v_ready[1]).position < v_position and cardinality(v_effects) > 0 then v_position end
        )::crm.stream_events);
      end if;

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
  return row(
    v_all, v_events, null, null, array(select w.id from unnest(v_waiting) as w), v_paused_at
  )::crm.replayed;
end;
$$;
comment on function crm.apply_in_order(text, uuid[], boolean, boolean, crm.replayed, timestamptz) is
  'Applies events, and hand edits, to a stream, from where it had paused; carefully: each so that an error undoes it '
  'alone.';

-- Rule: what was applied from a position on (null: from the beginning), and what may have waited for any of it: events
--       that name the same uids or seats, and of the same bookers what looks for more than a uid. Other people's
--       bookings are none of it.
create function crm.list_events_since(p_stream_key text, p_since crm.position, p_new_event_ids uuid[])
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_ids uuid[] := p_new_event_ids;
  v_more uuid[];
  v_uids text[];
  v_people text[];
  v_seats text[];
begin
  if p_since is null then
    v_more := array(select x.event_id from crm.stream_events as x where x.stream_key = p_stream_key);
  else
    v_more := array(
      select x.event_id from crm.stream_events as x where x.stream_key = p_stream_key and x.position >= p_since
      union
      select x.event_id
      from crm.stream_events as x
      where x.stream_key = p_stream_key and x.waited_for is not null and x.waited_for >= p_since
    );
  end if;

  while v_more <> '{}' or v_uids is null loop
    v_ids := v_ids || v_more;
    select
      crm.sort_unique(array_agg(e.uid) || array_agg(e.new_uid) || array(
        select h.new_values ->> 'calcom_uid'
        from public.hand_edits as h
        where h.stream_key = p_stream_key and h.table_name = 'bookings' and p_since is null
      )),
      crm.sort_unique(array_agg(e.booker_email)),
      array_remove(array_agg(distinct e.payload #>> '{payload,attendeeSeatId}'), null)
    into v_uids, v_people, v_seats
    from public.calcom_events as e
    where e.id = any (v_ids);
    v_people := v_people || array(
      select b.attendee_email
      from public.bookings as b
      where b.calcom_uid = any (v_uids) and b.stream_key = p_stream_key
    );

    v_more := array(
      select distinct n.id
      from (
        select e.id, e.position, e.outcome, e.concerned_emails
        from public.calcom_events as e
        where e.uid = any (v_uids) and e.is_follow_up
        union all
        select e.id, e.position, e.outcome, e.concerned_emails
        from public.calcom_events as e
        where e.new_uid = any (v_uids)
        union all
        select e.id, e.position, e.outcome, null
        from public.calcom_events as e
        where e.payload #>> '{payload,attendeeSeatId}' = any (v_seats) and e.trigger = 'BOOKING_RESCHEDULED'
        union all
        select e.id, e.position, e.outcome, null
        from public.calcom_events as e
        where e.outcome = 'waiting' and e.booker_email = any (v_people) and e.trigger = any (crm.searching_triggers())
      ) as n
      left join unnest(v_ids) as k (id) on k.id = n.id
      where k.id is null and n.outcome <> 'pending' and crm.may_be_about(n.concerned_emails, v_people)
        and (p_since is null or n.outcome = 'waiting' or not exists (
          select from crm.stream_events as x
          where x.stream_key = p_stream_key and x.position = n.position and x.event_id = n.id
        ))
    );
  end loop;
  return v_ids;
end;
$$;
comment on function crm.list_events_since(text, crm.position, uuid[]) is
  'The events that a replay of a stream applies, with the new ones, in no order.';

-- Rule: the stream becomes what its events and the hand edits, in the sender's order, make of what was there before a
--       position, or of nothing. An event that cannot be applied is skipped: the others count as if it were not there.
-- Time: a savepoint for each event is taken only when one cannot be applied.
create function crm.replay_in_place(
  p_stream_key text, p_since crm.position, p_new_event_ids uuid[], p_undone crm.undone default null,
  p_deadline timestamptz default null
)
returns crm.replayed
language plpgsql
set search_path = ''
as $$
declare
  v_undone crm.undone := p_undone;
  v_event_ids uuid[] := crm.list_events_since(p_stream_key, p_since, p_new_event_ids);
  v_begun crm.replayed;
  v_replayed crm.replayed;
begin
  perform set_config('crm.replay', 'on', true); -- rows may be there that nothing has made yet
  if p_undone is null then
    v_undone := crm.undo(p_stream_key, p_since);
    if v_undone.since is distinct from p_since then
      v_event_ids := array(
        select unnest(v_event_ids)
        union
        select unnest(crm.list_events_since(p_stream_key, v_undone.since, p_new_event_ids))
      );
    end if;
  end if;

  if p_deadline is not null then
    v_begun := crm.resume_replay(p_stream_key, v_event_ids, v_undone);
  end if;

  begin
    v_replayed := crm.apply_in_order(
      p_stream_key, v_event_ids, v_undone.since is null, false, v_begun, p_deadline
    );
  exception
    when others then
      if crm.is_transient(sqlstate) then
        raise;
      end if;
      v_replayed := crm.apply_in_order(
        p_stream_key, v_event_ids, v_undone.since is null, true, v_begun, p_deadline
      );
  end;
  if v_replayed.paused_at is null then
    update public.deals as d set is_new = false where d.opened_by_event_id = any (v_event_ids) and d.is_new;
  end if;
  perform set_config('crm.replay', 'off', true);
  v_replayed.undone := v_undone;
  v_replayed.event_ids := v_event_ids;
  return v_replayed;
end;
$$;
comment on function crm.replay_in_place(text, crm.position, uuid[], crm.undone, timestamptz) is
  'Takes back what a stream is since a position, unless that is done, and applies it again, until the deadline; '
  'returns what that did.';

-- Rule: a replay leaves its stream as if nothing but its result had been written: what it takes back and makes anew on
--       the way is seen by no trigger of the team, no listener and no replica, and a row that ends as it was is not
--       written.
create function crm.replay_stream(
  p_stream_key text, p_since crm.position default null, p_new_event_ids uuid[] default '{}',
  p_deadline timestamptz default null
)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_replayed crm.replayed;
  v_image crm.image;
begin
  begin
    v_replayed := crm.replay_in_place(p_stream_key, p_since, p_new_event_ids, null, p_deadline);
    v_image := crm.read_image(p_stream_key, v_replayed);
    raise exception using errcode = 'KC005', message = 'The result is known';
  exception
    when sqlstate 'KC005' then null;
  end;
  if v_replayed.paused_at is not null then
    perform crm.pause_replay(p_stream_key, v_replayed, v_image);
    return null;
  end if;
  perform crm.write_image(p_stream_key, v_replayed, v_image);
  return crm.finish_replay(p_stream_key, v_replayed);
end;
$$;
comment on function crm.replay_stream(text, crm.position, uuid[], timestamptz) is
  'Replays a stream from a position on, or from the beginning, into the same rows. Returns what each event did; null '
  'when the deadline came first: the stream is as it was, and the same call goes on where this one stopped.';

create function crm.finish_replay(p_stream_key text, p_replayed crm.replayed)
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
begin
  delete from crm.paused_replays as r where r.stream_key = p_stream_key;
  perform crm.register_events(p_stream_key, p_replayed.event_ids, p_replayed.events);
  perform crm.delete_unused_rows(p_replayed.undone);
  return crm.describe_news(p_replayed.effects, (p_replayed.undone).effects);
end;
$$;
comment on function crm.finish_replay(text, crm.replayed) is
  'Keeps which events belong to a stream, and deletes what none of them has made. Returns what each event did.';

---------------------------------------------------------------------------------------------------------------- image

create function crm.first_position(p_undone crm.undone) returns crm.position
language sql immutable set search_path = ''
return coalesce(p_undone.since, row('-infinity', 0, 0)::crm.position);
comment on function crm.first_position(crm.undone) is 'From where on a stream was taken back.';

-- Time: not the stream, only what the replay has come to; all of it when that began from nothing.
create function crm.read_image(p_stream_key text, p_replayed crm.replayed)
returns crm.image
language plpgsql
stable
set search_path = ''
as $$
declare
  v_undone constant crm.undone := p_replayed.undone;
  v_image crm.image;
begin
  v_image.effects := array(
    select f
    from public.event_effects as f
    where f.stream_key = p_stream_key and f.event_id = any (p_replayed.event_ids)
  );
  v_image.history := array(
    select c
    from crm.row_history as c
    where c.stream_key = p_stream_key and c.position >= crm.first_position(v_undone)
    order by c.number
  );
  v_image.row_ids := array(
    select unnest(v_undone.booking_ids || v_undone.deal_ids || v_undone.row_ids)
    union select f.booking_id from unnest(v_image.effects) as f
    union select f.deal_id from unnest(v_image.effects) as f
    union select c.row_id from unnest(v_image.history) as c
    union select c.id from crm.list_companies(p_stream_key) as c
    union
    select p.id
    from public.calcom_events as e
    join public.people as p on p.email = e.booker_email
    where e.id = any (p_replayed.event_ids)
  );
  if v_undone.since is null then
    v_image.deleted_bookings := array(
      select d from crm.deleted_bookings as d where d.stream_key = p_stream_key
    );
    v_image.hand_edits := array(select h from public.hand_edits as h where h.stream_key = p_stream_key);
    v_image.row_ids := v_image.row_ids || array(
      select h.row_id from unnest(v_image.hand_edits) as h
      union select b.id from public.bookings as b where b.stream_key = p_stream_key
      union
      select d.id
      from public.deals as d
      where d.company_id = any (array(select c.id from crm.list_companies(p_stream_key) as c))
    );
  end if;
  v_image.bookings := array(select b from public.bookings as b where b.id = any (v_image.row_ids));
  v_image.row_ids := v_image.row_ids || array(select b.person_id from unnest(v_image.bookings) as b);
  v_image.companies := array(select c from public.companies as c where c.id = any (v_image.row_ids));
  v_image.people := array(select p from public.people as p where p.id = any (v_image.row_ids));
  v_image.deals := array(select d from public.deals as d where d.id = any (v_image.row_ids));
  return v_image;
end;
$$;
comment on function crm.read_image(text, crm.replayed) is 'What a replay has made of a stream.';

-- Rows that say the same are not written. What a team's own columns say is not looked at: a trigger of theirs may have
-- changed it during the replay, as one that keeps the time of the last update does.
-- Time: each row is looked up by its id. As "not exists" Postgres may read the whole table for it, by any index.
do $$
declare
  v_table text;
  v_columns text;
begin
  foreach v_table in array array['companies', 'people', 'deals', 'bookings'] loop
    v_columns := array_to_string(crm.engine_columns(v_table), ', ');
    execute format(
      $function$
        create function crm.write_%1$s(p_rows public.%1$I[])
        returns void
        language plpgsql
        set search_path = ''
        as $body$
        begin
          insert into public.%1$I (id, created_at, %2$s)
          select n.id, n.created_at, %3$s
          from unnest(p_rows) as n
          where (select t.id from public.%1$I as t where t.id = n.id) is null;
          update public.%1$I as t set (%2$s) = (%3$s)
          from unnest(p_rows) as n
          where t.id = n.id and (%4$s) is distinct from (%3$s);
        end;
        $body$;
        comment on function crm.write_%1$s(public.%1$I[]) is
          'Has the table %1$s say what some of its rows say in the image of a replay.';
      $function$,
      v_table, v_columns, 'n.' || array_to_string(crm.engine_columns(v_table), ', n.'),
      't.' || array_to_string(crm.engine_columns(v_table), ', t.')
    );
  end loop;
end;
$$;

create function crm.write_image(p_stream_key text, p_replayed crm.replayed, p_image crm.image)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_gone uuid[] := array(
    select unnest(p_image.row_ids)
    except select c.id from unnest(p_image.companies) as c
    except select p.id from unnest(p_image.people) as p
    except select d.id from unnest(p_image.deals) as d
    except select b.id from unnest(p_image.bookings) as b
  );
begin
  delete from public.bookings as b where b.id = any (v_gone);
  delete from public.deals as d where d.id = any (v_gone);
  begin
    perform crm.write_rows(p_image);
  exception
    when unique_violation then -- with a row that has yet to change
      perform crm.release_unique_values(p_image);
      perform crm.write_rows(p_image);
  end;
  delete from public.people as p where p.id = any (v_gone);
  delete from public.companies as c where c.id = any (v_gone);

  delete from public.event_effects as f
  where (f.event_id, f.booking_id) in (
    select o.event_id, o.booking_id
    from public.event_effects as o
    where o.stream_key = p_stream_key and o.event_id = any (p_replayed.event_ids)
    except
    select n.event_id, n.booking_id from unnest(p_image.effects) as n
  );
  insert into public.event_effects as f
  select n.* from unnest(p_image.effects) as n
  on conflict on constraint event_effects_pkey do update
  set (stream_key, deal_id, deal_change, reason) = (
    excluded.stream_key, excluded.deal_id, excluded.deal_change, excluded.reason
  )
  where f *<> excluded;

  delete from crm.row_history as c
  where c.stream_key = p_stream_key and c.position >= crm.first_position(p_replayed.undone);
  insert into crm.row_history (stream_key, position, table_name, row_id, old_values)
  select n.stream_key, n.position, n.table_name, n.row_id, n.old_values
  from unnest(p_image.history) as n
  order by n.number;

  if (p_replayed.undone).since is null then
    delete from crm.deleted_bookings as d where d.stream_key = p_stream_key;
    insert into crm.deleted_bookings select n.* from unnest(p_image.deleted_bookings) as n;
    update public.hand_edits as h set skipped_reason = n.skipped_reason
    from unnest(p_image.hand_edits) as n
    where h.id = n.id and h.skipped_reason is distinct from n.skipped_reason;
  end if;
end;
$$;
comment on function crm.write_image(text, crm.replayed, crm.image) is
  'Writes what a replay has left, where it is not there already.';

create function crm.write_rows(p_image crm.image)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform crm.write_companies(p_image.companies);
  perform crm.write_people(p_image.people);
  perform crm.write_deals(p_image.deals);
  perform crm.write_bookings(p_image.bookings);
end;
$$;
comment on function crm.write_rows(crm.image) is
  'Writes the rows that a replay has left, each after those it refers to.';

-- No two bookings of a person have one uid, no company two active deals, not even for the time between two updates.
create function crm.release_unique_values(p_image crm.image)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.bookings as b set calcom_uid = b.id::text, original_key = null
  from unnest(p_image.bookings) as n
  where b.id = n.id
    and (b.calcom_uid <> n.calcom_uid or b.person_id <> n.person_id or b.original_key is distinct from n.original_key);
  -- One that is to be active waits for that until all others are not.
  update public.deals as d set status = greatest(d.status, n.status), opened_by_event_id = null
  from unnest(p_image.deals) as n
  where d.id = n.id
    and ((d.status, n.status) = ('active', 'cancelled') or d.opened_by_event_id is distinct from n.opened_by_event_id);
  update public.people as p set email = p.id::text
  from unnest(p_image.people) as n
  where p.id = n.id and p.email <> n.email;
  update public.companies as c set domain = c.id::text
  from unnest(p_image.companies) as n
  where c.id = n.id and c.domain <> n.domain;
end;
$$;
comment on function crm.release_unique_values(crm.image) is
  'Lets go of what another row may be about to have.';

---------------------------------------------------------------------------------------------------------------- pause

-- What a replay had made of a stream when it ran out of time.
create table crm.paused_replays (
  stream_key text not null,
  since crm.position,
  replayed jsonb not null,
  image jsonb not null,
  constraint paused_replays_pkey primary key (stream_key)
);
comment on table crm.paused_replays is 'One row per stream with a replay that goes on in another transaction.';
comment on column crm.paused_replays.since is 'From where on it replays; null: from the beginning.';
comment on column crm.paused_replays.replayed is 'A crm.replayed, without what it took back.';
comment on column crm.paused_replays.image is 'A crm.image.';
-- Both are read once, soon: to compress them takes longer than to write them.
alter table crm.paused_replays alter column replayed set storage external, alter column image set storage external;
alter table crm.paused_replays enable row level security;

-- Time: a third of the statement_timeout is left for what a replay has to write.
create function crm.replay_deadline() returns timestamptz
language sql stable set search_path = ''
return statement_timestamp() + nullif(current_setting('statement_timeout'), '0')::interval * 2 / 3;
comment on function crm.replay_deadline() is
  'When a replay has to pause so that its statement ends in time; null when that may take as long as it takes.';

-- Rule: what a team has added is not the engine's, and not of every type does a value survive as JSON.
create function crm.keep_engine_columns(p_table_name text, p_rows jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_others text[] := array(
    select k.name
    from jsonb_object_keys(p_rows -> 0) as k (name)
    where k.name <> all (crm.engine_columns(p_table_name) || array['id', 'created_at', 'is_new'])
  );
begin
  if v_others = '{}' then
    return p_rows;
  end if;
  return (select jsonb_agg(r.row - v_others) from jsonb_array_elements(p_rows) as r (row));
end;
$$;
comment on function crm.keep_engine_columns(text, jsonb) is
  'Rows of a table with the columns that the engine writes alone.';

-- Time: without the bookings that it has not come to yet: they will be taken back as they are now, unless another row
--       has their key by now.
create function crm.image_to_jsonb(p_image crm.image, p_undone crm.undone)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  p_image.bookings := array(
    select b
    from unnest(p_image.bookings) as b
    left join unnest(p_undone.booking_ids) as u (id)
      on u.id = b.id and b.made_at is null and b.original_key <> b.id::text
    where u.id is null
  );
  p_image.row_ids := array(
    select unnest(p_image.row_ids)
    except select unnest(p_undone.booking_ids)
    union select b.id from unnest(p_image.bookings) as b
  );
  return jsonb_build_object(
    'row_ids', p_image.row_ids,
    'companies', crm.keep_engine_columns('companies', to_jsonb(p_image.companies)),
    'people', crm.keep_engine_columns('people', to_jsonb(p_image.people)),
    'deals', crm.keep_engine_columns('deals', to_jsonb(p_image.deals)),
    'bookings', crm.keep_engine_columns('bookings', to_jsonb(p_image.bookings)),
    'effects', p_image.effects,
    'history', p_image.history,
    'deleted_bookings', p_image.deleted_bookings,
    'hand_edits', p_image.hand_edits
  );
end;
$$;
comment on function crm.image_to_jsonb(crm.image, crm.undone) is 'What a paused replay has made of a stream, as JSON.';

create function crm.pause_replay(p_stream_key text, p_replayed crm.replayed, p_image crm.image)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_undone crm.undone := p_replayed.undone;
begin
  p_replayed.undone := null;
  p_replayed.event_ids := array(
    select e.id
    from public.calcom_events as e
    where e.id = any (p_replayed.event_ids) and e.position <= p_replayed.paused_at
  );
  insert into crm.paused_replays (stream_key, since, replayed, image)
  values (p_stream_key, v_undone.since, to_jsonb(p_replayed), crm.image_to_jsonb(p_image, v_undone))
  on conflict on constraint paused_replays_pkey do update
  set (since, replayed, image) = (excluded.since, excluded.replayed, excluded.image);
end;
$$;
comment on function crm.pause_replay(text, crm.replayed, crm.image) is 'Keeps what a replay has come to.';

-- Rule: it goes on only when nothing has changed up to where it paused: no other event, and no hand work, which has a
--       replay begin at the beginning. Nor has a later event made a row that it had made, too.
create function crm.resume_replay(p_stream_key text, p_event_ids uuid[], p_undone crm.undone)
returns crm.replayed
language plpgsql
set search_path = ''
as $$
declare
  v_paused crm.paused_replays;
  v_begun crm.replayed;
  v_image crm.image;
begin
  select r.* into v_paused from crm.paused_replays as r where r.stream_key = p_stream_key;
  v_begun := jsonb_populate_record(null::crm.replayed, v_paused.replayed);
  if v_paused.stream_key is null or v_paused.since is distinct from p_undone.since
    or crm.sort_unique(v_begun.event_ids::text[]) <> crm.sort_unique(array(
      select e.id::text
      from public.calcom_events as e
      where e.id = any (p_event_ids) and e.position <= v_begun.paused_at
    ))
  then
    return null;
  end if;

  v_image := jsonb_populate_record(null::crm.image, v_paused.image);
  v_begun.undone := p_undone;
  perform crm.write_image(p_stream_key, v_begun, v_image);
  update public.deals as d set is_new = true
  where d.id = any (array(select n.id from unnest(v_image.deals) as n where n.is_new));
  return v_begun;
exception
  when unique_violation then return null;
end;
$$;
comment on function crm.resume_replay(text, uuid[], crm.undone) is
  'Has a stream be what a paused replay had made of it, and says how far that has come; null when there is none.';

------------------------------------------------------------------------------------------------------- what it leaves

create function crm.register_events(p_stream_key text, p_event_ids uuid[], p_applied crm.stream_events[])
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into crm.stream_events as x (stream_key, position, event_id, waited_for)
  select distinct on (a.event_id) a.stream_key, a.position, a.event_id, a.waited_for
  from unnest(p_applied) with ordinality as a
  order by a.event_id, a.ordinality desc -- what waited comes once more when it is applied
  on conflict on constraint stream_events_pkey do update set waited_for = excluded.waited_for
  where x.waited_for is distinct from excluded.waited_for;

  delete from crm.stream_events as x
  using public.calcom_events as e
  where x.stream_key = p_stream_key and x.position = e.position and x.event_id = e.id
    and e.id in (
      select i.id from unnest(p_event_ids) as i (id) except select a.event_id from unnest(p_applied) as a
    );
end;
$$;
comment on function crm.register_events(text, uuid[], crm.stream_events[]) is
  'Keeps which of the events of a replay belong to its stream.';

-- Rule: what a replay repeats is no news. A mail that was not owed because the booking had changed since is owed when a
--       late event shows that it had not.
create function crm.describe_news(p_effects crm.effect[], p_known public.event_effects[])
returns crm.effect[]
language plpgsql
stable
set search_path = ''
as $$
begin
  -- A deal or a person may have got another row since the event was applied.
  return array(
    select row(
      f.event_id, f.outcome, coalesce(x.reason, f.reason),
      coalesce((select b.person_id from public.bookings as b where b.id = f.booking_id), f.person_id), f.booking_id,
      case when x.event_id is null then f.deal_id else x.deal_id end,
      case when x.event_id is null then f.deal_change else x.deal_change end,
      f.email_kind, f.old_start_time, f.old_end_time,
      k.event_id is null or (f.email_kind is not null and crm.was_overtaken(f.event_id))
    )::crm.effect
    from unnest(p_effects) with ordinality as f
    left join public.event_effects as x
      on x.event_id = f.event_id and x.booking_id = f.booking_id and f.outcome = 'applied'
    left join unnest(p_known) as k on k.event_id = f.event_id and k.booking_id = f.booking_id
    order by f.ordinality
  );
end;
$$;
comment on function crm.describe_news(crm.effect[], public.event_effects[]) is
  'What the events of a replay did, and which of it they had not done before.';

-- Rule: a booking or deal that nothing made goes, and with the booking a person and a company that nothing but it had
--       made. What a table of the team holds on to stays, cancelled.
create function crm.delete_unused_rows(p_undone crm.undone)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_booking public.bookings;
  v_deal_id uuid;
begin
  for v_deal_id in
    select d.id from public.deals as d where d.id = any (p_undone.deal_ids) and d.made_at is null
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
    where b.id = any (p_undone.booking_ids) and b.made_at is null and b.calcom_uid = b.id::text
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
comment on function crm.delete_unused_rows(crm.undone) is
  'Deletes those of the rows taken back that nothing has made anew.';

------------------------------------------------------------------------------------------------------ apply or replay

-- Rule: the newest event of a stream is applied; a late one, or one that others may have waited for, is replayed.
create function crm.apply_or_replay(p_event crm.event, p_scope crm.event_scope, p_batch crm.event[] default '{}')
returns crm.effect[]
language plpgsql
set search_path = ''
as $$
declare
  v_stream_key text;
  v_replayed crm.effect[];
  v_effects crm.effect[] := array[]::crm.effect[];
begin
  foreach v_stream_key in array p_scope.stream_keys loop
    if not p_scope.is_awaited and p_batch = '{}' and crm.is_newest(v_stream_key, p_event.position) then
      v_effects := v_effects || crm.apply_and_record(p_event, v_stream_key, p_event.position);
      if p_event.stream_key = v_stream_key or v_effects <> '{}' then
        insert into crm.stream_events (stream_key, position, event_id)
        values (v_stream_key, p_event.position, p_event.id)
        on conflict on constraint stream_events_pkey do nothing;
      end if;
    else
      perform crm.save_event(p_event, 'pending', null); -- so that the replay finds it
      v_replayed := crm.replay_stream(
        v_stream_key,
        (select crm.replay_start(n, v_stream_key) from unnest(p_event || p_batch) as n order by 1 limit 1),
        array(select n.id from unnest(p_event || p_batch) as n),
        case when cardinality(p_scope.stream_keys) = 1 then crm.replay_deadline() end
      );
      if v_replayed is null then
        return null;
      end if;
      v_effects := v_effects || v_replayed;
    end if;
  end loop;
  return v_effects;
end;
$$;
comment on function crm.apply_or_replay(crm.event, crm.event_scope, crm.event[]) is
  'Brings an event, and others of the same stream, into every stream that it concerns; returns what that did, also to '
  'events that had waited; null when it has to go on in another transaction.';

-- Rule: from the event on. What makes a booking known also changes what earlier events about it mean.
create function crm.replay_start(p_event crm.event, p_stream_key text)
returns crm.position
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce(
    (
      select e.position
      from public.calcom_events as e
      where e.uid = crm.known_uid(p_event) and e.is_follow_up
        and e.position < p_event.position and e.outcome <> 'pending'
        and crm.may_be_about(e.concerned_emails, p_event.concerned_emails)
        and not (p_event.is_seated and crm.has_counted(e.id, e.new_uid, p_stream_key))
      order by e.position
      limit 1
    ),
    p_event.position
  );
end;
$$;
comment on function crm.replay_start(crm.event, text) is 'From where on a stream has to be replayed for an event.';
