-- What members do on the board: operators run the operations, change roles and put members out; whoever may edit may
-- take an edit back.

---------------------------------------------------------------------------------------------- what operators may do

create function crm.require_operator()
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if crm.member_role() is distinct from 'operator' then
    raise exception using
      errcode = '42501', message = 'Only an operator of the board may do this',
      hint = 'An operator can change your role';
  end if;
end;
$$;
comment on function crm.require_operator() is 'Raises: when who is signed in is no operator.';

-- Rule: each operation is a function of its own for the API (below); who may call it is decided here, once.
-- Time: what may take long names the limit that the function behind it names: the API looks at the one that it calls.
create function crm.operate(p_operation text, p_argument text default null)
returns jsonb
language plpgsql
security definer -- an operator may ask for an operation, and has no right to what it does
set search_path = ''
as $$
begin
  perform crm.require_operator();
  return case p_operation
    when 'health' then public.health()
    when 'retry_event' then public.retry_event(p_argument::uuid)
    when 'retry_failed_events' then public.retry_failed_events()
    when 'retry_email' then public.retry_email(p_argument::uuid)
    when 'rebuild_company' then public.rebuild_company(p_argument)
    when 'rebuild_person' then public.rebuild_person(p_argument)
    when 'rebuild_everything' then public.rebuild_everything()
    when 'allow_mail' then to_jsonb(public.allow_mail(p_argument))
    when 'export_person' then public.export_person(p_argument)
    when 'erase_person' then public.erase_person(p_argument)
  end;
end;
$$;
comment on function crm.operate(text, text) is 'Does for an operator what the function of this name does.';

create function public.board_health() returns jsonb
language sql
set search_path = ''
return crm.operate('health');
comment on function public.board_health() is 'For operators: every check of health() and what came of it.';

create function public.board_retry_event(event_id uuid) returns jsonb
language sql
set search_path = ''
set statement_timeout = '60s'
return crm.operate('retry_event', event_id::text);
comment on function public.board_retry_event(uuid) is 'For operators: decides an event again that failed.';

create function public.board_retry_failed_events() returns jsonb
language sql
set search_path = ''
return crm.operate('retry_failed_events');
comment on function public.board_retry_failed_events() is 'For operators: has every failed event decided again.';

create function public.board_retry_email(email_id uuid) returns jsonb
language sql
set search_path = ''
return crm.operate('retry_email', email_id::text);
comment on function public.board_retry_email(uuid) is
  'For operators: makes a mail due again that failed or was dropped.';

create function public.board_rebuild_company(domain text) returns jsonb
language sql
set search_path = ''
set statement_timeout = '60s'
return crm.operate('rebuild_company', domain);
comment on function public.board_rebuild_company(text) is
  'For operators: rebuilds a company from the log; returns what changed.';

create function public.board_rebuild_person(email text) returns jsonb
language sql
set search_path = ''
set statement_timeout = '60s'
return crm.operate('rebuild_person', email);
comment on function public.board_rebuild_person(text) is
  'For operators: rebuilds a person, and with them their company, from the log; returns what changed.';

create function public.board_rebuild_everything() returns jsonb
language sql
set search_path = ''
set statement_timeout = '60s'
return crm.operate('rebuild_everything');
comment on function public.board_rebuild_everything() is
  'For operators: rebuilds everything from the log; returns what changed.';

create function public.board_allow_mail(email text) returns boolean
language sql
set search_path = ''
return crm.operate('allow_mail', email)::boolean;
comment on function public.board_allow_mail(text) is
  'For operators: lifts the suppression of an address; returns whether it had been suppressed.';

create function public.board_export_person(email text) returns jsonb
language sql
set search_path = ''
set statement_timeout = '60s'
return crm.operate('export_person', email);
comment on function public.board_export_person(text) is 'For operators: everything that is known about a person.';

create function public.board_erase_person(email text) returns jsonb
language sql
set search_path = ''
set statement_timeout = '60s'
return crm.operate('erase_person', email);
comment on function public.board_erase_person(text) is
  'For operators: takes a person out of everything; nothing brings them back.';

-- Time: for the list below. An event of another source pays a look at its source, one of a backfill an entry.
create index calcom_events_backfill_received_at_idx on public.calcom_events (received_at) where source = 'backfill';

