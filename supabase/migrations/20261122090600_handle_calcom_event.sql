-- handle_calcom_event: one webhook body in, one decision out.
--
-- Read, validate, lock, apply or replay, finish: from its body to its outcome an event takes one way, whether it comes
-- from the Edge Function, from SQL, from the pick-up or from a retry.

---------------------------------------------------------------------------------------------- outcome, reason and mail

create function crm.record_outcome(p_event crm.event, p_outcome text, p_reason text, p_details jsonb default '{}')
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  perform crm.save_event(p_event, p_outcome, p_reason);
  return jsonb_build_object(
    'event_id', p_event.id, 'trigger', p_event.trigger, 'outcome', p_outcome, 'reason', p_reason
  ) || p_details;
end;
$$;
comment on function crm.record_outcome(crm.event, text, text, jsonb) is
  'Writes into the log what became of an event, and returns it as the answer.';

-- Rule: one event may do several things (a seated booking). It counts as applied when any of them is; else the most
--       telling of the rest is its outcome. Nothing at all: its booking is not known yet.
create function crm.finish_event(p_event crm.event, p_effects crm.effect[], p_owes_email boolean)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_ranking constant text[] := array['ignored', 'duplicate', 'failed', 'applied'];
  v_effect crm.effect;
  v_finished record;
  v_details jsonb[] := array[]::jsonb[];
  v_reasons text[] := array[]::text[];
  v_outcome text;
begin
  if cardinality(p_effects) = 1 then
    v_finished := crm.finish_effect(p_event, p_effects[1], p_owes_email);
    return crm.record_outcome(p_event, (p_effects[1]).outcome, v_finished.reason, v_finished.details);
  elsif cardinality(p_effects) = 0 and p_event.trigger = 'BOOKING_REJECTED' then
    return crm.record_outcome(
      p_event, 'ignored', 'A request that was never booked was rejected: there is nothing to end.'
    );
  elsif cardinality(p_effects) = 0 then
    return crm.record_outcome(p_event, 'waiting', 'Its booking is not known yet: it counts as soon as the booking is.');
  end if;

  foreach v_effect in array p_effects loop
    v_finished := crm.finish_effect(p_event, v_effect, p_owes_email);
    v_details := v_details || v_finished.details;
    v_finished.reason := concat_ws(': ', v_finished.person_name, v_finished.reason);
    if v_finished.reason <> all (v_reasons) then
      v_reasons := v_reasons || v_finished.reason;
    end if;
    if v_outcome is null or array_position(v_ranking, v_effect.outcome) > array_position(v_ranking, v_outcome) then
      v_outcome := v_effect.outcome;
    end if;
  end loop;
  return crm.record_outcome(
    p_event, v_outcome, array_to_string(v_reasons, ' '), v_details[1] || jsonb_build_object('effects', v_details)
  );
end;
$$;
comment on function crm.finish_event(crm.event, crm.effect[], boolean) is
  'Turns what an event did into its outcome, its reason and the mails it owes.';

-- Rule: a mail is owed when an event is applied for the first time, never by a repeat or a rebuild.
create function crm.finish_effect(
  p_event crm.event, p_effect crm.effect, p_owes_email boolean,
  out person_name text, out reason text, out details jsonb
)
language plpgsql
set search_path = ''
as $$
declare
  v_person public.people;
  v_queued record;
  v_email_id uuid;
begin
  select p.* into v_person from public.people as p where p.id = p_effect.person_id;
  person_name := v_person.name;
  reason := p_effect.reason;
  if p_owes_email and p_effect.is_new and p_effect.email_kind is not null then
    v_queued := crm.queue_email(p_event, p_effect, v_person);
    v_email_id := v_queued.email_id;
    reason := concat_ws(' ', reason, v_queued.reason);
  end if;
  details := jsonb_build_object(
    'company_id', v_person.company_id,
    'person_id', p_effect.person_id,
    'booking_id', p_effect.booking_id,
    'deal_id', p_effect.deal_id,
    'deal', coalesce(p_effect.deal_change, 'unchanged'),
    'email_id', v_email_id,
    'email', case when v_email_id is null then 'none' else p_effect.email_kind end
  );
