-- Migration: handle_calcom_event
-- Purpose:   the door: one webhook body in, one decision out
-- Needs:     everything before
-- Creates:   crm.record_outcome(), crm.settle(), crm.settle_others(), crm.unusable(), crm.is_repeat(), crm.without_booking(),
--            crm.decide(), crm.try_decide(), public.handle_calcom_event()
-- Tests:     supabase/tests/handle_calcom_event/

-- Rule: the answer is what the log keeps.
create function crm.record_outcome(
  p_event public.calcom_events, p_outcome text, p_reason text, p_touched jsonb default '[]'::jsonb
)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_event public.calcom_events := p_event;
begin
  v_event.outcome := p_outcome;
  v_event.reason := p_reason;
  v_event.touched := p_touched;
  v_event.handled_at := clock_timestamp();
  v_event.attempts := p_event.attempts + 1;
  perform crm.store_event(v_event);

  return jsonb_build_object('event_id', v_event.id, 'trigger', v_event.trigger, 'outcome', p_outcome, 'reason', p_reason)
    || coalesce(p_touched -> 0, '{}'::jsonb)
    || case when jsonb_array_length(p_touched) > 1 then jsonb_build_object('touched', p_touched) else '{}'::jsonb end;
end;
$$;
comment on function crm.record_outcome(public.calcom_events, text, text, jsonb) is
  'Writes into the log what became of an event, and returns it as the answer.';

-- Rule: one event may do several things (a seated booking). It counts as applied when any of them is; else the most
--       telling of the rest is its outcome. Nothing at all: its booking is not known yet.
--       A mail is owed when an event is applied for the first time, never by a repeat or a rebuild.
create function crm.settle(p_event public.calcom_events, p_effects crm.effect[])
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ranking constant text[] := array['ignored', 'duplicate', 'failed', 'applied'];
  v_effect crm.effect;
  v_outcome text;
  v_reason text;
  v_reasons text[] := array[]::text[];
  v_touched jsonb := jsonb_build_array();
  v_email_id uuid;
  v_no_mail text;
  v_person public.people;
begin
  if cardinality(p_effects) = 0 and p_event.trigger = 'BOOKING_REJECTED' then
    return crm.record_outcome(p_event, 'ignored', 'A request that was never booked was rejected: there is nothing to end.');
  elsif cardinality(p_effects) = 0 then
    return crm.record_outcome(p_event, 'waiting', 'Its booking is not known yet: it counts as soon as the booking is.');
  end if;

  foreach v_effect in array p_effects loop
    v_email_id := null;
    v_no_mail := null;
    select p.* into v_person from public.people as p where p.id = v_effect.person_id;
    if v_effect.mail is not null and p_event.outcome is distinct from 'applied' then
      select q.email_id, q.reason into v_email_id, v_no_mail from crm.queue_email(p_event, v_effect, v_person) as q;
    end if;
    v_reason := concat_ws(' ', case when cardinality(p_effects) > 1 then v_person.name || ':' end, v_effect.reason, v_no_mail);
    if v_reason <> all (v_reasons) then
      v_reasons := v_reasons || v_reason;
    end if;
    v_touched := v_touched || jsonb_build_object(
      'company_id', v_person.company_id, 'person_id', v_effect.person_id, 'booking_id', v_effect.booking_id,
      'deal_id', v_effect.deal_id, 'deal', coalesce(v_effect.deal, 'unchanged'),
      'email_id', v_email_id, 'email', case when v_email_id is null then 'none' else v_effect.mail end
    );
    if v_outcome is null or array_position(v_ranking, v_effect.outcome) > array_position(v_ranking, v_outcome) then
      v_outcome := v_effect.outcome;
    end if;
  end loop;
  return crm.record_outcome(p_event, v_outcome, array_to_string(v_reasons, ' '), v_touched);
end;
$$;
comment on function crm.settle(public.calcom_events, crm.effect[]) is
  'Turns what an event did into its outcome, its reason and the mails it owes.';