-- Rule: the newest first, without the bodies; the next page begins after the last row of the one before.
-- Time: the log is the largest table. Its newest are merged from those of each source, by the index that there is of
--       each; what waits or has failed has an index of its own, and a search reads the log once. Nothing is sorted but
--       what is shown, whatever a plan without statistics expects.
create function crm.list_events(
  p_outcome text,
  p_search text,
  p_after_received_at timestamptz,
  p_after_id uuid,
  p_page_size integer
)
returns jsonb
language plpgsql
stable
security definer -- see operate
set search_path = ''
set enable_sort = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  v_parts text[] := case
    when p_search is not null or p_outcome in ('pending', 'waiting', 'failed') then array['true']
    else array[
      'e.source = ''webhook'' and e.trigger is distinct from ''PING''',
      'e.source = ''webhook'' and e.trigger = ''PING''',
      'e.source = ''reconciliation''',
      'e.source = ''backfill'''
    ]
  end;
  v_filter text := concat_ws(
    ' and ',
    case when p_outcome is not null then format('e.outcome = %L', p_outcome) end,
    case
      when p_search is not null
        then format('(e.booker_email = %L or %2$L in (e.uid, e.new_uid))', lower(p_search), p_search)
    end,
    case
      when p_after_id is not null
        then 'e.received_at <= $1 and (e.received_at < $1 or e.id > $2)'
    end
  );
  v_events jsonb;
begin
  perform crm.require_operator();
  execute format(
    'select jsonb_agg(to_jsonb(e) order by e.received_at desc, e.id)
     from (select e.* from (%s) as e order by e.received_at desc, e.id limit $3) as e',
    (
      select string_agg(
        format(
          '(select e.id, e.trigger, e.outcome, e.reason, e.source, e.received_at, e.decided_at, e.attempts, e.uid,
              e.new_uid, e.booker_email, e.repeat_count
            from public.calcom_events as e where %s order by e.received_at desc, e.id limit $3)',
          concat_ws(' and ', p.part, nullif(v_filter, ''))
        ),
        ' union all '
      )
      from unnest(v_parts) as p (part)
    )
  )
  into v_events
  using p_after_received_at, p_after_id, least(greatest(p_page_size, 1), 1000);
  return coalesce(v_events, '[]');
end;
$$;
comment on function crm.list_events(text, text, timestamptz, uuid, integer) is
  'The newest events for an operator, without their bodies: of an outcome, of a booker or uid, after one of them.';

create function public.board_events(
  outcome text default null,
  search text default null,
  after_received_at timestamptz default null,
  after_id uuid default null,
  page_size integer default 50
)
returns jsonb
language sql stable
set search_path = ''
return crm.list_events(outcome, search, after_received_at, after_id, page_size);
comment on function public.board_events(text, text, timestamptz, uuid, integer) is
  'For operators: the newest events, without their bodies, that come after one of them.';

create function crm.count_log()
returns jsonb
language plpgsql
stable
security definer -- see operate
set search_path = ''
as $$
begin
  perform crm.require_operator();
  return jsonb_build_object(
    'events', (
      select jsonb_object_agg(k.outcome, coalesce(o.count, 0))
      from unnest(array['pending', 'applied', 'duplicate', 'ignored', 'waiting', 'failed']) as k (outcome)
      left join (
        select e.outcome, count(*) from public.calcom_events as e group by e.outcome
      ) as o on o.outcome = k.outcome
    ),
    'emails', '{"due": 0, "sent": 0, "failed": 0, "dropped": 0}'::jsonb || coalesce(
      (
        select jsonb_object_agg(m.name, m.count)
        from (
          select m.status as name, count(*) from public.emails as m group by m.status
          union all
          select m.delivery, count(*)
          from public.emails as m
          where m.status = 'sent' and m.delivery <> 'sent'
          group by m.delivery
        ) as m
      ),
      '{}'
    ),
    'suppressed', (select count(*) from public.people as p where p.suppressed_at is not null)
  );
end;
$$;
comment on function crm.count_log() is 'Counts for an operator events by outcome, mails by what became of them.';

create function public.board_log_counts() returns jsonb
language sql stable
set search_path = ''
return crm.count_log();
comment on function public.board_log_counts() is
  'For operators: how many events have which outcome, how many mails wait, were sent, delivered or bounced, and how '
  'many people get none.';

-- Rule: the board never loses its last operator.
-- Race: two operators may put each other out at once; one of them waits.
create function crm.change_member(p_user_id uuid, p_role text)
returns jsonb
language plpgsql
security definer -- an operator may change a role, not write members
set search_path = ''
as $$
declare
  v_member public.members;