end;
$$;
comment on function crm.finish_effect(crm.event, crm.effect, boolean) is
  'Queues the mail that one effect owes, and says what the effect was.';

-- Rule: a late event or a rebuild can change what became of others: one that waited is applied now, one that came too
--       early never was, one that opened a deal found it open.
create function crm.finish_other_events(p_effects crm.effect[], p_event_id uuid, p_owes_email boolean)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_row public.calcom_events;
  v_event crm.event;
begin
  for v_row in
    select e.*
    from public.calcom_events as e
    where e.id in (select f.event_id from unnest(p_effects) as f)
      and e.id is distinct from p_event_id
      and (
        e.outcome in ('pending', 'waiting')
        or (e.outcome = 'applied') <> (
          exists (select from unnest(p_effects) as f where f.event_id = e.id and f.outcome = 'applied')
          or exists (select from public.event_effects as x where x.event_id = e.id)
        )
        or exists (
          select from public.event_effects as x where x.event_id = e.id and strpos(e.reason, x.reason) = 0
        )
        or p_owes_email and exists (
          select
          from unnest(p_effects) as f
          join public.bookings as b on b.id = f.booking_id and b.last_event_id = f.event_id
          where f.event_id = e.id and f.is_new and f.email_kind is not null and f.outcome = 'applied'
        )
      )
    order by e.position
  loop
    v_event := crm.parse_event(v_row);
    begin
      perform crm.finish_event(
        v_event,
        array(select f from unnest(p_effects) as f where f.event_id = v_row.id),
        p_owes_email
      );
    exception
      when others then -- its mail, or its reason; that must not hold up the event at hand
        if crm.is_transient(sqlstate) then
          raise;
        end if;
        perform crm.record_outcome(
          v_event, 'failed', format('It could not be finished: %s (%s).', sqlerrm, sqlstate)
        );
    end;
  end loop;
end;
$$;
comment on function crm.finish_other_events(crm.effect[], uuid, boolean) is
  'Finishes the events, other than the one at hand, that a replay has let in or overtaken.';

------------------------------------------------------------------------------------------------------------- decision

-- Rule: a body that was delivered before and counted changes nothing. One that failed gets another chance, unless it is
--       no event, whatever the tables hold. A body of which only the bytes could be kept repeats the same bytes only.
create function crm.find_repeated_event(p_event crm.event, p_row public.calcom_events, p_is_no_event boolean)
returns public.calcom_events
language plpgsql
stable
set search_path = ''
as $$
declare
  v_row public.calcom_events;
begin
  select e.* into v_row
  from public.calcom_events as e
  where e.payload_hash = (p_event.position).payload_hash and e.id <> p_event.id
    and (e.payload = p_row.payload or e.received_hash is not null) and e.uid is not distinct from p_event.uid
    and e.outcome in ('applied', 'duplicate', 'ignored', 'waiting', case when p_is_no_event then 'failed' end)
    and (e.raw_body is not distinct from p_row.raw_body or e.payload <> '""')
  order by e.received_at
  limit 1;
  return v_row;
end;
$$;
comment on function crm.find_repeated_event(crm.event, public.calcom_events, boolean) is
  'The event with the very same body that was decided before; null when there is none.';

-- Rule: the first repeat keeps its row, which refers to the event that it repeats and holds no body; each further one
--       is counted there and leaves no row. So whoever replays a body fills nothing. The same JSON in other bytes is
--       kept once more, and a repeat of that refers to it. What is older (a retry) is kept as it is.
-- Race: repeats of one event are recorded one after the other.
create function crm.record_repeat(p_event crm.event, p_row public.calcom_events, p_repeated public.calcom_events)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_is_same boolean;
  v_counting_id uuid;
  v_answer jsonb;
