-- Record hand edits: what people change by hand is written into the log at its moment.
--
-- A change of companies, people, deals or bookings without the engine's mark was made by somebody: in Studio, in SQL or
-- by an app of the team.

------------------------------------------------------------------------------------------------------------ who writes

-- Rule: who is signed in cannot give another name.
create function crm.current_editor()
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
  v_headers jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
begin
  return left(coalesce(
    nullif(v_claims ->> 'email', ''), nullif(v_claims ->> 'sub', ''), nullif(v_headers ->> 'x-editor', ''),
    nullif(current_setting('role', true), 'none'), session_user
  ), 200);
end;
$$;
comment on function crm.current_editor() is
  'Who is editing: the address of who is signed in, the name that an app gives in the header x-editor, or the role.';

--------------------------------------------------------------------------------------------------------------- streams

create function crm.stream_of_company(p_company_id uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select crm.merged_key(c.domain) from public.companies as c where c.id = p_company_id);
end;
$$;
comment on function crm.stream_of_company(uuid) is 'The stream that a company is part of.';

create function crm.stream_of_person(p_person_id uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select crm.stream_key(p.email) from public.people as p where p.id = p_person_id);
end;
$$;
comment on function crm.stream_of_person(uuid) is 'The stream that a person is part of.';

create function crm.streams_of_row(p_table_name text, p_row jsonb)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return crm.sort_unique(case p_table_name
    when 'companies' then array[crm.merged_key(p_row ->> 'domain')]
    when 'people' then array[
      crm.stream_key(p_row ->> 'email'), crm.stream_of_company((p_row ->> 'company_id')::uuid)
    ]
    when 'deals' then array[crm.stream_of_company((p_row ->> 'company_id')::uuid)]
    when 'bookings' then array[
      crm.stream_of_person((p_row ->> 'person_id')::uuid), crm.merged_key(p_row ->> 'stream_key'),
      (
        select crm.stream_of_company(d.company_id)
        from public.deals as d
        where d.id = (p_row ->> 'deal_id')::uuid
      )
    ]
  end);
end;
$$;
comment on function crm.streams_of_row(text, jsonb) is 'The streams that a row is part of, or ties together.';

-- Rule: what hand work ties together is replayed together from then on.
-- Time: an event that names a stream is among the events of that stream, so the log is not read from end to end.
create function crm.merge_streams(p_stream_keys text[])
returns text
language plpgsql
set search_path = ''
as $$
declare
  -- A company's key, where there is one.
  v_into text := (select k.key from unnest(p_stream_keys) as k (key) order by k.key like '%@%', k.key limit 1);
  v_others text[] := array_remove(p_stream_keys, v_into);
begin
  if v_others = '{}' then
    return v_into;
  end if;
  update crm.merged_streams as m set into_key = v_into where m.into_key = any (v_others);
  insert into crm.merged_streams (stream_key, into_key) select o.key, v_into from unnest(v_others) as o (key);
  update public.calcom_events as e set stream_key = v_into
  where e.stream_key = any (v_others)
    and e.id = any (array(select x.event_id from crm.stream_events as x where x.stream_key = any (v_others)));
  update public.event_effects as f set stream_key = v_into where f.stream_key = any (v_others);
  update public.bookings as b set stream_key = v_into where b.stream_key = any (v_others);
  update public.hand_edits as h set stream_key = v_into where h.stream_key = any (v_others);
  update crm.deleted_bookings as d set stream_key = v_into where d.stream_key = any (v_others);
  with moved as (
    delete from crm.stream_events as x where x.stream_key = any (v_others) returning x.*
  )
  insert into crm.stream_events as x (stream_key, position, event_id, waited_for)
  select v_into, m.position, m.event_id, m.waited_for from moved as m
  on conflict on constraint stream_events_pkey do nothing;
  update crm.row_history as h set stream_key = v_into where h.stream_key = any (v_others);
  return v_into;
end;
$$;
comment on function crm.merge_streams(text[]) is 'Makes one stream of several, and returns its key.';

create function crm.share_events(p_stream_keys text[])
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return cardinality(p_stream_keys) > 1 and exists (
    select
    from crm.stream_events as x
    where x.stream_key = any (p_stream_keys)
    group by x.event_id
    having count(*) > 1
  );
end;
$$;
comment on function crm.share_events(text[]) is
  'Whether an event (about a meeting with seats) is part of several streams.';

----------------------------------------------------------------------------------------------------------- before: lock

-- Race: two edits would wait for each other where one deletes or replays rows that the other has locked. So they are
--       made one after the other; events do not wait for that.
create function crm.queue_hand_edit()
returns trigger
language plpgsql
security definer -- who may edit the tables has no rights in schema crm
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('calcom-deals hand edits', 0));
  perform pg_advisory_xact_lock_shared(crm.maintenance_lock_key());
  return null;
end;
$$;
comment on function crm.queue_hand_edit() is 'Has the edits of several people be made one after the other.';

