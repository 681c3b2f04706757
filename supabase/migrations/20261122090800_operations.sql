-- Operations: rebuild from the log, retry what failed, decide what is pending; schedules and views.

--------------------------------------------------------------------------------------------------------------- rebuild

create function crm.snapshot_rows(p_stream_keys text[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_company_ids uuid[] := array(
    select c.id from unnest(p_stream_keys) as k (key) cross join crm.list_companies(k.key) as c
  );
begin
  return jsonb_build_object(
    'companies', (
      select coalesce(jsonb_object_agg(c.id, to_jsonb(c)), '{}')
      from public.companies as c
      where c.id = any (v_company_ids)
    ),
    'people', (
      select coalesce(jsonb_object_agg(p.id, to_jsonb(p)), '{}')
      from public.people as p
      where p.company_id = any (v_company_ids) or p.id = any (array(
        select b.person_id from public.bookings as b where b.stream_key = any (p_stream_keys)
      ))
    ),
    'bookings', (
      select coalesce(jsonb_object_agg(b.id, to_jsonb(b)), '{}')
      from public.bookings as b
      where b.stream_key = any (p_stream_keys)
    ),
    'deals', (
      select coalesce(jsonb_object_agg(d.id, to_jsonb(d)), '{}')
      from public.deals as d
      where d.company_id = any (v_company_ids)
    )
  );
end;
$$;
comment on function crm.snapshot_rows(text[]) is 'Everything that the tables say about some streams, by table and id.';

create function crm.diff_snapshots(p_before jsonb, p_after jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select jsonb_object_agg(
      t.name, jsonb_build_object('created', c.created, 'changed', c.changed, 'removed', c.removed)
    )
    from jsonb_object_keys(p_before) as t (name)
    cross join lateral (
      select
        count(*) filter (where b.key is null) as created,
        count(*) filter (where b.value <> a.value) as changed,
        count(*) filter (where a.key is null) as removed
      from jsonb_each(p_before -> t.name) as b
      full join jsonb_each(p_after -> t.name) as a on a.key = b.key
    ) as c
  );
end;
$$;
comment on function crm.diff_snapshots(jsonb, jsonb) is
  'How many rows of each table were created, changed and removed.';

-- Rule: the same rows from the same events and hand edits. Outcomes follow: an event that had failed and works now
--       counts from now on. A seated event that concerns several streams keeps its outcome while it counts in one.
--       Where an event may have moved from one stream to another, all are taken back before the first is replayed; that
--       is seen by triggers of the team.
-- Race: it gives way to somebody who edits a row, as an event does (see process_event).
create function crm.rebuild_streams(p_stream_keys text[], p_have_changed boolean default false)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_lock_timeout text := current_setting('lock_timeout');
  v_before jsonb;
  v_undone crm.undone[];
  v_effects crm.effect[];
  v_stream_key text;
begin
  perform crm.mark_engine(true);
  loop
    begin
      perform crm.lock_keys('stream', p_stream_keys);
      perform set_config('lock_timeout', '200ms', true);
      v_before := crm.snapshot_rows(p_stream_keys);
      update public.calcom_events as e set cancellation_rule = crm.setting('cancellation_rule')
      from crm.stream_events as x
      where x.stream_key = any (p_stream_keys) and e.id = x.event_id
        and e.cancellation_rule <> crm.setting('cancellation_rule');
      v_undone := array[]::crm.undone[];
      v_effects := array[]::crm.effect[];
      if not p_have_changed then
        foreach v_stream_key in array p_stream_keys loop
          v_effects := v_effects || crm.replay_stream(v_stream_key);
        end loop;
      else
        foreach v_stream_key in array p_stream_keys loop
          v_undone := v_undone || crm.undo_stream(v_stream_key);
        end loop;
        for v_place in 1..cardinality(p_stream_keys) loop
          v_effects := v_effects || crm.finish_replay(
            p_stream_keys[v_place],
            crm.replay_in_place(p_stream_keys[v_place], null, array[]::uuid[], v_undone[v_place])
          );
        end loop;
      end if;
      perform crm.finish_other_events(v_effects, null, false);
      exit;
    exception
      when lock_not_available then
        perform set_config('lock_timeout', v_lock_timeout, true);
    end;
  end loop;
  perform set_config('lock_timeout', v_lock_timeout, true);
  perform crm.mark_engine(false);
  return crm.diff_snapshots(v_before, crm.snapshot_rows(p_stream_keys));
end;
$$;
comment on function crm.rebuild_streams(text[], boolean) is
  'Rebuilds streams from their events and hand edits, without mails; returns what changed.';

-- Race: only events of this company wait for it, and it for those on their way.
-- Time: the API ends a call after 8 s, unless its function names a limit (PostgREST 12.2, "hoisted function settings").
--       60 s is the most that Supabase's API waits.
create function public.rebuild_company(domain text)
returns jsonb
language plpgsql
security definer -- an operator may ask for a rebuild, not edit the tables it rebuilds
set search_path = ''
set statement_timeout = '60s'
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
begin
  perform pg_advisory_xact_lock_shared(crm.maintenance_lock_key());
  return crm.rebuild_streams(array[crm.merged_key(lower(domain))]);
end;
$$;
comment on function public.rebuild_company(text) is
  'Rebuilds a company, its people, bookings and deals from the log; returns what changed.';

create function public.rebuild_person(email text)
returns jsonb
language plpgsql
security definer -- see rebuild_company
set search_path = ''
set statement_timeout = '60s'
as $$
begin
  return public.rebuild_company(crm.stream_key(lower(email)));
end;
$$;
comment on function public.rebuild_person(text) is
  'Rebuilds a person from the log, and with them the whole company they belong to; returns what changed.';

-- Rule: as if the personal domains had always been what they are now. A company that such a domain had made goes,
--       and so do its deals; its people and their bookings stay.
-- Race: alone. Events that arrive meanwhile wait.
create function public.rebuild_everything()
returns jsonb
language plpgsql
security definer -- see rebuild_company
set search_path = ''
set statement_timeout = '60s'
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_have_changed boolean;
  v_stream_keys text[];
  v_changes jsonb;
  v_removed integer;
begin
  perform pg_advisory_xact_lock(crm.maintenance_lock_key());
  v_have_changed := crm.assign_streams();
  v_stream_keys := array(
    select e.stream_key from public.calcom_events as e where e.stream_key is not null
    union select h.stream_key from public.hand_edits as h
    union select b.stream_key from public.bookings as b where b.stream_key is not null
    union select crm.merged_key(c.domain) from public.companies as c
  );
  v_changes := crm.rebuild_streams(v_stream_keys, v_have_changed);
  perform crm.mark_engine(true);
  delete from public.companies as c
  using public.personal_email_domains as d
  where c.domain = d.domain
    and not exists (select from public.people as p where p.company_id = c.id)
    and not exists (select from public.deals as o where o.company_id = c.id);
  get diagnostics v_removed = row_count;
  perform crm.mark_engine(false);
  return jsonb_set(v_changes, '{companies,removed}', to_jsonb(v_removed));
end;
$$;
comment on function public.rebuild_everything() is
  'Rebuilds all companies, people, bookings and deals from the log; returns what changed. Events that arrive '
  'meanwhile wait.';

create function crm.assign_streams()
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_have_changed boolean;
  v_person_id uuid;
  v_stream_keys text[];
begin
  perform crm.mark_engine(true);
  -- Of all of them: which stream a cancellation belongs to is known only when it is replayed.
  update public.calcom_events as e set cancellation_rule = crm.setting('cancellation_rule')
  where e.cancellation_rule <> crm.setting('cancellation_rule');
  update public.calcom_events as e set stream_key = crm.stream_key(e.booker_email)
  where e.booker_email is not null and e.stream_key <> crm.stream_key(e.booker_email);
  v_have_changed := found;
  update public.bookings as b set stream_key = crm.stream_key(b.attendee_email)
  where b.stream_key <> crm.stream_key(b.attendee_email);
  v_have_changed := v_have_changed or found;
  update public.event_effects as f set stream_key = b.stream_key
  from public.bookings as b
  where b.id = f.booking_id and f.stream_key <> b.stream_key;
  update crm.deleted_bookings as d set stream_key = crm.stream_key(d.attendee_email)
  where d.stream_key <> crm.stream_key(d.attendee_email);
  update public.hand_edits as h set stream_key = crm.stream_key(p.email)
  from public.people as p
  where h.stream_key <> crm.stream_key(p.email)
    and (
      (h.table_name = 'people' and p.id = h.row_id)
      or (h.table_name = 'bookings' and p.email = split_part(h.row_key, ' ', 1))
    );
  v_have_changed := v_have_changed or found;

  truncate crm.stream_events, crm.row_history; -- both follow from the replays
  insert into crm.stream_events (stream_key, position, event_id)
  select e.stream_key, e.position, e.id
  from public.calcom_events as e
  where e.stream_key is not null and e.outcome <> 'pending';

  -- Whom somebody has linked to a company by hand stays in its stream.
  for v_person_id in select p.id from public.people as p where p.is_company_chosen loop
    select crm.streams_of_row('people', to_jsonb(p)) into v_stream_keys
    from public.people as p
    where p.id = v_person_id;
    v_have_changed := v_have_changed or cardinality(v_stream_keys) > 1;
    perform crm.merge_streams(v_stream_keys);
  end loop;
  perform crm.mark_engine(false);
  return v_have_changed;
end;
$$;
comment on function crm.assign_streams() is
  'Assigns events, bookings and hand edits to the streams that the personal domains of today make of them, and the '
  'cancellation rule of today to cancellations; returns whether any belongs to another stream by that.';

----------------------------------------------------------------------------------------------------- retry and pick-up

-- Rule: an event that failed, or that nobody decided, is decided now. What somebody else is deciding is left to them.
create function public.retry_event(event_id uuid)
returns jsonb
language plpgsql
security definer -- see rebuild_company
set search_path = ''
set statement_timeout = '60s'
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_row public.calcom_events;
begin
  perform pg_advisory_xact_lock_shared(crm.maintenance_lock_key());
  v_row := crm.claim_event(event_id, array['failed', 'pending']);
  if v_row.id is not null then
    return crm.process_event(v_row);
  end if;

  select e.* into v_row from public.calcom_events as e where e.id = retry_event.event_id;
  if not found then
    raise exception using
      errcode = 'KC002', message = format('Cannot retry event %s: the log has no such event', event_id),
      hint = 'Look its id up in calcom_events';
  end if;
  return jsonb_build_object(
    'event_id', v_row.id, 'trigger', v_row.trigger, 'outcome', v_row.outcome, 'reason', v_row.reason
  );
end;
$$;
comment on function public.retry_event(uuid) is
  'Decides an event again that failed, and returns its outcome; any other is left as it is.';

-- Race: an event that somebody works on is left to them.
create function public.retry_failed_events()
returns jsonb
language plpgsql
security definer -- see rebuild_company
set search_path = ''
as $$
declare
  v_event_id uuid;
  v_count integer := 0;
begin
  for v_event_id in
    select e.id from public.calcom_events as e where e.outcome = 'failed' for update skip locked
  loop
    perform crm.make_event_pending(v_event_id, 0, null);
    v_count := v_count + 1;
  end loop;
  return jsonb_build_object('pending', v_count);
end;
$$;
comment on function public.retry_failed_events() is
  'Makes every failed event pending again, so that the pick-up decides it; returns how many.';

-- What the pick-up has read of the events that were left undecided. It decides them in the sender's order: then none of
-- them is late for another one of them.
create table crm.backlog (
  event_id uuid not null,
  position crm.position not null,
  attempts integer not null default 0,
  stream_key text,
  uid text,
  new_uid text,
  constraint backlog_pkey primary key (event_id)
);
comment on table crm.backlog is 'One row per event that the pick-up has read and nobody has decided yet.';
comment on column crm.backlog.stream_key is 'The stream that it concerns, where that is sure before it is decided.';
create index backlog_attempts_position_idx on crm.backlog (attempts, position);
create index backlog_stream_key_idx on crm.backlog (stream_key, position);
create index backlog_uid_idx on crm.backlog (uid);
create index backlog_new_uid_idx on crm.backlog (new_uid);
alter table crm.backlog enable row level security;

-- Race: one at a time, and nobody waits for that.
create function crm.fill_backlog(p_older_than interval)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  if not pg_try_advisory_xact_lock(hashtextextended('calcom-deals backlog', 0)) then
    return false; -- somebody else is at it
  end if;
  with read as (
    insert into crm.backlog (event_id, position, attempts, stream_key, uid, new_uid)
    select
      e.id, p.position, e.attempts, case when k.is_of_one_stream then crm.stream_key(p.booker_email) end,
      case when k.is_of_one_stream then p.uid end, case when k.is_of_one_stream then p.new_uid end
    from (
      select o.*
      from public.calcom_events as o
      where o.outcome = 'pending' and o.received_at <= now() - p_older_than
        and not exists (select from crm.backlog as b where b.event_id = o.id)
      order by o.received_at
      limit 2000
    ) as e
    cross join lateral crm.parse_event(e::public.calcom_events) as p
    cross join lateral (select not p.is_seated or crm.is_booking(p) as is_of_one_stream) as k
    on conflict on constraint backlog_pkey do nothing
    returning event_id, stream_key
  )
  select array_agg(r.event_id) into v_ids from read as r;

  -- What names no booker concerns whoever has the booking.
  update crm.backlog as b
  set stream_key = coalesce(
    (select o.stream_key from crm.backlog as o where o.uid = b.uid and o.stream_key is not null limit 1),
    (select o.stream_key from crm.backlog as o where o.new_uid = b.uid and o.stream_key is not null limit 1),
    (select o.stream_key from public.bookings as o where o.calcom_uid = b.uid limit 1)
  )
  where b.event_id = any (v_ids) and b.stream_key is null and b.uid is not null;
  return v_ids is not null;
end;
$$;
comment on function crm.fill_backlog(interval) is
  'Reads up to 2,000 more events that were left undecided for so long; returns whether there were any.';

-- Rule: late events of one stream are decided together. The more often that was interrupted, the fewer at once.
create function crm.list_batch(p_backlog crm.backlog, p_interruptions integer)
returns crm.batch
language plpgsql
stable
set search_path = ''
as $$
declare
  v_batch crm.batch;
begin
  if p_backlog.stream_key is null or crm.is_newest(p_backlog.stream_key, p_backlog.position) then
    return null;
  end if;
  select array_agg(b.event_id), array_agg(b.uid) || array_agg(b.new_uid)
  into v_batch.event_ids, v_batch.uids
  from (
    select o.*
    from crm.backlog as o
    where o.stream_key = p_backlog.stream_key and o.event_id <> p_backlog.event_id
    order by o.position
    limit 500 / (4 ^ least(p_interruptions, 5))::integer
  ) as b;
  return v_batch;
end;
$$;
comment on function crm.list_batch(crm.backlog, integer) is
  'The events that the pick-up decides together with one; null when that is not late.';

-- Rule: what is decided goes; what was interrupted, or has paused, lets others come first.
-- Race: two pick-ups may have read the same events. Neither waits for the other: what one leaves, the next finds.
create function crm.update_backlog(p_event_ids uuid[], p_is_pending boolean)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_backlog_ids uuid[] := array(
    select b.event_id from crm.backlog as b where b.event_id = any (p_event_ids) for update skip locked
  );
begin
  if p_is_pending then
    update crm.backlog as b set attempts = b.attempts + 1 where b.event_id = any (v_backlog_ids);
  end if;
  delete from crm.backlog as b
  using public.calcom_events as e
  where b.event_id = any (v_backlog_ids) and e.id = b.event_id and e.outcome <> 'pending';
end;
$$;
comment on function crm.update_backlog(uuid[], boolean) is
  'Keeps with the events that the pick-up has read how often they were left pending, and deletes those decided.';

-- Rule: an event that was stored but never decided (the function died, the database refused) is decided here: the one
--       with the fewest attempts first, then in the sender's order. A young one is left to the function that stored it.
-- Race: one transaction, with the locks that any event takes. May run at any time, in parallel too.
create function public.handle_pending_event(older_than interval default '30 seconds')
returns jsonb
language plpgsql
security definer -- see rebuild_company
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_backlog crm.backlog;
  v_row public.calcom_events;
  v_batch crm.batch;
  v_answer jsonb;
begin
  perform pg_advisory_xact_lock_shared(crm.maintenance_lock_key());
  loop
    for v_backlog in select b.* from crm.backlog as b order by b.attempts, b.position loop
      v_row := crm.claim_event(v_backlog.event_id);
      v_batch := null;
      if v_row.id is not null then
        v_batch := crm.list_batch(v_backlog, v_row.attempts);
        v_answer := crm.process_event(v_row, v_batch);
      end if;
      perform crm.update_backlog(v_batch.event_ids || v_backlog.event_id, v_answer ? 'is_pending');
      if v_answer is not null then
        return v_answer;
      end if;
    end loop;
    exit when not crm.fill_backlog(older_than);
  end loop;
  return null;
end;
$$;
comment on function public.handle_pending_event(interval) is
  'Decides one event that was stored and left undecided for so long, and late ones of its stream with it; returns its '
  'answer, null when there is none.';

-- A procedure, because it commits after each event. Such a procedure may not pin its search_path, so every name in it
-- is written with its schema; it has the rights of its caller, and handle_pending_event does the work.
-- Time: a statement_timeout is for the whole call. Half of it is left to the last event that is begun: what came before
--       uses up nobody's time, and interrupted is only what takes that long by itself.
create procedure public.handle_pending_events(older_than interval default '30 seconds')
language plpgsql
as $$
declare
  v_answer pg_catalog.jsonb;
  v_time pg_catalog.interval := nullif(current_setting('statement_timeout'), '0')::pg_catalog.interval / 2;
  v_end pg_catalog.timestamptz := statement_timestamp() + v_time;
begin
  while crm.fill_backlog(older_than) loop
    commit;
    exit when clock_timestamp() >= v_end;
  end loop;
  loop
    exit when clock_timestamp() >= v_end; -- the next call goes on
    v_answer := public.handle_pending_event(older_than);
    commit;
    -- An event that was interrupted (by a timeout, say), or whose replay paused, has its next turn in the next call.
    exit when v_answer is null or v_answer ? 'is_pending';
  end loop;
end;
$$;
comment on procedure public.handle_pending_events(interval) is
  'Decides all events that were stored and left undecided, in the sender''s order.';

-------------------------------------------------------------------------------------------------------------- schedules

create function crm.list_vault_names()
returns text[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_vault regclass := to_regclass('vault.decrypted_secrets');
  v_names text[];
begin
  if v_vault is not null then
    execute format('select array(select s.name::text from %s as s where s.name is not null)', v_vault) into v_names;
  end if;
  return v_names;
end;
$$;
comment on function crm.list_vault_names() is 'The names of what Vault has; null where there is no Vault.';

create function crm.vault_secret_made_at(p_name text)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
  v_vault regclass := to_regclass('vault.decrypted_secrets');
  v_made_at timestamptz;
begin
  if v_vault is not null then
    execute format('select (to_jsonb(s) ->> ''created_at'')::timestamptz from %s as s where s.name = $1', v_vault)
    into v_made_at using p_name;
  end if;
  return v_made_at;
end;
$$;
comment on function crm.vault_secret_made_at(text) is
  'Since when Vault has something under a name; null when it has nothing, or does not say.';

-- Rule: the address of the project ("project_url") and the secret that a function knows the schedule by are in Vault.
--       What passes through the queue of pg_net can do nothing else. Written so that it can be created where pg_net and
--       Vault do not exist.
-- Time: the call may last as long as the function works; nobody waits for it.
create function crm.call_function(p_name text, p_secret_name text, p_header text)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_vault regclass := to_regclass('vault.decrypted_secrets');
  v_net regnamespace := to_regnamespace('net');
  v_url text;
  v_secret text;
begin
  if v_vault is null or v_net is null then
    return format('pg_net and Vault are not here: call the Edge Function %s by other means', p_name);
  end if;

  execute format(
    'select
       max(s.decrypted_secret) filter (where s.name = $1),
       max(s.decrypted_secret) filter (where s.name = $2)
     from %s as s',
    v_vault
  )
  into v_url, v_secret
  using 'project_url', p_secret_name;
  if v_url is null or v_secret is null then
    return format('Vault has no "project_url" or no "%s"', p_secret_name);
  end if;

  execute format('select %s.http_post(url := $1, headers := $2, body := $3, timeout_milliseconds := $4)', v_net)
  using
    rtrim(v_url, '/') || '/functions/v1/' || p_name,
    jsonb_build_object(p_header, v_secret, 'content-type', 'application/json'),
    jsonb_build_object(),
    60000;
  return 'called';
end;
$$;
comment on function crm.call_function(text, text, text) is
  'Calls an Edge Function as the schedule does; says why when it does not.';

-- Rule: with nothing due, nobody is called.
create function crm.invoke_send_emails()
returns text
language plpgsql
set search_path = ''
as $$
begin
  if not exists (select from public.emails as e where e.status = 'due' and e.next_attempt_at <= now()) then
    return 'nothing is due';
  end if;
  return crm.call_function('send-emails', 'send_emails_secret', 'x-send-emails-secret');
end;
$$;
comment on function crm.invoke_send_emails() is
  'Has the Edge Function send-emails send what is due; says why when it does not.';

do $$
begin
  create extension if not exists pg_cron;
  perform cron.schedule('handle-pending-calcom-events', '* * * * *', 'call public.handle_pending_events()');
  perform cron.schedule('send-due-emails', '* * * * *', 'select crm.invoke_send_emails()');
exception
  when others then
    raise notice 'No pg_cron here (%): call handle_pending_events() and send-emails by other means', sqlerrm;
end;
$$;

do $$
begin
  create extension if not exists pg_net with schema extensions;
exception
  when others then
    raise notice 'No pg_net here (%): call the Edge Function send-emails by other means', sqlerrm;
end;
$$;

------------------------------------------------------------------------------------------------------------------ views

create view public.deal_timeline
with (security_invoker = true)
as
select
  f.deal_id,
  c.name as company,
  (e.position).happened_at,
  e.trigger,
  coalesce(f.deal_change, 'unchanged') as change,
  f.reason,
  p.name as person,
  f.booking_id,
  e.id as event_id,
  e.received_at
from public.event_effects as f
join public.calcom_events as e on e.id = f.event_id
join public.deals as d on d.id = f.deal_id
join public.companies as c on c.id = d.company_id
join public.bookings as b on b.id = f.booking_id
join public.people as p on p.id = b.person_id
union all
select
  h.row_id,
  c.name,
  (h.position).happened_at,
  'HAND_EDIT',
  case
    when h.operation = 'insert' then 'opened'
    when h.new_values ->> 'status' = 'cancelled' then 'cancelled'
    when h.new_values ->> 'status' = 'active' then 'reopened'
    else coalesce(h.new_values ->> 'stage', 'unchanged')
  end,
  concat_ws(' ', h.reason, h.skipped_reason),
  h.editor,
  null,
  null,
  (h.position).happened_at
from public.hand_edits as h
join public.deals as d on d.id = h.row_id
join public.companies as c on c.id = d.company_id
where h.table_name = 'deals';
comment on view public.deal_timeline is
  'One row per event and hand edit of a deal, by the sender''s time: what opened it, moved it to met, cancelled or '
  'reopened it.';

create view public.booking_timeline
with (security_invoker = true)
as
select
  f.booking_id,
  p.name as person,
  b.title,
  (e.position).happened_at,
  e.trigger,
  f.reason,
  f.deal_id,
  coalesce(f.deal_change, 'unchanged') as deal_change,
  e.id as event_id,
  e.received_at
from public.event_effects as f
join public.calcom_events as e on e.id = f.event_id
join public.bookings as b on b.id = f.booking_id
join public.people as p on p.id = b.person_id
union all
select
  b.id,
  p.name,
  b.title,
  (h.position).happened_at,
  'HAND_EDIT',
  concat_ws(' ', h.reason, h.skipped_reason),
  b.deal_id,
  'unchanged',
  null,
  (h.position).happened_at
from public.hand_edits as h
join public.bookings as b on b.id = h.row_id
join public.people as p on p.id = b.person_id
where h.table_name = 'bookings';
comment on view public.booking_timeline is
  'One row per event and hand edit of a booking, by the sender''s time: booked, moved, cancelled, attended.';

-- Rule: people, host and meetings are those of the bookings that count for the deal. A cancelled meeting is neither the
--       next nor the last one.
create view public.pipeline
with (security_invoker = true)
as
select
  d.id as deal_id,
  c.id as company_id,
  c.name as company,
  c.domain,
  d.stage,
  d.status,
  m.people,
  m.next_meeting,
  m.last_meeting,
  m.host,
  case
    when d.opened_by_event_id is null or d.made_at is null then d.created_at
    else (d.made_at).happened_at
  end as opened_at
from public.deals as d
join public.companies as c on c.id = d.company_id
left join lateral (
  select
    string_agg(distinct coalesce(p.name, p.email), ', ') as people,
    min(b.start_time) filter (
      where b.status = 'ACCEPTED' and not b.is_pending_confirmation and b.start_time > now()
    ) as next_meeting,
    max(b.start_time) filter (where b.status = 'ACCEPTED' and b.start_time <= now()) as last_meeting,
    (array_agg(b.organizer_email order by b.start_time desc nulls last) filter (where b.organizer_email is not null))[1]
      as host
  from public.bookings as b
  join public.people as p on p.id = b.person_id
  where b.deal_id = d.id
) as m on true;
comment on view public.pipeline is
  'One row per deal, for people: company, stage, status, who, when they meet next and met last, with whom, since when.';