begin
  perform pg_advisory_xact_lock(hashtextextended('repeat:' || p_repeated.id, 0));
  if p_row.raw_body is distinct from p_repeated.raw_body then
    select e.* into p_repeated
    from public.calcom_events as e
    where e.payload_hash = p_row.payload_hash and e.payload = p_row.payload
      and e.raw_body is not distinct from p_row.raw_body
      and e.outcome = 'duplicate' and e.id <> p_row.id
    order by e.received_at
    limit 1;
  end if;
  v_is_same := p_row.received_at >= p_repeated.received_at is true;
  if v_is_same then
    update public.calcom_events as e
    set repeat_count = e.repeat_count + 1, last_repeated_at = p_row.received_at
    where e.repeats_event_id = p_repeated.id
    returning e.id into v_counting_id;
  end if;
  if v_counting_id is not null then
    delete from public.calcom_events as e where e.id = p_event.id;
    p_event.id := v_counting_id;
    p_event.unsaved_payload := null;
  end if;

  v_answer := crm.record_outcome(crm.detach_event(p_event), 'duplicate', 'The very same body was delivered before.');
  if v_is_same and v_counting_id is null then
    update public.calcom_events as e
    set payload = jsonb_build_object('repeats', p_repeated.id), raw_body = null, repeats_event_id = p_repeated.id,
      repeat_count = 1, last_repeated_at = p_row.received_at
    where e.id = p_event.id;
  end if;
  return v_answer;
end;
$$;
comment on function crm.record_repeat(crm.event, public.calcom_events, public.calcom_events) is
  'Counts a body that was delivered again, and returns the answer.';

-- Events that wait for their decision, and the uids that they name.
create type crm.batch as (
  event_ids uuid[],
  uids text[]
);

-- Rule: of what waits for its decision, events of one stream are decided together when they are late: one replay, not
--       one for each. Only those that concern this stream alone, and that nobody else is deciding.
create function crm.take_batch(p_event crm.event, p_batch crm.batch, p_stream_key text)
returns crm.event[]
language plpgsql
set search_path = ''
as $$
declare
  v_row public.calcom_events;
  v_event crm.event;
  v_scope crm.event_scope;
  v_batch crm.event[] := array[]::crm.event[];
  v_hashes bigint[] := array[(p_event.position).payload_hash];
begin
  for v_row in select e.* from public.calcom_events as e where e.id = any (p_batch.event_ids) loop
    v_row := crm.claim_event(v_row.id);
    continue when v_row.id is null;
    if exists (select from crm.erased_people) then
      v_row := crm.forget_erased(v_row);
    end if;
    v_event := crm.parse_event(v_row);
    v_event.stream_key := crm.stream_key(v_event.booker_email);
    continue when (v_event.position).payload_hash = any (v_hashes)
      or v_event.stream_key <> p_stream_key
      or (crm.validate_event(v_event)).outcome is not null
      or (crm.find_repeated_event(v_event, v_row, false)).id is not null;
    if v_event.is_seated then
      -- A seat is of its holder's stream, as long as nothing has moved the meeting.
      continue when not crm.is_booking(v_event);
      v_scope := crm.load_scope(v_event, array[v_event.uid]);
      continue when v_scope.uids <> array[v_event.uid] or v_scope.stream_keys <> array[p_stream_key];
      v_event.concerned_emails := v_scope.people;
    else
      continue when not crm.list_streams(array_remove(array[v_event.uid, v_event.new_uid], null), null)
        <@ array[p_stream_key];
    end if;
    v_hashes := v_hashes || (v_event.position).payload_hash;
    perform crm.save_event(v_event, 'pending', null);
    v_batch := array_append(v_batch, v_event);
  end loop;
  return v_batch;
end;
$$;
comment on function crm.take_batch(crm.event, crm.batch, text) is
  'Those of the events that wait for their decision that can be decided together with another one of their stream.';

