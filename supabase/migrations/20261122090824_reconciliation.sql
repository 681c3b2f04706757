-- Reconciliation: what Cal.com's bookings API knows and the log does not.
--
-- Cal.com sends a webhook once; what is lost is lost. Its API shows what a booking has become. Here the two are
-- compared, and what the log lacks becomes an event in the webhook's shape, marked as made up, at the best moment that
-- the API gives. It is decided like any other, so the webhook that turns up later is a repeat of it.
--
-- Rule: what cannot be known is left alone. A booking that the API does not show was not cancelled; who cannot be read
--       is nobody; a booking on which Cal.com, or its webhook, may still be at work waits for the next time.

----------------------------------------------------------------------------------------------------------- a booking

-- Rule: what somebody has deleted by hand stays deleted, whatever the API still says about it.
create function crm.is_deleted_by_hand(p_booking crm.api_booking)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select
    from crm.deleted_bookings as d
    where d.stream_key = crm.stream_key(p_booking.booker_email)
      and (p_booking.uid = any (d.uids) or p_booking.previous_uid = any (d.uids))
  );
end;
$$;
comment on function crm.is_deleted_by_hand(crm.api_booking) is 'Whether somebody has deleted a booking of the API.';

-- Rule: in the order of a booking's life, one after the other: what comes next depends on what the one before has made.
--       Nothing is made up twice: what the log has, to the byte, it does not lack, whatever became of it.
create function crm.next_missing_event(
  p_booking crm.api_booking, p_log crm.log_facts, p_only_beginning boolean, out event jsonb, out problem text
)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_is_seated boolean := p_booking.is_seated or (
    p_booking.attendees = '[]' and exists (select from unnest(p_log.bookings) as b where b.is_seated)
  );
  v_event jsonb;
begin
  for v_step in 1..case when p_only_beginning then 1 else 4 end loop
    v_event := case v_step
      when 1 then
        case
          when v_is_seated then crm.missing_seat(p_booking, p_log)
          else crm.missing_beginning(p_booking, p_log)
        end
      when 2 then crm.missing_change(p_booking, p_log)
      when 3 then
        case
          when v_is_seated then crm.missing_seat_end(p_booking, p_log)
          else crm.missing_end(p_booking, p_log)
        end
      else crm.missing_attendance(p_booking, p_log)
    end;
    if v_event is not null and v_step = 1 and not v_is_seated and p_booking.booker_email is null then
      problem := 'Nobody can be read from it who booked.';
      return;
    end if;
    if v_event is not null and not exists (
      select
      from public.calcom_events as e
      where e.payload_hash = jsonb_hash_extended(v_event, 0) and (e.payload = v_event or e.received_hash is not null)
    ) then
      if not v_is_seated and crm.is_deleted_by_hand(p_booking) then
        return;
      end if;
      event := v_event;
      return;
    end if;
  end loop;
end;
$$;
comment on function crm.next_missing_event(crm.api_booking, crm.log_facts, boolean) is
  'The next event that the log lacks of a booking that the API shows; null when it lacks none. The problem when it '
  'cannot be made up.';

-- Rule: an event is in the log before it is decided, as the webhook's are. One that cannot be decided now, because
--       somebody edits the same rows, is left to the pick-up: this transaction may hold what they wait for.
create function crm.decide_made_up_event(p_event jsonb, p_is_backfill boolean)
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_row public.calcom_events;
  v_answer jsonb;
begin
  insert into public.calcom_events as e (payload, source)
  values (p_event, case when p_is_backfill then 'backfill' else 'reconciliation' end)
  returning e.* into v_row;
  v_answer := crm.process_event(v_row, p_max_attempts => 1);
  return case when v_answer ? 'is_pending' then 'pending' else v_answer ->> 'outcome' end;
end;
$$;
comment on function crm.decide_made_up_event(jsonb, boolean) is
  'Stores an event that reconciliation makes up, decides it, and returns its outcome.';

