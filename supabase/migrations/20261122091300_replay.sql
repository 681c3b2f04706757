-- Migration: replay
-- Purpose:   rebuild from the log, try again what failed, pick up what was left lying; no mail is written twice
-- Needs:     handle_calcom_event
-- Creates:   crm.rows_of(), crm.changes_between(), crm.rebuild(), public.rebuild_company(),
--            public.rebuild_person(), public.rebuild_everything(), public.retry_event(),
--            public.retry_failed_events(), public.handle_pending_events(), crm.count_outcomes()
-- Tests:     supabase/tests/replay/
--
-- Race: what is done here touches many events, in whatever order; taking their locks one by one could make two
--       transactions wait for each other. So each of these has the house to itself while it runs: events that arrive
--       meanwhile wait for it, and it for those on their way.

create function crm.rows_of(p_accounts text[])
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'companies', (
      select coalesce(jsonb_object_agg(c.id, to_jsonb(c)), '{}') from public.companies as c where c.domain = any (p_accounts)
    ),
    'people', (
      select coalesce(jsonb_object_agg(p.id, to_jsonb(p)), '{}')
      from public.people as p
      where p.email in (select e.email from public.calcom_events as e where e.account = any (p_accounts))
    ),
    'bookings', (
      select coalesce(jsonb_object_agg(b.id, to_jsonb(b)), '{}')
      from public.bookings as b
      join public.people as p on p.id = b.person_id
      where p.email in (select e.email from public.calcom_events as e where e.account = any (p_accounts))
    ),
    'deals', (
      select coalesce(jsonb_object_agg(d.id, to_jsonb(d)), '{}')
      from public.deals as d
      join public.companies as c on c.id = d.company_id
      where c.domain = any (p_accounts)
    )
  );
end;
$$;
comment on function crm.rows_of(text[]) is 'Everything that the tables say about some accounts, by table and id.';

