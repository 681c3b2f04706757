-- The board: what a sales team looks at, who may look, and what they may do there.
--
-- Who signs in is `authenticated`; what that is worth is decided by a row of members. A viewer reads the CRM, sales
-- edit it by hand, an operator reads the log and the outbox too and calls the operations. A stranger who signs in is
-- nobody.
--
-- The views show nobody more than their tables do. What they tell of events and mails, of which only an operator may
-- read the rows, comes from functions of this closed schema that give a few columns away and no body.

--------------------------------------------------------------------------------------------------------------- members

create table public.members (
  user_id uuid not null,
  email text not null,
  name text,
  role text not null default 'viewer',
  invited_at timestamptz not null default now(),
  constraint members_pkey primary key (user_id),
  constraint members_email_key unique (email),
  constraint members_email_is_lower_case check (email = lower(email)),
  constraint "role must be viewer, sales or operator" check (role in ('viewer', 'sales', 'operator'))
);
comment on table public.members is 'One row per person who may use the board.';
comment on column public.members.user_id is 'Who it is in Supabase Auth: the subject of the token.';
comment on column public.members.email is 'The address that was invited. What counts is user_id.';
comment on column public.members.role is
  'viewer reads the CRM. sales edits it by hand as well. operator also reads log and outbox, and calls the operations.';
alter table public.members enable row level security;

-- Rule: who is deleted in Auth is no member any more. A plain Postgres has no Auth.
do $$
begin
  if to_regclass('auth.users') is not null then
    alter table public.members
      add constraint members_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade;
  end if;
exception
  when insufficient_privilege or datatype_mismatch or invalid_foreign_key then
    raise notice 'No foreign key from members to auth.users (%): delete members by hand', sqlerrm;
end;
$$;

-- Rule: the table counts, not a claim of the token: who is put out is out at once.
create function crm.current_member()
returns public.members
language plpgsql
stable
security definer -- members decides who may read members
set search_path = ''
as $$
declare
  v_subject text := nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub';
  v_member public.members;
begin
  if v_subject ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select m.* into v_member from public.members as m where m.user_id = v_subject::uuid;
  end if;
  return v_member;
end;
$$;
comment on function crm.current_member() is 'The member who is signed in; nobody for a stranger.';

create function crm.member_role()
returns text
language plpgsql
stable
security definer -- see current_member
set search_path = ''
as $$
begin
  return (crm.current_member()).role;
end;
$$;
comment on function crm.member_role() is
  'The role of who is signed in: viewer, sales or operator; null for a stranger.';

create function public.board_me() returns jsonb
language sql stable
set search_path = ''
return (
  select jsonb_build_object('user_id', m.user_id, 'email', m.email, 'name', m.name, 'role', m.role)
  from crm.current_member() as m
  where m.user_id is not null
);
comment on function public.board_me() is 'Who is signed in, and in which role; null for a stranger.';

-------------------------------------------------------------------------------------------------------------- policies

-- Rule: one permissive policy per table and command. The role is asked for once per statement, not once per row.
do $$
declare
  v_table text;
begin
  foreach v_table in array array[
    'members', 'companies', 'people', 'bookings', 'deals', 'event_effects', 'hand_edits', 'senders'
  ] loop
    execute format(
      'create policy "members read" on public.%I for select to authenticated
         using ((select crm.member_role()) is not null)',
      v_table
    );
  end loop;
  foreach v_table in array array[
    'calcom_events', 'emails', 'email_attempts', 'email_deliveries', 'reconciliations', 'settings',
    'personal_email_domains'
  ] loop
    execute format(
      $sql$create policy "operators read" on public.%I for select to authenticated
             using ((select crm.member_role()) = 'operator')$sql$,
      v_table
    );
  end loop;
  foreach v_table in array array['companies', 'people', 'bookings', 'deals'] loop
    execute format(
      $sql$
        create policy "sales enter" on public.%1$I for insert to authenticated
          with check ((select crm.member_role()) in ('sales', 'operator'));
        create policy "sales edit" on public.%1$I for update to authenticated
          using ((select crm.member_role()) in ('sales', 'operator'))
          with check ((select crm.member_role()) in ('sales', 'operator'));
        create policy "sales delete" on public.%1$I for delete to authenticated
          using ((select crm.member_role()) in ('sales', 'operator'))
      $sql$,
      v_table
    );
  end loop;
end;
$$;

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
return crm.operate('rebuild_company', domain);
comment on function public.board_rebuild_company(text) is
  'For operators: rebuilds a company from the log; returns what changed.';

create function public.board_rebuild_person(email text) returns jsonb
language sql
set search_path = ''
return crm.operate('rebuild_person', email);
comment on function public.board_rebuild_person(text) is
  'For operators: rebuilds a person, and with them their company, from the log; returns what changed.';

create function public.board_rebuild_everything() returns jsonb
language sql
set search_path = ''
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
return crm.operate('export_person', email);
comment on function public.board_export_person(text) is 'For operators: everything that is known about a person.';

create function public.board_erase_person(email text) returns jsonb
language sql
set search_path = ''
return crm.operate('erase_person', email);
comment on function public.board_erase_person(text) is
  'For operators: takes a person out of everything; nothing brings them back.';

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
-- Rule: whoever says by hand that a meeting was not attended says that it was a no-show. That nobody has said anything
--       yet, nobody can say: the first word that a meeting took place stays.
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
  if v_edit.table_name = 'bookings' and v_edit.operation = 'update' and v_edit.new_values ->> 'attended' = 'true'
    and not exists (
      select from public.event_effects as f where f.booking_id = v_edit.row_id and f.reason like 'Marked as a no-show.%'
    )
    and not exists (
      select from public.hand_edits as h
      where h.row_id = v_edit.row_id and h.number < v_edit.number and h.new_values ->> 'attended' = 'false'
    )
  then
    raise exception using
      errcode = 'KC007',
      message = format('Cannot undo hand edit %s: before it, nobody had said whether they met', v_edit.id),
      hint = 'Mark the meeting as a no-show if it was one';
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
      errcode = 'KC007', message = format('Cannot undo hand edit %s: the row has changed since', hand_edit_id),
      hint = 'Look at the row, and edit it as it should be; a viewer may not';
  end if;
  return v_row;