create function crm.count_up(p_counts jsonb, p_name text) returns jsonb
language sql immutable set search_path = ''
return p_counts || jsonb_build_object(p_name, coalesce((p_counts -> p_name)::integer, 0) + 1);
comment on function crm.count_up(jsonb, text) is 'One more of this name.';

-- What became of the rows of one call.
create type crm.reconciled as (
  created jsonb,
  outcomes jsonb
);

-- Time: each turn decides one event. A row has a few; a seated one has some for each seat.
create function crm.reconcile_booking(
  p_booking crm.api_booking, p_is_backfill boolean, p_only_beginning boolean, p_so_far crm.reconciled
)
returns crm.reconciled
language plpgsql
set search_path = ''
as $$
declare
  v_missing record;
begin
  for v_turn in 1..20 + 3 * jsonb_array_length(p_booking.attendees) loop
    v_missing := crm.next_missing_event(p_booking, crm.load_log_facts(p_booking, '{}'), p_only_beginning);
    exit when v_missing.event is null;
    p_so_far.outcomes := crm.count_up(
      p_so_far.outcomes, crm.decide_made_up_event(v_missing.event, p_is_backfill)
    );
    p_so_far.created := crm.count_up(p_so_far.created, v_missing.event ->> 'triggerEvent');
  end loop;
  return p_so_far;
end;
$$;
comment on function crm.reconcile_booking(crm.api_booking, boolean, boolean, crm.reconciled) is
  'Makes up and decides what the log lacks of one booking; only its beginning, if told so.';

-- Time: one look at what is undecided, for all rows. When that is a lot, the pick-up has to come first.
create function crm.list_pending_uids()
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array(
    select distinct u.uid
    from (select e.payload from public.calcom_events as e where e.outcome = 'pending' limit 1000) as p
    cross join lateral unnest(crm.list_uids(p.payload)) as u (uid)
  );
end;
$$;
comment on function crm.list_pending_uids() is 'The bookings that events name which nobody has decided yet.';

-- Rule: a moment that is more than a day ahead says nothing: some clock is wrong.
create function crm.is_young(p_booking crm.api_booking) returns boolean
language sql stable set search_path = ''
return coalesce(p_booking.updated_at, p_booking.created_at) > now() - interval '2 minutes'
  and coalesce(p_booking.updated_at, p_booking.created_at) <= now() + interval '1 day';
comment on function crm.is_young(crm.api_booking) is
  'Whether Cal.com has written a booking so lately that its webhook may be on its way.';

create function crm.may_go_on_elsewhere(p_booking crm.api_booking) returns boolean
language sql immutable set search_path = ''
return p_booking.is_seated or (p_booking.status = 'cancelled' and not p_booking.is_moved);
comment on function crm.may_go_on_elsewhere(crm.api_booking) is
  'Whether another row may show that what this one does not show any more was moved there.';

------------------------------------------------------------------------------------------------------------- the door

-- Rule: of one booking the row that was written last counts; what was moved stands before what it became.
create function crm.read_api_bookings(
  p_rows jsonb, p_host_ids text[], out bookings crm.api_booking[], out skipped jsonb
)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_moved_uids text[] := array(
    select distinct crm.jsonb_text(r.api_row -> 'rescheduledFromUid')
    from jsonb_array_elements(crm.jsonb_list(p_rows)) as r (api_row)
    where crm.jsonb_text(r.api_row -> 'rescheduledFromUid') <> crm.jsonb_text(r.api_row -> 'uid')
  );
begin
  select
    coalesce(
      array_agg(r.booking order by (r.booking).created_at, (r.booking).previous_uid is not null, (r.booking).uid)
        filter (where (r.booking).problem is null and r.number = 1),
      array[]::crm.api_booking[]
    ),
    coalesce(
      jsonb_agg(jsonb_build_object('uid', (r.booking).uid, 'reason', (r.booking).problem))
        filter (where (r.booking).problem is not null),
      '[]'
    )
  into bookings, skipped
  from (
    select
      o.booking,
      row_number() over (
        partition by (o.booking).problem is null, (o.booking).uid
        order by (o.booking).updated_at desc nulls last, o.place desc
      ) as number
    from (
      select b as booking, l.place
      from jsonb_array_elements(crm.jsonb_list(p_rows)) with ordinality as l (api_row, place)
      cross join lateral crm.read_api_booking(l.api_row, v_moved_uids, p_host_ids) as b
    ) as o
  ) as r;