create function crm.changes_between(p_before jsonb, p_after jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_object_agg(t.name, jsonb_build_object('created', c.created, 'changed', c.changed, 'removed', c.removed))
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
comment on function crm.changes_between(jsonb, jsonb) is 'How many rows of each table were created, changed and removed.';

-- Rule: the same rows from the same events. Outcomes follow: an event that had failed and works now counts from now
--       on. A seated event that concerns several accounts keeps its outcome while it counts in one of them.
create function crm.rebuild(p_accounts text[])
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_before jsonb := crm.rows_of(p_accounts);
  v_effects crm.effect[] := array[]::crm.effect[];
  v_account text;
begin
  -- All are cleared before the first is folded: an event may have moved from one account to another.
  foreach v_account in array p_accounts loop
    perform crm.clear_account(v_account);
  end loop;
  foreach v_account in array p_accounts loop
    v_effects := v_effects || crm.refold(v_account);
  end loop;

  update public.calcom_events as e
  set outcome = f.outcome, reason = f.reason, handled_at = clock_timestamp()
  from (
    select
      o.event_id,
      (array_agg(o.outcome order by array_position(array['applied', 'failed', 'duplicate', 'ignored'], o.outcome)))[1] as outcome,
      string_agg(distinct o.reason, ' ') as reason
    from unnest(v_effects) as o
    group by o.event_id
  ) as f
  where e.id = f.event_id
    and (
      e.outcome = 'waiting'
      or (e.outcome = 'applied') <> exists (select from public.event_effects as x where x.event_id = e.id)
    );
  return crm.changes_between(v_before, crm.rows_of(p_accounts));
end;
$$;
comment on function crm.rebuild(text[]) is 'Makes accounts anew from their events, without mails; returns what changed.';

create function public.rebuild_company(domain text)
returns jsonb
language plpgsql
volatile
security definer -- an operator may ask for a rebuild, not edit the tables it rebuilds
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(crm.house_key());
  return crm.rebuild(array[lower(domain)]);
end;
$$;
comment on function public.rebuild_company(text) is 'Makes a company, its people, bookings and deals anew from the log; returns what changed.';

create function public.rebuild_person(email text)
returns jsonb
language plpgsql
volatile
security definer -- see rebuild_company
set search_path = ''
as $$
begin
  return public.rebuild_company(crm.account_of(lower(email)));
end;
$$;
comment on function public.rebuild_person(text) is
  'Makes a person anew from the log, and with them the whole company they belong to; returns what changed.';

-- Rule: as if the personal domains had always been what they are now. A company that such a domain had made goes,
--       and so do its deals; its people and their bookings stay.
create function public.rebuild_everything()
returns jsonb
language plpgsql
volatile
security definer -- see rebuild_company
set search_path = ''
as $$
declare
  v_accounts text[];
  v_before jsonb;
begin
  perform pg_advisory_xact_lock(crm.house_key());
  v_accounts := array(
    select e.account from public.calcom_events as e where e.account is not null
    union select crm.account_of(e.email) from public.calcom_events as e where e.email is not null
  );
  v_before := crm.rows_of(v_accounts);
  update public.calcom_events as e set account = crm.account_of(e.email)
  where e.email is not null and e.account <> crm.account_of(e.email);
  update public.bookings as b set account = crm.account_of(p.email)
  from public.people as p
  where p.id = b.person_id and b.account <> crm.account_of(p.email);
  -- A company that somebody chose by hand has another domain and stays.
  update public.people as p set company_id = crm.find_or_create_company(crm.account_of(p.email), null)
  where p.email in (select e.email from public.calcom_events as e)
    and not exists (select from public.companies as c where c.id = p.company_id and c.domain <> split_part(p.email, '@', 2));

  perform crm.rebuild(v_accounts);
  delete from public.companies as c
  using public.personal_email_domains as d
  where c.domain = d.domain
    and not exists (select from public.people as p where p.company_id = c.id)
    and not exists (select from public.deals as o where o.company_id = c.id);
  return crm.changes_between(v_before, crm.rows_of(v_accounts));
end;
$$;
comment on function public.rebuild_everything() is
  'Makes all companies, people, bookings and deals anew from the log; returns what changed. Events that arrive meanwhile wait.';

-- Rule: an event that failed, or that nobody decided, is decided now.
create function public.retry_event(event_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- see rebuild_company
set search_path = ''
as $$
declare
  v_event public.calcom_events;
begin
  perform pg_advisory_xact_lock(crm.house_key());
  select e.* into v_event from public.calcom_events as e where e.id = retry_event.event_id;
  if not found then
    raise exception using
      errcode = 'KC002', message = format('Cannot retry event %s: the log has no such event', event_id),
      hint = 'Look its id up in calcom_events';
  end if;
  if v_event.outcome is distinct from 'failed' and v_event.outcome is not null then
    return jsonb_build_object('event_id', v_event.id, 'trigger', v_event.trigger, 'outcome', v_event.outcome, 'reason', v_event.reason);
  end if;
  return crm.try_decide(v_event);
end;
$$;
comment on function public.retry_event(uuid) is 'Decides an event again that failed, and returns its outcome; any other is left as it is.';

create function public.retry_failed_events()
returns jsonb
language plpgsql
volatile
security definer -- see rebuild_company
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(crm.house_key());
  return crm.count_outcomes(array(
    select e.id from public.calcom_events as e where e.outcome = 'failed' order by e.happened_at, e.received_at
  ));
end;
$$;
comment on function public.retry_failed_events() is 'Decides every failed event again; returns how many got which outcome.';

-- Rule: an event whose delivery was stored but never decided (the function died, the database refused) is decided
--       here. A young one is left to the function that stored it.
-- Race: may run at any time, in parallel too: the second one finds nothing left.
create function public.handle_pending_events(older_than interval default '30 seconds', batch_size integer default 200)
returns jsonb
language plpgsql
volatile
security definer -- see rebuild_company
set search_path = ''
as $$
begin
  if not exists (
    select from public.calcom_events as e where e.outcome is null and e.received_at < now() - handle_pending_events.older_than
  ) then
    return jsonb_build_object();
  end if;

  perform pg_advisory_xact_lock(crm.house_key());
  return crm.count_outcomes(array(
    select e.id from public.calcom_events as e
    where e.outcome is null and e.received_at < now() - handle_pending_events.older_than
    order by e.received_at
    limit batch_size
  ));
end;
$$;
comment on function public.handle_pending_events(interval, integer) is
  'Decides events that were stored and left undecided; returns how many got which outcome.';

create function crm.count_outcomes(p_event_ids uuid[])
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_event public.calcom_events;
  v_outcomes text[] := array[]::text[];
begin
  for v_event in select e.* from public.calcom_events as e where e.id = any (p_event_ids) order by e.happened_at, e.received_at loop
    v_outcomes := v_outcomes || (crm.try_decide(v_event) ->> 'outcome');
  end loop;
  return (
    select coalesce(jsonb_object_agg(c.outcome, c.times), '{}')
    from (select o.outcome, count(*) as times from unnest(v_outcomes) as o (outcome) group by o.outcome) as c
  );
end;
$$;
comment on function crm.count_outcomes(uuid[]) is 'Decides these events; returns how many got which outcome.';