-- Rule: an edit waits for the events of its stream, and they for it.
-- Race: the row is locked before the stream. An event does it the other way round; it gives way (see process_event).
--       The uid of a booking is locked too: its events may be on their way, and know no stream.
create function crm.prepare_hand_edit()
returns trigger
language plpgsql
security definer -- see queue_hand_edit
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_keys text[];
  v_locked text[] := '{}';
begin
  if tg_table_name = 'bookings' and tg_op <> 'DELETE' then
    perform crm.lock_keys('uid', array[to_jsonb(new) ->> 'calcom_uid']);
  end if;
  loop
    v_keys := crm.streams_of_row(tg_table_name, to_jsonb(old)) || crm.streams_of_row(tg_table_name, to_jsonb(new));
    exit when v_keys <@ v_locked;
    perform crm.lock_keys('stream', crm.sort_unique(v_keys)); -- once more: they may have been merged meanwhile
    v_locked := v_locked || v_keys;
  end loop;

  if tg_op = 'DELETE' then
    if tg_table_name = 'deals' then
      -- Here, not by the foreign key: what follows from the edit is no edit of each booking.
      perform crm.mark_engine(true);
      perform crm.detach_deal(old.id, v_keys[1]);
      perform crm.mark_engine(false);
    end if;
    return old;
  end if;
  case tg_table_name
    when 'companies' then new := crm.prepare_company(old, new);
    when 'people' then new := crm.prepare_person(old, new);
    when 'deals' then new := crm.prepare_deal(old, new);
    when 'bookings' then new := crm.prepare_booking(old, new);
  end case;
  return new;
end;
$$;
comment on function crm.prepare_hand_edit() is
  'Locks the stream of a row that somebody changes, and sees to what follows from the change.';

---------------------------------------------------------------------------------------------------------- after: record

create function crm.editable_columns(p_table_name text)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case p_table_name
    when 'companies' then array['name', 'domain']
    when 'people' then array['email', 'name', 'company_id']
    when 'deals' then array['company_id', 'status', 'stage']
    when 'bookings' then array[
      'calcom_uid', 'person_id', 'deal_id', 'title', 'start_time', 'end_time', 'status', 'attended', 'is_no_show',
      'organizer_email'
    ]
  end;
end;
$$;
comment on function crm.editable_columns(text) is 'The columns of a table that a person may edit.';

create function crm.editable_values(p_table_name text, p_row jsonb)
returns jsonb
language plpgsql
immutable strict -- of no row, nothing
set search_path = ''
as $$
begin
  return (
    select jsonb_object_agg(c.name, p_row -> c.name) from unnest(crm.editable_columns(p_table_name)) as c (name)
  );
end;
$$;
comment on function crm.editable_values(text, jsonb) is 'What a person may edit of a row.';