end;
$$;
comment on function crm.read_api_bookings(jsonb, text[]) is
  'The rows of the bookings API that say something, in the order in which they are to be looked at; and the others.';

-- Rule: all beginnings first: whether a booking or a seat ended or was moved is seen when the other meetings are known,
--       and what an event in the log was about may be known by then, so a row that lacked nothing is looked at again.
--       Not every server names what took the place of a cancelled row, and that may be on any page. So who reads page
--       by page has the rest of such rows held until all of the pass is known; all of it where nothing is kept.
-- Race: one after the other, so that two runs make nothing twice. What the log lacks is looked up again once that is
--       so. The events take their own locks, and never wait long for them.
create function crm.reconcile_rows(
  p_rows jsonb, p_is_backfill boolean, p_host_ids text[], p_holds_ends boolean, p_is_dry_run boolean
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_read record := crm.read_api_bookings(p_rows, p_host_ids);
  v_skipped jsonb := v_read.skipped;
  v_booking crm.api_booking;
  v_log crm.log_facts;
  v_missing record;
  v_pending_uids text[] := crm.list_pending_uids();
  v_lacking crm.api_booking[] := array[]::crm.api_booking[];
  v_complete crm.api_booking[] := array[]::crm.api_booking[];
  v_known integer := 0;
  v_waiting integer := 0;
  v_oldest_waiting timestamptz;
  v_newest_update timestamptz;
  v_held crm.api_booking[] := array[]::crm.api_booking[];
  v_done crm.reconciled := row('{}', '{}')::crm.reconciled;
begin
  foreach v_booking in array v_read.bookings loop
    v_newest_update := greatest(v_newest_update, v_booking.updated_at);
    v_log := crm.load_log_facts(v_booking, v_pending_uids);
    v_missing := crm.next_missing_event(v_booking, v_log, false);
    if v_missing.problem is not null then
      v_skipped := v_skipped || jsonb_build_object('uid', v_booking.uid, 'reason', v_missing.problem);
    elsif v_missing.event is null then
      v_known := v_known + 1;
      if not v_log.is_touched and not crm.is_young(v_booking) then
        v_complete := array_append(v_complete, v_booking);
      end if;
    elsif v_log.is_touched or crm.is_young(v_booking) then
      v_waiting := v_waiting + 1;
      v_oldest_waiting := least(v_oldest_waiting, v_booking.updated_at);
    elsif p_holds_ends and p_is_dry_run and crm.may_go_on_elsewhere(v_booking) then
      v_held := array_append(v_held, v_booking);
    else
      v_lacking := array_append(v_lacking, v_booking);
    end if;
  end loop;

  if cardinality(v_lacking) > 0 then
    perform pg_advisory_xact_lock(hashtextextended('calcom-deals reconciliation', 0));
    foreach v_booking in array v_lacking loop
      v_done := crm.reconcile_booking(v_booking, p_is_backfill, true, v_done);
    end loop;
    foreach v_booking in array v_lacking || v_complete loop
      if not p_holds_ends or not crm.may_go_on_elsewhere(v_booking) then
        v_done := crm.reconcile_booking(v_booking, p_is_backfill, false, v_done);
      elsif (crm.next_missing_event(v_booking, crm.load_log_facts(v_booking, '{}'), false)).event is not null then
        v_held := array_append(v_held, v_booking);
      end if;
    end loop;
  end if;
  return jsonb_build_object(
    'bookings', jsonb_array_length(crm.jsonb_list(p_rows)), 'created', v_done.created, 'known', v_known,
    'waiting', v_waiting, 'skipped', v_skipped, 'outcomes', v_done.outcomes, 'newest_update', v_newest_update,
    'oldest_waiting', v_oldest_waiting, 'held', (
      select coalesce(
        jsonb_agg(jsonb_build_object('uid', h.uid, 'row', h.api_row, 'host_ids', to_jsonb(p_host_ids))), '[]'
      )
      from unnest(v_held) as h
    )
  );
end;
$$;
comment on function crm.reconcile_rows(jsonb, boolean, text[], boolean, boolean) is
  'Compares rows of the bookings API with the log, makes up what that lacks, and says how many of each.';

-- Rule: whatever it is given, it raises nothing; what it cannot read, it says.
-- Rule: a dry run does all of it and takes it back.
create function public.reconcile_calcom_bookings(
  bookings jsonb, is_backfill boolean default false, host_ids text[] default null, is_dry_run boolean default false,
  holds_ends boolean default false
)
returns jsonb
language plpgsql
security definer -- as handle_calcom_event
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_answer jsonb;
begin
  perform pg_advisory_xact_lock_shared(crm.maintenance_lock_key());
  if not is_dry_run then
    return crm.reconcile_rows(bookings, is_backfill, host_ids, holds_ends, is_dry_run);
  end if;
  begin
    v_answer := crm.reconcile_rows(bookings, is_backfill, host_ids, holds_ends, is_dry_run);
    raise exception using errcode = 'KC004', message = 'A dry run is taken back';
  exception
    when sqlstate 'KC004' then null;
  end;
  return v_answer;
end;
$$;
comment on function public.reconcile_calcom_bookings(jsonb, boolean, text[], boolean, boolean) is
  'Takes rows of Cal.com''s bookings API, makes up and decides the events that the log lacks, and says how many of '
  'each trigger ("created") came to what ("outcomes"), how many bookings were known or have to wait, and which rows '
  'were skipped and why. is_backfill: no mail is owed. host_ids: only meetings of these hosts count. holds_ends: of '
  'cancelled and of seated rows only the beginning is made up; those of which the log lacks more are given back '
  '("held"), because another page may show that they were moved.';

------------------------------------------------------------------------------------------------------ runs and places

alter table public.settings add constraint "value must be a whole number of days from 1 to 3599 for reconciliation"
  check (
    name not in ('reconcile_days_back', 'reconcile_days_ahead')
    or value ~ '^[1-9]\d{0,2}$|^[12]\d{3}$|^3[0-5]\d\d$'
  );
insert into public.settings (name, value, description)
values
  (
    'reconcile_days_back', '14',
    'How many days back, by the start of a meeting, each reconciliation looks for what the log lacks.'
  ),
  (
    'reconcile_days_ahead', '60',
    'How many days ahead, by the start of a meeting, each reconciliation looks for what the log lacks.'
  );

create table public.reconciliations (
  id uuid not null default gen_random_uuid(),
  number bigint not null generated always as identity,
  kind text not null,
  since timestamptz,
  until timestamptz,
  is_dry_run boolean not null default false,
  place jsonb,
  lease uuid,
  leased_until timestamptz,
  started_at timestamptz not null default now(),
  last_page_at timestamptz,
  finished_at timestamptz,
  pages integer not null default 0,
  bookings integer not null default 0,
  known integer not null default 0,
  waiting integer not null default 0,
  skipped integer not null default 0,
  events_made integer not null default 0,
  created jsonb not null default '{}',
  outcomes jsonb not null default '{}',
  skipped_reasons jsonb not null default '{}',
  api_newest_update timestamptz,
  oldest_waiting timestamptz,
  error text,
  constraint reconciliations_pkey primary key (id),
  constraint reconciliations_number_key unique (number),
  constraint reconciliations_kind_is_known check (kind in ('updates', 'window', 'backfill'))
);
comment on table public.reconciliations is
  'One row per pass through Cal.com''s bookings API: what it looked at, what it found missing, and where it is.';
comment on column public.reconciliations.kind is
  'updates: what was changed since the last time. window: the meetings around today, for what no update shows. '
  'backfill: history that somebody asked for.';
comment on column public.reconciliations.since is
  'By the last update, or (window, backfill) by the start of a meeting.';
comment on column public.reconciliations.is_dry_run is 'It only says what it would do.';
comment on column public.reconciliations.place is 'Where it goes on; null at the beginning and at the end.';
comment on column public.reconciliations.lease is 'Who is at it; whoever shows another one is too late.';
comment on column public.reconciliations.leased_until is 'Until when nobody else may go on with it.';
comment on column public.reconciliations.known is 'Bookings of which the log lacked nothing.';
comment on column public.reconciliations.waiting is
  'Bookings that were touched so lately that they wait for the next time.';
comment on column public.reconciliations.events_made is 'Events that it made up; created has them by trigger.';
comment on column public.reconciliations.skipped_reasons is 'Why rows were skipped, and how many for each reason.';
comment on column public.reconciliations.api_newest_update is
  'The newest update that the API showed: the next pass through the updates begins there.';
comment on column public.reconciliations.oldest_waiting is 'The oldest update of a booking that has to wait.';
comment on column public.reconciliations.error is
  'What kept it from going on, in plain words; null when all went well.';
create index reconciliations_unfinished_idx on public.reconciliations (number) where finished_at is null;
alter table public.reconciliations enable row level security;

create table crm.held_bookings (
  reconciliation_id uuid not null,
  uid text not null,
  host_ids text[],
  api_row jsonb not null,
  read_at timestamptz not null default now(),
  constraint held_bookings_pkey primary key (reconciliation_id, uid),
  constraint held_bookings_reconciliation_id_fkey foreign key (reconciliation_id) references public.reconciliations (id)
    on delete cascade
);
comment on table crm.held_bookings is
  'One row per booking that a pass compares when it has read everything: what seems to have ended may have been moved.';
alter table crm.held_bookings enable row level security;

-- Rule: the next pass begins where the last one ended, and a little before that. What had to wait is looked at again. A
--       clock that is ahead counts for no more than ours.
create function crm.updates_since()
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce(
    (
      select least(r.api_newest_update, r.started_at, r.oldest_waiting) - interval '10 minutes'
      from public.reconciliations as r
      where r.kind = 'updates' and r.finished_at is not null and not r.is_dry_run and r.api_newest_update is not null
      order by r.number desc
      limit 1
    ),
    now() - crm.setting('reconcile_days_back')::integer * interval '1 day'
  );
end;
$$;
comment on function crm.updates_since() is 'From which update on the next pass through the updates looks.';

-- Rule: what was begun goes on first. Then, once in a tick, the updates and the window, and after them a history that
--       somebody has begun to bring in; or the history that is asked for now, and nothing else.
create function crm.find_or_begin_reconciliation(p_tick timestamptz, p_since timestamptz, p_is_dry_run boolean)
returns public.reconciliations
language plpgsql
set search_path = ''
as $$
declare
  v_run public.reconciliations;
  v_kind text;
begin
  select r.* into v_run
  from public.reconciliations as r
  where r.finished_at is null and r.is_dry_run = p_is_dry_run
    and case when p_since is null then r.kind <> 'backfill' else r.kind = 'backfill' and r.since = p_since end
  order by r.number
  limit 1;
  if found then
    return v_run;
  end if;

  select k.kind into v_kind
  from unnest(case when p_since is null then array['updates', 'window'] else array['backfill'] end)
    with ordinality as k (kind, place)
  where not exists (
    select from public.reconciliations as r
    where r.kind = k.kind and r.started_at >= p_tick and r.is_dry_run = p_is_dry_run
      and (p_since is null or r.since = p_since)
  )
  order by k.place
  limit 1;
  if v_kind is null then
    select r.* into v_run
    from public.reconciliations as r
    where r.finished_at is null and r.is_dry_run = p_is_dry_run and p_since is null
    order by r.number
    limit 1;
    return v_run;
  end if;
  delete from public.reconciliations as r where r.started_at < now() - interval '90 days' and r.finished_at is not null;
  insert into public.reconciliations as r (kind, since, until, is_dry_run, started_at)
  values (
    v_kind,
    case v_kind
      when 'updates' then crm.updates_since()
      when 'window' then now() - crm.setting('reconcile_days_back')::integer * interval '1 day'
      else p_since
    end,
    case v_kind when 'window' then now() + crm.setting('reconcile_days_ahead')::integer * interval '1 day' end,
    p_is_dry_run, clock_timestamp()
  )
  returning r.* into v_run;
  return v_run;
end;
$$;
comment on function crm.find_or_begin_reconciliation(timestamptz, timestamptz, boolean) is
  'The pass that is to go on now, begun if need be; null when there is none in this tick.';

-- Rule: one at a time. Whoever is at it has a lease of three minutes, and each page renews it: when they die, the next
--       tick goes on from the last page that was done.
create function public.next_reconciliation_page(
  tick timestamptz default null, lease uuid default null, since timestamptz default null,
  is_dry_run boolean default false
)
returns jsonb
language plpgsql
security definer -- the table is the engine's
set search_path = ''
as $$
declare
  v_tick constant timestamptz := coalesce(tick, clock_timestamp());
  v_lease constant uuid := coalesce(next_reconciliation_page.lease, gen_random_uuid());
  v_run public.reconciliations;
  v_busy_until timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('calcom-deals reconciliation place', 0));
  select max(r.leased_until) into v_busy_until
  from public.reconciliations as r
  where r.finished_at is null and r.leased_until > clock_timestamp() and r.lease <> v_lease;
  if v_busy_until is not null then
    return jsonb_build_object('is_busy', true, 'tick', v_tick, 'busy_until', v_busy_until);
  end if;

  v_run := crm.find_or_begin_reconciliation(
    v_tick, next_reconciliation_page.since, next_reconciliation_page.is_dry_run
  );
  if v_run.id is null then
    return jsonb_build_object('is_busy', false, 'tick', v_tick);
  end if;
  update public.reconciliations as r
  set lease = v_lease, leased_until = clock_timestamp() + interval '3 minutes'
  where r.id = v_run.id;
  return jsonb_build_object(
    'is_busy', false, 'tick', v_tick, 'lease', v_lease, 'id', v_run.id, 'kind', v_run.kind, 'since', v_run.since,
    'until', v_run.until, 'place', v_run.place
  );