-- Rule: a pending event belongs to no scope, so no replay touches it before it is decided.
create function crm.make_event_pending(p_event_id uuid, p_attempts integer, p_reason text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.calcom_events as e
  set outcome = 'pending', decided_at = null, attempts = p_attempts, reason = p_reason, uid = null, new_uid = null,
    booker_email = null, concerned_emails = null, stream_key = null
  where e.id = p_event_id;
end;
$$;
comment on function crm.make_event_pending(uuid, integer, text) is 'Has an event decided (again) by the pick-up.';

-- Rule: `failed`, because the answer is about this attempt.
create function crm.answer_pending(p_event_id uuid, p_trigger text, p_reason text)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'event_id', p_event_id, 'trigger', p_trigger, 'outcome', 'failed', 'is_pending', true,
    'reason', 'Kept; ' || p_reason
  );
end;
$$;
comment on function crm.answer_pending(uuid, text, text) is 'The answer about an event that is left to the pick-up.';

-- Rule: a replay that has paused is no failed attempt: the pick-up goes on with it.
create function crm.postpone_events(p_event crm.event, p_batch crm.event[])
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  perform crm.make_event_pending(
    e.id, e.attempts, 'Its company has so many later events that its decision takes more than one call.'
  )
  from public.calcom_events as e
  where e.id = p_event.id or e.id in (select b.id from unnest(p_batch) as b);
  return crm.answer_pending(
    p_event.id, p_event.trigger, 'its company has so many later events that its decision goes on within a minute.'
  );
end;
$$;
comment on function crm.postpone_events(crm.event, crm.event[]) is
  'Leaves events to the pick-up whose replay has paused, and returns the answer.';

create function crm.decide_event(p_row public.calcom_events, p_batch crm.batch)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_event crm.event := crm.parse_event(p_row);
  v_invalid record := crm.validate_event(v_event);
  v_repeated public.calcom_events;
  v_scope crm.event_scope;
  v_batch crm.event[] := array[]::crm.event[];
  v_effects crm.effect[];
begin
  if v_invalid.outcome is null then
    v_scope := crm.lock_scope(v_event, p_batch.uids);
    v_event.stream_key := v_scope.booker_stream_key;
    v_event.concerned_emails := v_scope.people;
  else
    v_event := crm.detach_event(v_event);
  end if;

  v_repeated := crm.find_repeated_event(v_event, p_row, v_invalid.outcome is not distinct from 'failed');
  if v_repeated.id is not null then
    return crm.record_repeat(v_event, p_row, v_repeated) || case
      when v_invalid.outcome = 'failed' then jsonb_build_object('outcome', 'failed', 'reason', v_invalid.reason)
      else '{}'
    end;
  elsif v_invalid.outcome is not null then
    return crm.record_outcome(v_event, v_invalid.outcome, v_invalid.reason);
  end if;

  if p_batch.event_ids <> '{}' and cardinality(v_scope.stream_keys) = 1 then
    v_batch := crm.take_batch(v_event, p_batch, v_scope.stream_keys[1]);
  end if;
  v_effects := crm.apply_or_replay(v_event, v_scope, v_batch);
  if v_effects is null then
    return crm.postpone_events(v_event, v_batch);
  end if;
  if cardinality(v_effects) > 1 or (v_effects[1]).event_id <> v_event.id then
    perform crm.finish_other_events(v_effects, v_event.id, true);
    perform crm.finish_event(b, array[]::crm.effect[], true)
    from unnest(v_batch) as b
    where b.id not in (select f.event_id from unnest(v_effects) as f);
    v_effects := array(select f from unnest(v_effects) as f where f.event_id = v_event.id);
  end if;
  return crm.finish_event(v_event, v_effects, true);
end;
$$;
comment on function crm.decide_event(public.calcom_events, crm.batch) is
  'Decides what an event means, and others of its stream with it, applies it, and returns the answer.';

create function crm.max_event_attempts() returns integer
language sql immutable set search_path = ''
return 5;
comment on function crm.max_event_attempts() is 'How often an event is tried that is interrupted each time.';