end;
$$;
comment on function public.undo_hand_edit(uuid) is
  'Undoes a hand edit by another one, unless the row has changed since; returns the row.';

-------------------------------------------------------------------------- what members may know of events and mails

create type crm.event_header as (
  trigger text,
  happened_at timestamptz,
  received_at timestamptz,
  source text
);

create function crm.read_event_header(p_event_id uuid)
returns crm.event_header
language plpgsql
stable
security definer -- a member may know when which event was, not what its body says
set search_path = ''
as $$
declare
  v_header crm.event_header;
begin
  select e.trigger, (e.position).happened_at, e.received_at, e.source into v_header
  from public.calcom_events as e
  where e.id = p_event_id;
  return v_header;
end;
$$;
comment on function crm.read_event_header(uuid) is 'Which event it was, and when.';

create type crm.mail_header as (
  email_id uuid,
  kind text,
  happened_at timestamptz,
  status text,
  sentence text
);

create function crm.describe_mail(p_email public.emails)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_state text := case
    when p_email.status = 'sent' then coalesce(p_email.delivery, 'sent')
    when p_email.status = 'due' then 'waits to be sent'
    else p_email.status
  end;
begin
  return format('The %s to %s', p_email.kind, p_email.to_address)
    || case
      when v_state in ('failed', 'bounced', 'waits to be sent') then ' ' || v_state
      when v_state = 'complained' then ' was complained about'
      else ' was ' || v_state
    end
    || coalesce(
      ': ' || nullif(
        rtrim(case when p_email.status = 'sent' then p_email.delivery_reason else p_email.reason end, '.'), ''
      ),
      ''
    )
    || '.';
end;
$$;
comment on function crm.describe_mail(public.emails) is 'What became of a mail, in a sentence.';

create function crm.list_mail_headers(p_booking_id uuid)
returns setof crm.mail_header
language plpgsql
stable
security definer -- a member may know what became of a mail, not what it says
set search_path = ''
as $$
begin
  return query
  select
    m.id, m.kind, coalesce(m.sent_at, m.finalized_at, m.created_at),
    case when m.status = 'sent' then coalesce(m.delivery, 'sent') else m.status end, crm.describe_mail(m)
  from public.emails as m
  where m.booking_id = p_booking_id;
end;
$$;
comment on function crm.list_mail_headers(uuid) is 'The mails about a booking, and what became of each.';

-- Rule: the page of a booking is at the host's own Cal.com. What is no uid of Cal.com's has none.
create function crm.booking_link(p_uid text, p_last_event_id uuid)
returns text
language plpgsql
stable
security definer -- see read_event_header
set search_path = ''
as $$
declare
  v_booker_url text;