end;
$$;
comment on function public.next_reconciliation_page(timestamptz, uuid, timestamptz, boolean) is
  'What the Edge Function reconcile reads next: a pass ("id"), with what it looks at and the place where it goes on. '
  'No "id": nothing is left in this tick. is_busy: another call is at it. lease is that of the first answer.';

create function crm.add_counts(p_one jsonb, p_other jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_object_agg(s.key, s.sum), '{}')
    from (
      select c.key, sum(c.value::integer) as sum
      from (
        select * from jsonb_each_text(coalesce(p_one, '{}')) union all
        select * from jsonb_each_text(coalesce(p_other, '{}'))
      ) as c
      group by c.key
    ) as s
  );
end;
$$;
comment on function crm.add_counts(jsonb, jsonb) is 'The sums of two lists of counts, by name.';

-- Race: who was too slow has lost the lease, and with it the right to say where the pass is.
create function public.save_reconciliation_page(
  id uuid, lease uuid, place jsonb, answers jsonb default '[]', is_last boolean default false,
  is_released boolean default false, error text default null
)
returns boolean
language plpgsql
security definer -- the table is the engine's
set search_path = ''
as $$
declare
  v_answer jsonb;
  v_run public.reconciliations;
  v_reasons jsonb;
begin
  select r.* into v_run
  from public.reconciliations as r
  where r.id = save_reconciliation_page.id and r.lease = save_reconciliation_page.lease and r.finished_at is null
  for update;
  if not found then
    return false;
  end if;
  insert into crm.held_bookings as b (reconciliation_id, uid, host_ids, api_row)
  select distinct on (h.held ->> 'uid')
    v_run.id, h.held ->> 'uid',
    case
      when jsonb_typeof(h.held -> 'host_ids') = 'array'
        then array(select jsonb_array_elements_text(h.held -> 'host_ids'))
    end,
    h.held -> 'row'
  from jsonb_array_elements(answers) with ordinality as a (answer, place)
  cross join lateral jsonb_array_elements(crm.jsonb_list(a.answer -> 'held')) as h (held)
  order by h.held ->> 'uid', a.place desc
  on conflict on constraint held_bookings_pkey do update
    set host_ids = excluded.host_ids, api_row = excluded.api_row, read_at = excluded.read_at;
  for v_answer in select a.answer from jsonb_array_elements(answers) as a (answer) loop
    select coalesce(jsonb_object_agg(s.reason, s.count), '{}') into v_reasons
    from (
      select coalesce(k.row ->> 'reason', '') as reason, count(*) as count
      from jsonb_array_elements(crm.jsonb_list(v_answer -> 'skipped')) as k (row)
      group by 1
    ) as s;
    v_run.bookings := v_run.bookings + coalesce((v_answer -> 'bookings')::integer, 0);
    v_run.known := v_run.known + coalesce((v_answer -> 'known')::integer, 0);
    v_run.waiting := v_run.waiting + coalesce((v_answer -> 'waiting')::integer, 0);
    v_run.skipped := v_run.skipped + jsonb_array_length(crm.jsonb_list(v_answer -> 'skipped'));
    v_run.events_made := v_run.events_made + (
      select coalesce(sum(c.value::integer), 0) from jsonb_each_text(coalesce(v_answer -> 'created', '{}')) as c
    );
    v_run.created := crm.add_counts(v_run.created, v_answer -> 'created');
    v_run.outcomes := crm.add_counts(v_run.outcomes, v_answer -> 'outcomes');
    v_run.skipped_reasons := crm.add_counts(v_run.skipped_reasons, v_reasons);
    v_run.api_newest_update := greatest(v_run.api_newest_update, (v_answer ->> 'newest_update')::timestamptz);
    v_run.oldest_waiting := least(v_run.oldest_waiting, (v_answer ->> 'oldest_waiting')::timestamptz);
  end loop;
  update public.reconciliations as r
  set (
      bookings, known, waiting, skipped, events_made, created, outcomes, skipped_reasons, api_newest_update,
      oldest_waiting
    ) = (
      v_run.bookings, v_run.known, v_run.waiting, v_run.skipped, v_run.events_made, v_run.created, v_run.outcomes,
      v_run.skipped_reasons, v_run.api_newest_update, v_run.oldest_waiting
    ),
    pages = r.pages + case when jsonb_path_exists(answers, '$[*] ? (@.bookings > 0)') then 1 else 0 end,
    place = case when not is_last then save_reconciliation_page.place end,
    last_page_at = case when jsonb_array_length(answers) > 0 then clock_timestamp() else r.last_page_at end,
    finished_at = case when is_last then clock_timestamp() end,
    leased_until = case when not is_last and not is_released then clock_timestamp() + interval '3 minutes' end,
    error = save_reconciliation_page.error
  where r.id = v_run.id;
  return true;