create function crm.row_key(p_table_name text, p_row jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case p_table_name
    when 'companies' then p_row ->> 'domain'
    when 'people' then p_row ->> 'email'
    when 'deals' then p_row ->> 'opened_by_event_id'
    when 'bookings' then (p_row ->> 'attendee_email') || ' ' || (p_row ->> 'original_key')
  end;
end;
$$;
comment on function crm.row_key(text, jsonb) is 'What a row is known by, beside its id.';

create function crm.describe_hand_edit(p_edit public.hand_edits)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_new jsonb := p_edit.new_values;
  v_row text := case p_edit.table_name
    when 'companies' then 'Company' when 'people' then 'Person' when 'deals' then 'Deal' else 'Booking'
  end;
  v_what text := case
    when p_edit.operation = 'insert' then v_row || ' entered by hand'
    when p_edit.operation = 'delete' then v_row || ' deleted by hand'
    when p_edit.table_name = 'deals' and v_new ->> 'status' = 'cancelled' then 'Closed by hand'
    when p_edit.table_name = 'deals' and v_new ->> 'status' = 'active' then 'Reopened by hand'
    when p_edit.table_name = 'deals' and v_new ? 'stage' then format('Moved to %s by hand', v_new ->> 'stage')
    when v_new ->> 'status' = 'CANCELLED' then 'Cancelled by hand'
    when v_new ->> 'attended' = 'true' then 'Marked as attended by hand'
    when v_new ->> 'is_no_show' = 'true' then 'Marked as a no-show by hand'
    when v_new ->> 'is_no_show' = 'false' then 'No longer marked as a no-show by hand'
    when v_new ->> 'attended' = 'false' then 'No longer marked as attended by hand'
    else format(
      '%s changed by hand (%s)', v_row,
      (select string_agg(replace(k.key, '_', ' '), ', ' order by k.key) from jsonb_object_keys(v_new) as k (key))
    )
  end;
begin
  return format('%s by %s.', v_what, p_edit.editor);
end;
$$;
comment on function crm.describe_hand_edit(public.hand_edits) is 'What somebody did by hand, in a sentence.';

create function crm.is_awaited(p_edit public.hand_edits)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return p_edit.table_name = 'bookings' and exists (
    select from public.calcom_events as e
    where e.uid = p_edit.new_values ->> 'calcom_uid' and e.outcome = 'waiting'
  );
end;
$$;
comment on function crm.is_awaited(public.hand_edits) is
  'Whether events have waited for the booking that somebody enters.';

-- Rule: events may have come before somebody enters their booking, and what had waited for a seat in one of two streams
--       may count before that in the one that they have become. So the tables are at once what a rebuild makes of them.
create function crm.record_hand_edit()
returns trigger
language plpgsql
security definer -- see queue_hand_edit
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_old jsonb := to_jsonb(old);
  v_new jsonb := to_jsonb(new);
  v_edit public.hand_edits;
  v_stream_keys text[];
  v_shares_events boolean;
begin
  perform crm.mark_engine(true);
  v_edit.number := nextval(pg_get_serial_sequence('public.hand_edits', 'number'));
  v_edit.editor := crm.current_editor();
  v_edit.table_name := tg_table_name;
  v_edit.row_id := coalesce(v_new, v_old) ->> 'id';
  v_edit.row_key := crm.row_key(tg_table_name, coalesce(v_old, v_new));
  v_edit.operation := lower(tg_op);
  v_edit.old_values := crm.editable_values(tg_table_name, v_old);
  v_edit.new_values := crm.editable_values(tg_table_name, v_new);
  if tg_op = 'UPDATE' then
    select jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, v_edit.new_values -> o.key)
    into v_edit.old_values, v_edit.new_values
    from jsonb_each(v_edit.old_values) as o
    where o.value is distinct from v_edit.new_values -> o.key;
  end if;

  v_stream_keys := crm.sort_unique(
    crm.streams_of_row(tg_table_name, v_old) || crm.streams_of_row(tg_table_name, v_new)
  );
  v_shares_events := crm.share_events(v_stream_keys);
  v_edit.stream_key := crm.merge_streams(v_stream_keys);
  v_edit.position := row(
    greatest(
      clock_timestamp(),
      (
        select (x.position).happened_at
        from crm.stream_events as x
        where x.stream_key = v_edit.stream_key
        order by x.position desc
        limit 1
      ),
      (
        select (h.position).happened_at
        from public.hand_edits as h
        where h.stream_key = v_edit.stream_key
        order by h.position desc
        limit 1
      )
    ),
    99, -- after every trigger
    v_edit.number
  )::crm.position;
  insert into public.hand_edits (
    number, position, editor, table_name, row_id, row_key, operation, old_values, new_values, reason, stream_key
  )
  values (
    v_edit.number, v_edit.position, v_edit.editor, v_edit.table_name, v_edit.row_id, v_edit.row_key, v_edit.operation,
    v_edit.old_values, v_edit.new_values, crm.describe_hand_edit(v_edit), v_edit.stream_key
  );

  if tg_op = 'INSERT' then
    execute format('update public.%I set made_at = $1 where id = $2', tg_table_name)
    using v_edit.position, v_edit.row_id;
  end if;
  if tg_table_name = 'bookings' and tg_op = 'DELETE' then
    perform crm.remember_deleted_booking(jsonb_populate_record(null::public.bookings, v_old));
  elsif tg_table_name = 'bookings' and tg_op = 'UPDATE' then
    perform crm.follow_no_show(old, new);
  end if;
  if v_shares_events or crm.is_awaited(v_edit) then
    perform crm.finish_other_events(crm.replay_stream(v_edit.stream_key), null, true);
  end if;
  perform crm.mark_engine(false);
  return null;
end;
$$;
comment on function crm.record_hand_edit() is 'Writes into the log what somebody has changed, who and when.';

-- In the columns that a person may edit, and only without the engine's mark: the engine pays for one look at it.
do $$
declare
  v_table text;
  v_columns text;
begin
  foreach v_table in array array['companies', 'people', 'deals', 'bookings'] loop
    v_columns := array_to_string(crm.editable_columns(v_table), ', ');
    execute format(
      'create trigger queue_hand_edit before insert or delete or update of %s on public.%I
         for each statement when (crm.is_hand_work()) execute function crm.queue_hand_edit()',
      v_columns, v_table
    );
    execute format(
      'create trigger prepare_hand_edit before insert or delete or update of %s on public.%I
         for each row when (crm.is_hand_work()) execute function crm.prepare_hand_edit()',
      v_columns, v_table
    );
    execute format(
      'create trigger record_hand_edit after insert or delete on public.%I
         for each row when (crm.is_hand_work()) execute function crm.record_hand_edit()',
      v_table
    );
    execute format(
      'create trigger record_hand_change after update of %s on public.%I
         for each row when (crm.is_hand_work() and (%s) is distinct from (%s))
         execute function crm.record_hand_edit()',
      v_columns, v_table,
      regexp_replace(v_columns, '(\w+)', 'old.\1', 'g'), regexp_replace(v_columns, '(\w+)', 'new.\1', 'g')
    );
  end loop;
end;
$$;