begin
  if p_uid !~ '^[A-Za-z0-9_-]+$' or p_last_event_id is null then
    return null;
  end if;
  select crm.jsonb_text(e.payload #> '{payload,bookerUrl}') into v_booker_url
  from public.calcom_events as e
  where e.id = p_last_event_id;
  return case when crm.url_host(v_booker_url) is not null then rtrim(v_booker_url, '/') else 'https://app.cal.com' end
    || '/booking/' || p_uid;
end;
$$;
comment on function crm.booking_link(text, uuid) is
  'The page of a booking at Cal.com; null for one that Cal.com does not know.';

create type crm.deal_story as (
  stage_since timestamptz,
  last_happened_at timestamptz,
  last_happening text
);

-- Rule: a deal is in its stage since the first event or hand edit that put it there after it was last elsewhere. A deal
--       that is reopened is back in the stage that it had.
-- Time: offset 0 has each row looked up by an index, whatever a plan without statistics takes them for.
create function crm.tell_deal(p_deal_id uuid, p_stage text)
returns crm.deal_story
language plpgsql
stable
security definer -- see read_event_header
set search_path = ''
set jit = off
as $$
declare
  -- Of a deal that is met or closed a no-show says nothing.
  v_is_to_meet boolean := p_stage in ('booked', 'no_show');
  v_story crm.deal_story;
begin
  with own_bookings as materialized (
    select b.id from public.bookings as b where b.deal_id = p_deal_id
  ), effects as (
    select f.event_id, f.reason, f.deal_change from public.event_effects as f where f.deal_id = p_deal_id
    union all
    select f.event_id, f.reason, null
    from own_bookings as b
    cross join lateral (
      select o.event_id, o.reason, o.deal_id from public.event_effects as o where o.booking_id = b.id offset 0
    ) as f
    where f.deal_id is distinct from p_deal_id
  ), happenings as (
    select
      e.position, f.reason,
      case
        when e.trigger = 'BOOKING_NO_SHOW_UPDATED' and f.deal_change is distinct from 'met' and v_is_to_meet
          then case when f.reason like 'Marked %' then 'no_show' else 'booked' end
        when f.deal_change = 'kept' and not v_is_to_meet then null
        when f.deal_change in ('opened', 'kept') then 'booked'
        when f.deal_change = 'reopened' then p_stage
        else f.deal_change
      end as stage
    from effects as f
    cross join lateral (
      select o.position, o.trigger from public.calcom_events as o where o.id = f.event_id offset 0
    ) as e
    union all
    select
      h.position, concat_ws(' ', h.reason, h.skipped_reason),
      case
        when h.skipped_reason is not null then null
        when h.new_values ->> 'status' = 'cancelled' then 'cancelled'
        when h.new_values ? 'stage' then h.new_values ->> 'stage'
        when h.new_values ? 'status' then p_stage
      end
    from public.hand_edits as h
    where h.row_id = p_deal_id and h.table_name = 'deals'
    union all
    select
      h.position, concat_ws(' ', h.reason, h.skipped_reason),
      case
        when h.skipped_reason is null and v_is_to_meet and h.new_values ? 'attended'
          then case h.new_values ->> 'attended' when 'false' then 'no_show' else 'booked' end
      end
    from own_bookings as b
    cross join lateral (
      select o.position, o.reason, o.skipped_reason, o.new_values
      from public.hand_edits as o
      where o.row_id = b.id and o.table_name = 'bookings' and o.operation = 'update'
      offset 0
    ) as h
  )
  select
    coalesce(
      min((h.position).happened_at) filter (where h.stage = p_stage and h.position > h.left_at is not false),
      max((h.position).happened_at) filter (where h.stage = p_stage)
    ),
    max((h.position).happened_at),
    (array_agg(h.reason order by h.position desc))[1]
  into v_story
  from (
    select
      o.*, (
        select l.position from happenings as l where l.stage <> p_stage order by l.position desc limit 1
      ) as left_at
    from happenings as o
  ) as h;
  v_story.stage_since := coalesce(
    v_story.stage_since,
    (select coalesce((d.made_at).happened_at, d.created_at) from public.deals as d where d.id = p_deal_id)
  );
  return v_story;
end;
$$;
comment on function crm.tell_deal(uuid, text) is
  'Since when a deal is in a stage, and what happened to it last, in a sentence.';

--------------------------------------------------------------------------------------------------------------- indexes

-- Time: the first page of the pipeline is read in this order, however many deals there are. No coalesce: under row
--       level security Postgres looks nothing up by it.
create index deals_opened_idx on public.deals (
  (case when made_at is null then created_at else (made_at).happened_at end) desc, id
);
create index bookings_booked_idx on public.bookings (
  (case when made_at is null then created_at else (made_at).happened_at end) desc, id
);
create index companies_name_idx on public.companies (name, id);
create index bookings_start_time_idx on public.bookings (start_time, id);
create index bookings_organizer_email_idx on public.bookings (organizer_email, start_time);
create index bookings_no_show_deal_id_idx on public.bookings (deal_id) where is_no_show and status = 'ACCEPTED';
create index hand_edits_number_idx on public.hand_edits (number);
create index emails_finished_idx on public.emails ((greatest(sent_at, finalized_at, delivery_at)))
where status <> 'due';
create index hand_edits_deleted_idx on public.hand_edits (
  (coalesce(old_values ->> 'company_id', old_values ->> 'person_id'))
) where operation = 'delete' and table_name in ('deals', 'people', 'bookings');

----------------------------------------------------------------------------------------------------------------- views

create view crm.opened_deals
with (security_invoker = true)
as
select
  d.id as deal_id, d.company_id, d.status, d.stage as deal_stage,
  case when d.made_at is null then d.created_at else (d.made_at).happened_at end as opened_at
from public.deals as d;
comment on view crm.opened_deals is 'One row per deal, and when it was opened.';

-- Rule: a deal that is booked is a no-show while its latest meeting is one: nobody has booked another since.
-- Time: offset 0 keeps a plan without statistics from reading all companies, or all people, for those of a page.
create view crm.cards
with (security_invoker = true)
as
select
  s.deal_id, s.company_id, c.name as company, c.domain, s.stage, s.status, s.deal_stage, s.opened_at,
  m.people, m.meetings, m.host,
  coalesce(
    w.from_name, w.organizer_domain,
    (select coalesce(x.from_name, x.organizer_domain) from public.senders as x where x.is_default)
  ) as brand,
  m.next_meeting, m.last_meeting, lower(concat_ws(' ', c.name, c.domain, m.search)) as search
from (
  select
    d.deal_id, d.company_id, d.status, d.deal_stage, d.opened_at,
    case
      when d.status = 'cancelled' then 'cancelled'
      when d.deal_stage = 'met' then 'met'
      when (
        select b.is_no_show
        from public.bookings as b
        where b.deal_id = d.deal_id and b.status = 'ACCEPTED'
        order by b.start_time desc nulls last, b.id
        limit 1
      ) then 'no_show'
      else 'booked'
    end as stage
  from crm.opened_deals as d
) as s
cross join lateral (
  select k.name, k.domain from public.companies as k where k.id = s.company_id offset 0
) as c
left join lateral (
  select
    string_agg(distinct coalesce(p.name, p.email), ', ') as people,
    string_agg(distinct concat_ws(' ', p.name, p.email), ' ') as search,
    count(*) as meetings,
    min(b.start_time) filter (
      where b.status = 'ACCEPTED' and not b.is_pending_confirmation and b.start_time > now()
    ) as next_meeting,
    max(b.start_time) filter (where b.status = 'ACCEPTED' and b.start_time <= now()) as last_meeting,
    (
      array_agg(b.organizer_email order by b.start_time desc nulls last, b.id)
      filter (where b.organizer_email is not null)
    )[1] as host
  from public.bookings as b
  cross join lateral (select o.name, o.email from public.people as o where o.id = b.person_id offset 0) as p
  where b.deal_id = s.deal_id
) as m on true
left join public.senders as w on w.organizer_domain = split_part(m.host, '@', 2);
comment on view crm.cards is 'One row per deal: a card of the pipeline, without what happened last.';

-- Time: its story is told in the list of columns, so that it is told of the rows of a page only, once they are sorted.
create view public.board_deals
with (security_invoker = true)
as
select
  d.deal_id, d.company_id, d.company, d.domain, d.stage, d.status, d.deal_stage, d.opened_at,
  (crm.tell_deal(d.deal_id, d.stage)).stage_since, (crm.tell_deal(d.deal_id, d.stage)).last_happened_at,
  (crm.tell_deal(d.deal_id, d.stage)).last_happening,
  d.people, d.meetings, d.host, d.brand, d.next_meeting, d.last_meeting, d.search
from crm.cards as d;
comment on view public.board_deals is
  'One row per deal: a card of the pipeline. stage is its column: booked, met, no_show or cancelled.';
comment on column public.board_deals.deal_stage is
  'The stage in deals, as an edit by hand changes it; that of a cancelled deal tells whether they had met.';
comment on column public.board_deals.search is 'What a search looks in: company, domain, names and addresses.';

create view crm.meetings
with (security_invoker = true)
as
select
  b.id as booking_id, b.calcom_uid, b.title, b.start_time, b.end_time,
  case
    when b.status = 'CANCELLED' then 'cancelled'
    when b.is_no_show then 'no_show'
    when b.attended then 'met'
    when b.start_time <= now() then 'over'
    when b.is_pending_confirmation then 'unconfirmed'
    else 'to_come'
  end as state,
  b.status, b.attended, b.organizer_email as host, b.person_id, b.deal_id,
  case when b.made_at is null then b.created_at else (b.made_at).happened_at end as booked_at,
  b.start_time - (case when b.made_at is null then b.created_at else (b.made_at).happened_at end) as lead_time,
  b.last_event_id
from public.bookings as b;
comment on view crm.meetings is 'One row per meeting of one person, and what became of it.';

create view public.board_meetings
with (security_invoker = true)
as
select
  b.booking_id, b.calcom_uid, b.title, b.start_time, b.end_time, b.state, b.status, b.attended, b.host,
  coalesce(
    w.from_name, w.organizer_domain,
    (select coalesce(x.from_name, x.organizer_domain) from public.senders as x where x.is_default)
  ) as brand,
  p.id as person_id, p.name as person, p.email, p.company_id, c.name as company, c.domain, b.deal_id, b.booked_at,
  b.lead_time, crm.booking_link(b.calcom_uid, b.last_event_id) as calcom_link
from crm.meetings as b
join public.people as p on p.id = b.person_id
left join public.companies as c on c.id = p.company_id
left join public.senders as w on w.organizer_domain = split_part(b.host, '@', 2);
comment on view public.board_meetings is
  'One row per meeting of one person. state: to_come, unconfirmed, met, no_show, cancelled, or over when nobody has '
  'said yet what became of it.';

create view public.board_companies
with (security_invoker = true)
as
select
  c.id as company_id, c.name as company, c.domain,
  case when c.made_at is null then c.created_at else (c.made_at).happened_at end as known_since,
  m.people, coalesce(m.people_count, 0) as people_count, coalesce(m.meetings, 0) as meetings, m.next_meeting,
  m.last_meeting, coalesce(d.deals, 0) as deals, d.active_deal_id,
  lower(concat_ws(' ', c.name, c.domain, m.search)) as search
from public.companies as c
left join lateral (
  select
    string_agg(distinct coalesce(p.name, p.email), ', ') as people,
    string_agg(distinct concat_ws(' ', p.name, p.email), ' ') as search,
    count(distinct p.id) as people_count,
    count(b.id) as meetings,
    min(b.start_time) filter (
      where b.status = 'ACCEPTED' and not b.is_pending_confirmation and b.start_time > now()
    ) as next_meeting,
    max(b.start_time) filter (where b.status = 'ACCEPTED' and b.start_time <= now()) as last_meeting
  from public.people as p
  left join lateral (
    select o.* from public.bookings as o where o.person_id = p.id offset 0 -- as in board_deals
  ) as b on true
  where p.company_id = c.id
) as m on true
left join lateral (
  select count(*) as deals, (array_agg(o.id) filter (where o.status = 'active'))[1] as active_deal_id
  from public.deals as o
  where o.company_id = c.id
) as d on true;
comment on view public.board_companies is 'One row per company, also of those without a deal.';

-- Rule: everything counts in the period in which the meeting was booked, or the deal opened, so that a rate is one of
--       the same meetings. Weeks begin on Monday; all is in UTC.
-- Rule: each number has its rows. Of a row of this view they are those of board_meetings with booked_at from since and
--       before until (and its brand and host), and the state that the number counts; of deals those of board_deals by
--       opened_at, and deal_stage met.
-- Rule: of everything together there is a row for each period since the first, also when there was nothing in it.
-- Time: the periods come first, and each reads by index what is in it: a filter by period, since or until reads no more
--       than that. Who was the host of a deal is looked up where it is asked for.
create view public.board_numbers
with (security_invoker = true)
as
select
  g.period, g.since, g.until, l.level, n.brand, n.host,
  coalesce(n.bookings, 0) as bookings, coalesce(n.to_come, 0) as to_come, coalesce(n.over, 0) as over,
  coalesce(n.met, 0) as met, coalesce(n.no_show, 0) as no_show, coalesce(n.cancelled, 0) as cancelled,
  round(n.met::numeric / nullif(n.met + n.no_show, 0), 4) as show_rate,
  round(n.cancelled::numeric / nullif(n.bookings, 0), 4) as cancelled_rate,
  n.median_lead_time, coalesce(n.deals, 0) as deals, coalesce(n.deals_met, 0) as deals_met,
  round(n.deals_met::numeric / nullif(n.deals, 0), 4) as met_rate
from (
  select
    date_trunc('day', least(
      (select min(m.booked_at) from crm.meetings as m),
      (select min(d.opened_at) from crm.opened_deals as d)
    ) at time zone 'UTC') as day
) as f
cross join lateral (
  select
    'week' as period, w.since at time zone 'UTC' as since,
    (w.since + interval '7 days') at time zone 'UTC' as until
  from generate_series(date_trunc('week', f.day), now() at time zone 'UTC', interval '7 days') as w (since)
  union all
  select 'month', m.since at time zone 'UTC', (m.since + interval '1 month') at time zone 'UTC'
  from generate_series(date_trunc('month', f.day), now() at time zone 'UTC', interval '1 month') as m (since)
  union all
  select 'quarter', q.since at time zone 'UTC', (q.since + interval '3 months') at time zone 'UTC'
  from generate_series(date_trunc('quarter', f.day), now() at time zone 'UTC', interval '3 months') as q (since)
  union all
  select 'year', y.since at time zone 'UTC', (y.since + interval '1 year') at time zone 'UTC'
  from generate_series(date_trunc('year', f.day), now() at time zone 'UTC', interval '1 year') as y (since)
  union all
  select 'last_30_days', date_trunc('day', now(), 'UTC') - interval '29 days', 'infinity' where f.day is not null
  union all
  select 'last_90_days', date_trunc('day', now(), 'UTC') - interval '89 days', 'infinity' where f.day is not null
  union all
  select 'all', '-infinity', 'infinity' where f.day is not null
) as g
cross join (values ('all'), ('brand'), ('host')) as l (level)
left join lateral (
  select
    case
      when l.level <> 'all' then coalesce(
        w.from_name, w.organizer_domain,
        (select coalesce(x.from_name, x.organizer_domain) from public.senders as x where x.is_default)
      )
    end as brand,
    case when l.level = 'host' then r.host end as host,
    count(r.state) as bookings,
    count(*) filter (where r.state in ('to_come', 'unconfirmed')) as to_come,
    count(*) filter (where r.state = 'over') as over,
    count(*) filter (where r.state = 'met') as met,
    count(*) filter (where r.state = 'no_show') as no_show,
    count(*) filter (where r.state = 'cancelled') as cancelled,
    percentile_cont(0.5) within group (order by r.lead_time) as median_lead_time,
    count(r.deal_stage) as deals,
    count(*) filter (where r.deal_stage = 'met') as deals_met
  from (
    select m.host, m.state, m.lead_time, null as deal_stage
    from crm.meetings as m
    where m.booked_at >= g.since and m.booked_at < g.until
    union all
    select
      case
        when l.level <> 'all' then (
          select b.organizer_email
          from public.bookings as b
          where b.deal_id = d.deal_id and b.organizer_email is not null
          order by b.start_time desc nulls last, b.id
          limit 1
        )
      end,
      null, null, d.deal_stage
    from crm.opened_deals as d
    where d.opened_at >= g.since and d.opened_at < g.until
    offset 0 -- so that the host of a deal is looked up once
  ) as r
  left join public.senders as w on w.organizer_domain = split_part(r.host, '@', 2)
  group by 1, 2
) as n on true
where l.level = 'all' or n.bookings is not null;
comment on view public.board_numbers is
  'One row per period (week, month, quarter, year, last_30_days, last_90_days, all) and level (all, brand, host): how '
  'many meetings were booked, and what became of them.';
comment on column public.board_numbers.median_lead_time is 'From the booking to the meeting, half of them longer.';
comment on column public.board_numbers.show_rate is
  'Of the meetings that were met or a no-show, the part that was met.';
comment on column public.board_numbers.met_rate is 'Of the deals opened, the part that got to met.';

-- Time: each branch is found by an index, be it for a deal or for a company.
create view public.board_timeline
with (security_invoker = true)
as
select
  'event' as kind, f.company_id, f.deal_id, f.booking_id, f.person_id, f.person, e.happened_at, e.trigger as what,
  f.reason as sentence, f.deal_change, null::text as editor, f.event_id, null::uuid as hand_edit_id,
  null::uuid as email_id, null::text as status
from (
  select d.company_id, f.deal_id, f.booking_id, p.id as person_id, p.name as person, f.reason, f.deal_change, f.event_id
  from public.deals as d
  join public.event_effects as f on f.deal_id = d.id
  join public.bookings as b on b.id = f.booking_id
  join public.people as p on p.id = b.person_id
  union all
  -- What left the deal as it was belongs to that of the meeting.
  select p.company_id, b.deal_id, b.id, p.id, p.name, f.reason, null, f.event_id
  from public.people as p
  join public.bookings as b on b.person_id = p.id
  join public.event_effects as f on f.booking_id = b.id
  where (select d.id from public.deals as d where d.id = f.deal_id) is null
) as f
left join lateral crm.read_event_header(f.event_id) as e on true
union all
select
  'hand_edit', h.company_id, h.deal_id, h.booking_id, h.person_id, h.person, (h.position).happened_at,
  h.operation || ' ' || h.table_name, concat_ws(' ', h.reason, h.skipped_reason), null, h.editor, null, h.id, null, null
from (
  select c.id as company_id, null::uuid as deal_id, null::uuid as booking_id, null::uuid as person_id,
    null::text as person, h.position, h.operation, h.table_name, h.reason, h.skipped_reason, h.editor, h.id
  from public.companies as c
  join public.hand_edits as h on h.row_id = c.id and h.table_name = 'companies'
  union all
  select p.company_id, null, null, p.id, p.name, h.position, h.operation, h.table_name, h.reason, h.skipped_reason,
    h.editor, h.id
  from public.people as p
  join public.hand_edits as h on h.row_id = p.id and h.table_name = 'people'
  union all
  select d.company_id, d.id, null, null, null, h.position, h.operation, h.table_name, h.reason, h.skipped_reason,
    h.editor, h.id
  from public.deals as d
  join public.hand_edits as h on h.row_id = d.id and h.table_name = 'deals'
  union all
  select p.company_id, b.deal_id, b.id, p.id, p.name, h.position, h.operation, h.table_name, h.reason, h.skipped_reason,
    h.editor, h.id
  from public.people as p
  join public.bookings as b on b.person_id = p.id
  join public.hand_edits as h on h.row_id = b.id and h.table_name = 'bookings'
  union all
  -- Of a row that is gone, what it said when it was deleted.
  select c.id, null, null, null, null, h.position, h.operation, h.table_name, h.reason, h.skipped_reason, h.editor, h.id
  from public.companies as c
  join public.hand_edits as h
    on coalesce(h.old_values ->> 'company_id', h.old_values ->> 'person_id') = c.id::text
    and h.operation = 'delete' and h.table_name in ('deals', 'people', 'bookings')
  union all
  select p.company_id, null, null, p.id, p.name, h.position, h.operation, h.table_name, h.reason, h.skipped_reason,
    h.editor, h.id
  from public.people as p
  join public.hand_edits as h
    on coalesce(h.old_values ->> 'company_id', h.old_values ->> 'person_id') = p.id::text
    and h.operation = 'delete' and h.table_name in ('deals', 'people', 'bookings')
) as h
union all
select
  'mail', p.company_id, b.deal_id, b.id, p.id, p.name, m.happened_at, m.kind, m.sentence, null, null, null, null,
  m.email_id, m.status
from public.people as p
join public.bookings as b on b.person_id = p.id
cross join lateral crm.list_mail_headers(b.id) as m;
comment on view public.board_timeline is
  'One row per event, hand edit and mail of a deal, a meeting, a person or a company, by the time when it happened.';
comment on column public.board_timeline.status is 'What became of a mail.';
comment on column public.board_timeline.what is
  'The trigger of an event, what was edited by hand, or the kind of a mail.';

--------------------------------------------------------------------------------------------------- the pipeline at once

-- Raises: for a filter that there is not, or that is no time or id, so that nobody takes all deals for those they
--         asked for. What is null or empty filters nothing.
create function crm.read_board_filters(
  p_filters jsonb,
  out host text,
  out brand text,
  out since timestamptz,
  out until timestamptz,
  out words text[],
  out company_id uuid
)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_unknown text;
begin
  if jsonb_typeof(p_filters) = 'object' then
    v_unknown := (
      select string_agg(k.key, ', ' order by k.key)
      from jsonb_object_keys(p_filters) as k (key)
      where k.key <> all (array['host', 'brand', 'since', 'until', 'search', 'company_id'])
    );
  elsif jsonb_typeof(p_filters) <> 'null' then
    v_unknown := p_filters::text;
  end if;
  if v_unknown is not null then
    raise exception using
      errcode = 'KC008', message = format('Cannot filter by %s', left(v_unknown, 200)),
      hint = 'The filters are host, brand, since, until, search and company_id, in an object';
  end if;
  host := nullif(p_filters ->> 'host', '');
  brand := nullif(p_filters ->> 'brand', '');
  since := nullif(p_filters ->> 'since', '')::timestamptz;
  until := nullif(p_filters ->> 'until', '')::timestamptz;
  company_id := nullif(p_filters ->> 'company_id', '')::uuid;
  words := (
    select array_agg(w.word)
    from (
      select distinct w.word
      from regexp_split_to_table(lower(left(p_filters ->> 'search', 200)), '\s+') as w (word)
      where w.word <> ''
      limit 8
    ) as w
  );
exception
  when invalid_datetime_format or datetime_field_overflow or invalid_text_representation then
    raise exception using
      errcode = 'KC008', message = format('Cannot filter: %s', sqlerrm),
      hint = 'since and until are times like 2026-03-02T09:00:00Z, company_id is an id of companies';
end;
$$;
comment on function crm.read_board_filters(jsonb) is 'What a page asks for, as values that can be compared.';

-- Time: the whole table is never read; the index gives one host after the other.
create function crm.list_hosts()
returns table (host text, brand text)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  with recursive hosts (host) as (
    select min(b.organizer_email) from public.bookings as b
    union all
    select (select min(b.organizer_email) from public.bookings as b where b.organizer_email > h.host)
    from hosts as h
    where h.host is not null
  )
  select
    h.host,
    coalesce(
      w.from_name, w.organizer_domain,
      (select coalesce(x.from_name, x.organizer_domain) from public.senders as x where x.is_default)
    )
  from hosts as h
  left join public.senders as w on w.organizer_domain = split_part(h.host, '@', 2);
end;
$$;
comment on function crm.list_hosts() is
  'Everybody who has had a meeting, with their brand; in the end one row without a host, with the brand of the rest.';

-- Rule: a deal matches a word when its company or somebody with a meeting for it does, in name, domain or address.
create function crm.search_board(p_words text[], out deal_ids uuid[], out company_ids uuid[])
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_custom_plan
set work_mem = '32MB'
set jit = off
as $$
begin
  if p_words is null then
    return;
  end if;
  with companies as materialized (
    select c.id, w.n
    from (select k.id, lower(k.name || ' ' || k.domain) as text from public.companies as k offset 0) as c
    join unnest(p_words) with ordinality as w (word, n) on strpos(c.text, w.word) > 0
  ), people as materialized (
    select p.id, p.company_id, w.n
    from (
      select o.id, o.company_id, lower(coalesce(o.name, '')) || ' ' || o.email as text
      from public.people as o
      offset 0
    ) as p
    join unnest(p_words) with ordinality as w (word, n) on strpos(p.text, w.word) > 0
  ), found_deals as (
    select h.id
    from (
      select d.id, c.n from companies as c join public.deals as d on d.company_id = c.id
      union
      select b.deal_id, p.n
      from people as p
      join public.bookings as b on b.person_id = p.id
      where b.deal_id is not null
    ) as h
    group by h.id
    having count(*) = cardinality(p_words)
  ), found_companies as (
    select h.id
    from (
      select c.id, c.n from companies as c
      union
      select p.company_id, p.n from people as p
    ) as h
    where not exists (select from public.deals as d where d.company_id = h.id)
    group by h.id
    having count(*) = cardinality(p_words)
  )
  select
    array(select f.id from found_deals as f),
    array(
      select c.id
      from found_companies as f
      join public.companies as c on c.id = f.id
      order by c.name, c.id
      limit 10
    )
  into deal_ids, company_ids;
end;
$$;
comment on function crm.search_board(text[]) is
  'The deals in which all these words are found, and the first companies without any deal; null without a word.';

-- Rule: the column of a deal is that of board_deals, found the other way round: of all deals at once, those are looked
--       up that have a no-show, instead of the meetings of each.
-- Time: it reads the deals once and of their meetings only the no-shows, and those of the host who is asked for. A plan
--       is made for each call, for what it asks; no part of it depends on statistics.
create function crm.find_cards(
  p_since timestamptz,
  p_until timestamptz,
  p_company_id uuid,
  p_hosts text[],
  p_includes_hostless boolean,
  p_deal_ids uuid[],
  p_stages text[],
  p_after_opened_at timestamptz,
  p_after_deal_id uuid,
  p_page_size integer
)
returns table (stage text, total bigint, deal_ids uuid[])
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_custom_plan
set work_mem = '32MB'
set jit = off
as $$
begin
  return query
  with no_shows as materialized (
    select b.deal_id
    from public.bookings as b
    where b.is_no_show and b.status = 'ACCEPTED' and b.deal_id is not null and not exists (
      select
      from public.bookings as l
      where l.deal_id = b.deal_id and l.status = 'ACCEPTED' and (
        coalesce(l.start_time, '-infinity') > coalesce(b.start_time, '-infinity')
        or (l.start_time is not distinct from b.start_time and l.id < b.id)
      )
    )
  ), hosted as materialized (
    select b.deal_id
    from public.bookings as b
    where b.organizer_email = any (p_hosts) and b.deal_id is not null and not exists (
      select
      from public.bookings as l
      where l.deal_id = b.deal_id and l.organizer_email is not null and (
        coalesce(l.start_time, '-infinity') > coalesce(b.start_time, '-infinity')
        or (l.start_time is not distinct from b.start_time and l.id < b.id)
      )
    )
  ), deals as materialized (
    select
      d.id, d.opened_at,
      case
        when d.status = 'cancelled' then 'cancelled'
        when d.stage = 'met' then 'met'
        when d.id in (select n.deal_id from no_shows as n) then 'no_show'
        else 'booked'
      end as stage
    from (
      select
        o.id, o.company_id, o.status, o.stage,
        case when o.made_at is null then o.created_at else (o.made_at).happened_at end as opened_at
      from public.deals as o
    ) as d
    where (p_since is null or d.opened_at >= p_since) and (p_until is null or d.opened_at < p_until)
      and (p_company_id is null or d.company_id = p_company_id)
      and (p_deal_ids is null or d.id in (select f.id from unnest(p_deal_ids) as f (id)))
      and (
        p_hosts is null or d.id in (select h.deal_id from hosted as h)
        or (
          p_includes_hostless and not exists (
            select from public.bookings as b where b.deal_id = d.id and b.organizer_email is not null
          )
        )
      )
  ), totals as (
    select d.stage, count(*) as total from deals as d group by d.stage
  )
  select
    s.stage, coalesce((select t.total from totals as t where t.stage = s.stage), 0),
    array(
      select d.id
      from deals as d
      where d.stage = s.stage and (
        p_after_opened_at is null or d.opened_at < p_after_opened_at
        or (d.opened_at = p_after_opened_at and d.id > p_after_deal_id)
      )
      order by d.opened_at desc, d.id
      limit p_page_size
    )
  from unnest(p_stages) with ordinality as s (stage, n)
  order by s.n;
end;
$$;
comment on function crm.find_cards(
  timestamptz, timestamptz, uuid, text[], boolean, uuid[], text[], timestamptz, uuid, integer
) is 'Of each column how many deals are asked for, and the first of them that come after one.';

create function crm.show_columns(
  p_filters jsonb,
  p_deal_ids uuid[],
  p_stages text[],
  p_after_opened_at timestamptz,
  p_after_deal_id uuid,
  p_page_size integer
)
returns table (stage text, total bigint, cards jsonb)
language sql
stable
set search_path = ''
set jit = off
begin atomic
  select
    c.stage, c.total,
    coalesce(
      (
        select jsonb_agg(to_jsonb(d) || to_jsonb(s) order by d.opened_at desc, d.deal_id)
        from crm.cards as d
        cross join lateral crm.tell_deal(d.deal_id, d.stage) as s
        where d.deal_id = any (c.deal_ids)
      ),
      '[]'
    )
  from crm.read_board_filters(p_filters) as f
  cross join lateral (
    select
      case when coalesce(f.host, f.brand) is not null
        then coalesce(array_agg(h.host) filter (where h.host is not null), '{}')
      end as hosts,
      coalesce(bool_or(h.host is null), false) as includes_hostless
    from crm.list_hosts() as h
    where (f.host is null or h.host = f.host) and (f.brand is null or h.brand = f.brand)
  ) as h
  cross join lateral crm.find_cards(
    f.since, f.until, f.company_id, h.hosts, h.includes_hostless, p_deal_ids, p_stages, p_after_opened_at,
    p_after_deal_id, least(greatest(coalesce(p_page_size, 50), 1), 5000)
  ) as c;
end;
comment on function crm.show_columns(jsonb, uuid[], text[], timestamptz, uuid, integer) is
  'Columns of the pipeline with their cards; of the deals found by a search, or of all.';

create function public.board_pipeline(filters jsonb default '{}', page_size integer default 50)
returns jsonb
language sql
stable
set search_path = ''
set jit = off
return (
  select jsonb_build_object(
    'columns', (
      select jsonb_agg(jsonb_build_object('stage', c.stage, 'total', c.total, 'cards', c.cards))
      from crm.show_columns(
        filters, s.deal_ids, array['booked', 'met', 'no_show', 'cancelled'], null, null, page_size
      ) as c
    ),
    'companies', coalesce(
      (
        select jsonb_agg(to_jsonb(c) order by c.company, c.company_id)
        from public.board_companies as c
        where c.company_id = any (s.company_ids)
      ),
      '[]'
    ),
    'hosts', (
      select coalesce(jsonb_agg(h.host order by h.host), '[]') from crm.list_hosts() as h where h.host is not null
    ),
    'brands', (
      select coalesce(jsonb_agg(distinct h.brand), '[]') from crm.list_hosts() as h where h.brand is not null
    ),
    'as_of', now()
  )
  from crm.read_board_filters(filters) as f
  cross join lateral crm.search_board(f.words) as s
);
comment on function public.board_pipeline(jsonb, integer) is
  'The pipeline for a page: each column with how many deals it has and the newest of them, the hosts and brands to '
  'filter by, and the companies without a deal that a search finds.';

create function public.board_column(
  stage text,
  filters jsonb default '{}',
  after_opened_at timestamptz default null,
  after_deal_id uuid default null,
  page_size integer default 50
)
returns jsonb
language sql
stable
set search_path = ''
set jit = off
return (
  select jsonb_build_object('stage', c.stage, 'total', c.total, 'cards', c.cards)
  from crm.read_board_filters(filters) as f
  cross join lateral crm.search_board(f.words) as s
  cross join lateral crm.show_columns(
    filters, s.deal_ids, array[stage], after_opened_at, after_deal_id, page_size
  ) as c
);
comment on function public.board_column(text, jsonb, timestamptz, uuid, integer) is
  'The cards of one column of the pipeline that come after one of them.';

----------------------------------------------------------------------------------------------------------------- live

create function public.board_hosts()
returns jsonb
language sql
stable
set search_path = ''
return (
  select coalesce(jsonb_agg(jsonb_build_object('host', h.host, 'brand', h.brand) order by h.host), '[]')
  from crm.list_hosts() as h
  where h.host is not null
);
comment on function public.board_hosts() is 'Everybody who has had a meeting, with their brand: to filter by.';

-- Rule: two answers are the same while nothing has changed that the board shows: no event was decided, nothing was
--       edited by hand, no mail went out or was reported on, nobody was erased. It is no time: what was begun first may
--       be there last.
-- Time: it reads the newest of each by the indexes that others need, and how many events wait or have failed: one of
--       those that is decided after all need not be among the newest. The commit of an event pays nothing for it.
create function crm.digest_changes()
returns text
language plpgsql
stable
security definer -- see read_event_header
set search_path = ''
as $$
begin
  if crm.member_role() is null then
    return null;
  end if;
  return md5(concat_ws(
    ' ',
    (
      select string_agg(concat(e.id, e.decided_at, e.outcome), ' ' order by e.received_at)
      from (
        (
          select o.* from public.calcom_events as o
          where o.source = 'webhook' order by o.received_at desc limit 20
        )
        union all
        (
          select o.* from public.calcom_events as o
          where o.source = 'reconciliation' order by o.received_at desc limit 20
        )
      ) as e
    ),
    (select count(*) from (select from public.calcom_events as e where e.outcome = 'pending' limit 1000) as e),
    (select count(*) from (select from public.calcom_events as e where e.outcome = 'waiting' limit 1000) as e),
    (select count(*) from (select from public.calcom_events as e where e.outcome = 'failed' limit 1000) as e),
    (select concat(r.number, r.last_page_at) from public.reconciliations as r order by r.number desc limit 1),
    (
      select string_agg(concat(h.id, h.skipped_reason), ' ' order by h.number)
      from (select o.* from public.hand_edits as o order by o.number desc limit 20) as h
    ),
    (
      select string_agg(concat(m.id, m.status, m.delivery, m.delivery_at), ' ' order by m.id)
      from (
        select o.*
        from public.emails as o
        where o.status <> 'due'
        order by greatest(o.sent_at, o.finalized_at, o.delivery_at) desc
        limit 20
      ) as m
    ),
    (select count(*) from crm.erased_people as p)
  ));
end;
$$;
comment on function crm.digest_changes() is 'Becomes another when something changes that the board shows.';

create function public.board_last_change() returns text
language sql stable
set search_path = ''
return crm.digest_changes();
comment on function public.board_last_change() is
  'For a page that asks every few seconds: another text when something has changed since; null for a stranger.';

-- Rule: a page that listens hears of these tables; what of them it may see, the policies decide.
do $$
begin
  if exists (
    select from pg_catalog.pg_publication as p where p.pubname = 'supabase_realtime' and not p.puballtables
  ) then
    alter publication supabase_realtime
      add table public.companies, public.people, public.bookings, public.deals, public.hand_edits;
  end if;
exception
  when insufficient_privilege then
    raise notice 'No live updates (%): add the tables to the publication supabase_realtime by hand', sqlerrm;
end;
$$;