end;
$$;
comment on function public.save_reconciliation_page(uuid, uuid, jsonb, jsonb, boolean, boolean, text) is
  'Keeps what a page of the bookings API came to ("answers" of reconcile_calcom_bookings), where the pass goes on, or '
  'what keeps it from going on. False: another call has taken the pass over.';

create function crm.is_heard_of_since(p_uid text, p_since timestamptz)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select from public.calcom_events as e
    where e.uid = p_uid and e.source = 'webhook' and e.received_at > p_since
  ) or exists (
    select from public.calcom_events as e
    where e.new_uid = p_uid and e.source = 'webhook' and e.received_at > p_since
  );
end;
$$;
comment on function crm.is_heard_of_since(text, timestamptz) is
  'Whether Cal.com has sent anything about a booking since a moment.';

-- Rule: a pass may go on an hour later. What came of a booking since it was read is not in its row, so it waits for the
--       next pass, as what was touched lately does.
create function public.reconcile_held_bookings(id uuid, at_most integer)
returns jsonb
language plpgsql
security definer -- as handle_calcom_event
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_run public.reconciliations;
  v_host_ids text[];
  v_taken record;
  v_answer jsonb;
begin
  select r.* into v_run from public.reconciliations as r where r.id = reconcile_held_bookings.id;
  select h.host_ids into v_host_ids
  from crm.held_bookings as h where h.reconciliation_id = v_run.id order by h.uid limit 1;
  with taken as (
    delete from crm.held_bookings as h
    where h.reconciliation_id = v_run.id and h.uid in (
      select o.uid
      from crm.held_bookings as o
      where o.reconciliation_id = v_run.id and o.host_ids is not distinct from v_host_ids
      order by o.uid
      limit at_most
    )
    returning h.api_row, crm.is_heard_of_since(h.uid, h.read_at) as is_old
  )
  select
    count(*) as count,
    coalesce(jsonb_agg(t.api_row) filter (where not t.is_old), '[]') as api_rows,
    count(*) filter (where t.is_old) as waiting,
    min(crm.jsonb_timestamp(t.api_row -> 'updatedAt')) filter (where t.is_old) as oldest_waiting
  into v_taken
  from taken as t;
  if v_taken.count = 0 then
    return null;
  end if;
  v_answer := public.reconcile_calcom_bookings(
    v_taken.api_rows, v_run.kind = 'backfill', v_host_ids, v_run.is_dry_run
  );
  return v_answer || jsonb_build_object(
    'bookings', 0, -- they were counted when they were read
    'waiting', (v_answer -> 'waiting')::integer + v_taken.waiting,
    'oldest_waiting', least((v_answer ->> 'oldest_waiting')::timestamptz, v_taken.oldest_waiting)
  );