begin
  perform crm.require_operator(); -- nobody else holds the lock
  lock table public.members in share row exclusive mode;
  perform crm.require_operator();
  if p_role is null then
    delete from public.members as m where m.user_id = p_user_id returning m.* into v_member;
  else
    update public.members as m set role = p_role where m.user_id = p_user_id returning m.* into v_member;
  end if;
  if v_member.user_id is null then
    raise exception using
      errcode = 'KC006', message = format('Cannot change member %s: there is none', p_user_id),
      hint = 'Look the id up in members';
  elsif not exists (select from public.members as m where m.role = 'operator') then
    raise exception using
      errcode = 'KC006', message = 'Cannot take the last operator from the board',
      hint = 'Make somebody else an operator first';
  end if;
  return jsonb_build_object('user_id', v_member.user_id, 'email', v_member.email, 'role', p_role);
end;
$$;
comment on function crm.change_member(uuid, text) is
  'Gives a member another role for an operator, or none: then it is no member any more.';

create function public.board_change_role(user_id uuid, role text) returns jsonb
language sql
set search_path = ''
return crm.change_member(user_id, coalesce(role, ''));
comment on function public.board_change_role(uuid, text) is
  'For operators: gives a member the role viewer, sales or operator.';

create function public.board_remove_member(user_id uuid) returns jsonb
language sql
set search_path = ''
return crm.change_member(user_id, null);
comment on function public.board_remove_member(uuid) is 'For operators: puts a member out of the board, at once.';

------------------------------------------------------------------------------------------------------- undo by hand

-- Rule: an edit is undone by another edit, with the rights of who undoes it, and only while what it changed is as it
--       left it. So nobody undoes what somebody else has done since.
-- Rule: a deal that is there again has those of its meetings again that belong to no other now.
create function public.undo_hand_edit(hand_edit_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_edit public.hand_edits;
  v_columns text;
  v_row jsonb;
begin
  select h.* into v_edit from public.hand_edits as h where h.id = hand_edit_id;
  if not found then
    raise exception using
      errcode = 'KC007', message = format('Cannot undo hand edit %s: there is no such edit', hand_edit_id),
      hint = 'Look its id up in hand_edits';
  end if;
  v_columns := (
    select string_agg(format('%I', k.key), ', ' order by k.key)
    from jsonb_object_keys(coalesce(v_edit.old_values, v_edit.new_values)) as k (key)
  );
  if v_edit.operation = 'delete' then
    execute format(
      'insert into public.%1$I as t (id, %2$s)
       select $1, %2$s from jsonb_populate_record(null::public.%1$I, $2)
       returning to_jsonb(t)',
      v_edit.table_name, v_columns
    )
    into v_row
    using v_edit.row_id, v_edit.old_values;
    if v_edit.table_name = 'deals' then
      update public.bookings as b set deal_id = v_edit.row_id
      where b.deal_id is null and b.id in (
        select f.booking_id
        from public.event_effects as f
        where f.deal_id = v_edit.row_id and f.deal_change in ('opened', 'kept', 'reopened')
        union all
        select h.row_id
        from public.hand_edits as h
        where h.stream_key = v_edit.stream_key and h.table_name = 'bookings'
          and h.new_values ->> 'deal_id' = v_edit.row_id::text
      );
    end if;
  else
    execute format(
      case v_edit.operation
        when 'insert' then
          'delete from public.%1$I as t
           using (select %2$s from jsonb_populate_record(null::public.%1$I, $2)) as n'
        else
          'update public.%1$I as t
           set (%2$s) = (select %2$s from jsonb_populate_record(null::public.%1$I, $3))
           from (select %2$s from jsonb_populate_record(null::public.%1$I, $2)) as n'
      end || '
       where t.id = $1 and to_jsonb(t) @> to_jsonb(n)
       returning to_jsonb(t)',
      v_edit.table_name, v_columns
    )
    into v_row
    using v_edit.row_id, v_edit.new_values, v_edit.old_values;
  end if;
  if v_row is null then
    raise exception using
      errcode = 'KC007', message = 'Cannot undo this edit: the row has changed since',
      hint = 'Look at the row, and edit it as it should be; a viewer may not';
  end if;
  return v_row;
end;
$$;
comment on function public.undo_hand_edit(uuid) is
  'Undoes a hand edit by another one, unless the row has changed since; returns the row.';