-- Rule: a late event can change what became of others: one that waited is applied now, one that came too early never was.
create function crm.settle_others(p_event public.calcom_events, p_effects crm.effect[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_other record;
begin
  for v_other in
    select e as event, array_agg(f) as effects
    from public.calcom_events as e
    join unnest(p_effects) as f on f.event_id = e.id
    where e.id = any (array(select o.event_id from unnest(p_effects) as o where o.event_id <> p_event.id))
    group by e.id
    having e.outcome = 'waiting'
      or (e.outcome = 'applied') <> exists (select from public.event_effects as x where x.event_id = e.id)
    order by e.happened_at, e.rank, e.digest
  loop
    begin
      perform crm.settle(v_other.event, v_other.effects);
    exception
      when others then -- its mail, or its reason; that is no reason to hold up the event at hand
        perform crm.record_outcome(v_other.event, 'failed', format('It could not be settled: %s (%s).', sqlerrm, sqlstate));
    end;
  end loop;
end;
$$;
comment on function crm.settle_others(public.calcom_events, crm.effect[]) is
  'Settles the events that a late one has let in or overtaken.';

-- Rule: what a body must say before it can mean anything; the reason says what is missing and what to do.
create function crm.unusable(p_event public.calcom_events, out outcome text, out reason text)
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_body jsonb := crm.body_of(p_event.payload);
begin
  outcome := 'failed';
  if jsonb_typeof(p_event.payload) <> 'object' then
    reason := 'The body is not a JSON object. Send Cal.com''s default payload: remove the custom template from the webhook.';
  elsif p_event.trigger is null then
    reason := 'The body has no "triggerEvent". Send Cal.com''s default payload: remove the custom template from the webhook.';
  elsif p_event.rank is null then
    outcome := 'ignored';
    reason := case
      when p_event.trigger = 'PING' then 'The test from Cal.com arrived: the webhook works.'
      else format('%s changes nothing here; it is kept in the log.', p_event.trigger)
    end;
  elsif coalesce(p_event.new_uid, p_event.uid) is null then
    reason := format('%s names no booking: "uid" is missing, or longer than 200 characters.', p_event.trigger);
  elsif p_event.trigger = 'BOOKING_CREATED' and p_event.email is null then
    reason := 'BOOKING_CREATED names no mail address, neither in the answers nor among the attendees.';
  elsif p_event.trigger in ('BOOKING_CANCELLED', 'BOOKING_REJECTED') and crm.is_seated(v_body) and crm.named_addresses(v_body) = '{}' then
    outcome := 'ignored';
    reason := 'A seat was cancelled, but the event names nobody.';
  else
    outcome := null;
  end if;
end;
$$;
comment on function crm.unusable(public.calcom_events) is 'Why an event can change nothing, whatever the tables hold; nothing when it can.';

-- Rule: a body that was delivered before and counted changes nothing. One that failed gets another chance.
create function crm.is_repeat(p_event public.calcom_events)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return exists (
    select from public.calcom_events as e
    where e.digest = p_event.digest and e.payload = p_event.payload and e.id <> p_event.id
      and e.uid is not distinct from p_event.uid and e.outcome in ('applied', 'duplicate', 'ignored', 'waiting')
  );
end;
$$;
comment on function crm.is_repeat(public.calcom_events) is 'Whether the very same body counted before.';

-- Rule: an event that changes nothing belongs to no thread: no later event has to look at it.
create function crm.without_booking(p_event public.calcom_events)
returns public.calcom_events
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  p_event.uid := null;
  p_event.new_uid := null;
  p_event.email := null;
  p_event.account := null;
  return p_event;
end;
$$;
comment on function crm.without_booking(public.calcom_events) is 'The event without what ties it to a booking.';

-- From a body to a decision: read it, hold what it may change, fold it in, settle what that did.
create function crm.decide(p_event public.calcom_events)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_event public.calcom_events := crm.read_event(p_event);
  v_outcome text;
  v_reason text;
  v_thread crm.thread;
  v_effects crm.effect[];
begin
  select u.outcome, u.reason into v_outcome, v_reason from crm.unusable(v_event) as u;
  if v_outcome is not null then
    return crm.record_outcome(crm.without_booking(v_event), v_outcome, v_reason);
  end if;

  v_thread := crm.lock_thread(v_event);
  if crm.is_repeat(v_event) then
    return crm.record_outcome(crm.without_booking(v_event), 'duplicate', 'The very same body was delivered before.');
  end if;

  v_effects := crm.fold(v_event, v_thread);
  if cardinality(v_effects) > 1 then
    perform crm.settle_others(v_event, v_effects);
    v_effects := array(select f from unnest(v_effects) as f where f.event_id = v_event.id);
  end if;
  return crm.settle(v_event, v_effects);
end;
$$;
comment on function crm.decide(public.calcom_events) is 'Decides what an event means, does it, and returns the answer.';

-- Rule: no event makes this raise. What goes wrong is undone, and recorded with the event as failed. What may pass
--       by itself (a deadlock, a full disk, a shutdown) leaves the event undecided: it is picked up again.
create function crm.try_decide(p_event public.calcom_events)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_event public.calcom_events := p_event;
begin
  return crm.decide(p_event);
exception
  when others then -- the promise of the door: whatever a body holds, it is kept with its reason
    if left(sqlstate, 2) in ('40', '53', '55', '57', '58') then
      v_event.reason := format('It could not be decided yet: %s (%s)', sqlerrm, sqlstate);
      v_event.attempts := p_event.attempts + 1;
      perform crm.store_event(v_event);
      return jsonb_build_object(
        'event_id', p_event.id, 'outcome', 'failed', 'reason', format('Kept; it is tried again within a minute: %s', sqlerrm)
      );
    end if;
    v_event.trigger := left(crm.text_of(p_event.payload -> 'triggerEvent'), 100);
    return crm.record_outcome(
      v_event, 'failed', format('It could not be applied: %s (%s). It is kept; retry_event() tries it again.', sqlerrm, sqlstate)
    );
end;
$$;
comment on function crm.try_decide(public.calcom_events) is 'Decides an event, or records why it could not be decided.';

-- Rule: the only way in.
-- Race: what needs the whole house to itself (a rebuild, a retry) waits for events on their way, and they for it.
create function public.handle_calcom_event(event jsonb)
returns jsonb
language plpgsql
volatile
security definer -- service_role may knock here; schema crm and the tables grant it no change
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock_shared(crm.house_key());
  return crm.try_decide(crm.find_or_make_event(event));
end;
$$;
comment on function public.handle_calcom_event(jsonb) is
  'Takes the body of a Cal.com webhook, decides what it means for companies, people, bookings and deals, and says what it did and why.';