end;
$$;
comment on function public.reconcile_held_bookings(uuid, integer) is
  'Compares some of the bookings that a pass has held, when it has read everything. Returns what '
  'reconcile_calcom_bookings does; null when none is left.';

-- Rule: noted once, not each hour.
create function public.skip_reconciliation(reason text)
returns void
language plpgsql
security definer -- the table is the engine's
set search_path = ''
as $$
declare
  v_number bigint;
begin
  select r.number into v_number
  from public.reconciliations as r
  where r.number = (select max(o.number) from public.reconciliations as o) and r.error = reason and r.pages = 0;
  if found then
    update public.reconciliations as r set started_at = clock_timestamp(), finished_at = clock_timestamp()
    where r.number = v_number;
  else
    insert into public.reconciliations (kind, finished_at, error) values ('updates', clock_timestamp(), reason);
  end if;
end;
$$;
comment on function public.skip_reconciliation(text) is 'Notes why nothing is reconciled.';

-------------------------------------------------------------------------------------------------------------- schedule

create function crm.invoke_reconcile()
returns text
language plpgsql
set search_path = ''
as $$
begin
  return crm.call_function('reconcile', 'reconcile_secret', 'x-reconcile-secret');
end;
$$;
comment on function crm.invoke_reconcile() is
  'Has the Edge Function reconcile look for what the log lacks; says why when it does not.';

-- Each hour, at a minute when little else begins.
do $$
begin
  perform cron.schedule('reconcile-calcom-bookings', '23 * * * *', 'select crm.invoke_reconcile()');
exception
  when others then
    raise notice 'No pg_cron here (%): call the Edge Function reconcile by other means', sqlerrm;
end;
$$;