-- Rule: what may pass by itself (a deadlock, a timeout, a full disk) leaves the event pending: it is picked up again,
--       and failed when that does not help.
create function crm.record_error(p_row public.calcom_events, p_error text, p_sqlstate text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_error text := format('%s (%s)', p_error, p_sqlstate);
  v_event crm.event;
begin
  v_event.id := p_row.id;
  v_event.trigger := left(crm.jsonb_text(p_row.payload -> 'triggerEvent'), 100);
  if p_row.outcome is null then
    v_event.unsaved_payload := p_row.payload;
  end if;
  if not crm.is_transient(p_sqlstate) or p_row.attempts + 1 >= crm.max_event_attempts() then
    return crm.record_outcome(
      v_event, 'failed', format('It could not be applied: %s. It is kept; retry_event() tries it again.', v_error)
    );
  end if;
  if p_row.outcome is null then
    perform crm.save_event(v_event, 'pending', null);
  end if;
  perform crm.make_event_pending(p_row.id, p_row.attempts + 1, 'It could not be decided yet: ' || v_error);
  return crm.answer_pending(
    p_row.id, p_row.payload ->> 'triggerEvent', 'it is tried again within a minute: ' || v_error
  );
end;
$$;
comment on function crm.record_error(public.calcom_events, text, text) is
  'Writes into the log why an event could not be decided, and returns it as the answer.';

-- Rule: no event makes this raise. What goes wrong is undone, and recorded with the event.
-- Race: an event locks its stream before the rows, somebody who edits a row by hand locks it the other way round. So
--       the event gives way: when it has to wait for long, it gives everything back and begins again; the fifth time it
--       waits for as long as it may. Whoever holds locks of other events lets it be tried once: it is left pending.
create function crm.process_event(
  p_row public.calcom_events, p_batch crm.batch default null, p_max_attempts integer default 5
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_lock_timeout text := current_setting('lock_timeout');
  v_answer jsonb;
begin
  for v_attempt in 1..p_max_attempts loop
    begin
      perform
        crm.mark_engine(true),
        set_config('lock_timeout', case when v_attempt < 5 then '200ms' else v_lock_timeout end, true);
      if exists (select from crm.erased_people) then
        p_row := crm.forget_erased(p_row);
      end if;
      v_answer := crm.decide_event(p_row, p_batch);
      exit;
    exception
      when query_canceled or others then -- whatever a body holds, it is kept with its reason
        -- 55P03: lock not available. 40P01: deadlock detected.
        if v_attempt = p_max_attempts or sqlstate not in ('55P03', '40P01') then
          v_answer := crm.record_error(p_row, sqlerrm, sqlstate);
          exit;
        end if;
    end;
  end loop;
  perform crm.mark_engine(false), set_config('lock_timeout', v_lock_timeout, true);
  return v_answer;
end;
$$;
comment on function crm.process_event(public.calcom_events, crm.batch, integer) is
  'Decides an event, and others of its stream with it, or records why it could not be decided. Begins again when '
  'somebody who edits the same rows is in its way.';

-- Rule: the only way in.
-- Time: by index, always, and planned once: here and at every other door, for all that happens behind it. A table that
--       was never analysed, or was when it was small, looks small to the planner, which would read it whole; and a plan
--       for one uid is no better than the one for any.
-- Race: a rebuild of everything waits for events on their way, and they for it.
create function public.handle_calcom_event(event jsonb)
returns jsonb
language plpgsql
security definer -- service_role may call this; schema crm and the tables grant it no change
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
begin
  perform pg_advisory_xact_lock_shared(crm.maintenance_lock_key());
  return crm.process_event(crm.find_or_make_event(event));
end;
$$;
comment on function public.handle_calcom_event(jsonb) is
  'Takes the body of a Cal.com webhook, decides what it means for companies, people, bookings and deals, and says what '
  'it did and why. Never raises. Returns event_id, trigger (null: no Cal.com event), outcome, reason, the ids of what '
  'it is about, "deal" and "email"; "effects" lists several.';
