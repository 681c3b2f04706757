-- What the board shows: deals, meetings, companies, numbers, and the story of each.
--
-- The views show nobody more than their tables do. What they tell of events and mails, of which only an operator may
-- read the rows, comes from functions of this closed schema that give a few columns away and no body.

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

-- Rule: the brand of a host is that of the sender for their domain, else of the default sender; without a name it is
--       called by its domain.
-- Time: a table, so that the planner can put the look-up into the query that asks; and an aggregate, so that it knows
--       that there is one row: it looks it up once for each host, and not at all when nobody asks for it.
create function crm.find_brand(p_host text)
returns table (brand text)
language sql
stable
begin atomic
  select coalesce(
    min(coalesce(w.from_name, w.organizer_domain)),
    (select coalesce(x.from_name, x.organizer_domain) from public.senders as x where x.is_default)
  )
  from public.senders as w
  where w.organizer_domain = split_part(p_host, '@', 2);
end;
comment on function crm.find_brand(text) is 'What the brand of a host is called, in one row.';

-- Rule: a deal is hosted by whoever has its latest meeting.
-- Time: as above.
create function crm.find_host(p_deal_id uuid)
returns table (host text)
language sql
stable
begin atomic
  select (array_agg(b.organizer_email order by b.start_time desc nulls last, b.id))[1]
  from public.bookings as b
  where b.deal_id = p_deal_id and b.organizer_email is not null;
end;
comment on function crm.find_host(uuid) is
  'Who has the latest meeting of a deal, in one row; null when nobody is named.';

-- Time: the whole table is never read; the index gives one host after the other.
create function crm.list_hosts()
returns table (host text, brand text)
language sql
stable
set search_path = ''
begin atomic
  with recursive hosts (host) as (
    select min(b.organizer_email) from public.bookings as b
    union all
    select (select min(b.organizer_email) from public.bookings as b where b.organizer_email > h.host)
    from hosts as h
    where h.host is not null
  )
  select h.host, w.brand from hosts as h cross join lateral crm.find_brand(h.host) as w;
end;
comment on function crm.list_hosts() is
  'Everybody who has had a meeting, with their brand; in the end one row without a host, with the brand of the rest.';

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
  -- Of a deal that is closed a no-show says nothing, and of one that is met only what took it there.
  v_is_to_meet boolean := p_stage in ('booked', 'no_show');
  v_story crm.deal_story;
begin
  with own_bookings as materialized (
    select b.id, b.attended from public.bookings as b where b.deal_id = p_deal_id
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
        when h.skipped_reason is not null then null
        when v_is_to_meet and h.new_values ?| array['attended', 'is_no_show']
          then case h.new_values ->> 'is_no_show' when 'true' then 'no_show' else 'booked' end
        -- It took a deal along that no other meeting held, and brought it back.
        when p_stage = 'met' and not exists (select from own_bookings as o where o.attended and o.id <> b.id)
          then case
            when h.new_values ->> 'is_no_show' = 'false' then 'met'
            when h.old_values ->> 'attended' = 'true' then 'no_show'
          end
      end
    from own_bookings as b
    cross join lateral (
      select o.position, o.reason, o.skipped_reason, o.old_values, o.new_values
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
-- Time: offset 0 keeps a plan without statistics from reading all companies, or all people, for those of a page. Who
--       the host is comes before the rest, so that the cards of a host are found without telling the others.
create view crm.cards
with (security_invoker = true)
as
select
  s.deal_id, s.company_id, c.name as company, c.domain, s.stage, s.status, s.deal_stage, s.opened_at,
  m.people, m.meetings, h.host, w.brand, m.next_meeting, m.last_meeting,
  lower(concat_ws(' ', c.name, c.domain, m.search)) as search
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
left join lateral crm.find_host(s.deal_id) as h on true
left join lateral crm.find_brand(h.host) as w on true
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
    max(b.start_time) filter (where b.status = 'ACCEPTED' and b.start_time <= now()) as last_meeting
  from public.bookings as b
  cross join lateral (select o.name, o.email from public.people as o where o.id = b.person_id offset 0) as p
  where b.deal_id = s.deal_id
) as m on true;
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
  case when isfinite(b.start_time)
    then b.start_time - (case when b.made_at is null then b.created_at else (b.made_at).happened_at end)
  end as lead_time,
  b.last_event_id
from public.bookings as b;
comment on view crm.meetings is 'One row per meeting of one person, and what became of it.';

create view public.board_meetings
with (security_invoker = true)
as
select
  b.booking_id, b.calcom_uid, b.title, b.start_time, b.end_time, b.state, b.status, b.attended, b.host,
  w.brand, p.id as person_id, p.name as person, p.email, p.company_id, c.name as company,
  c.domain, b.deal_id, b.booked_at, b.lead_time, crm.booking_link(b.calcom_uid, b.last_event_id) as calcom_link
from crm.meetings as b
join public.people as p on p.id = b.person_id
left join public.companies as c on c.id = p.company_id
left join lateral crm.find_brand(b.host) as w on true;
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
-- Time: the periods come first: a filter by period, since or until reads no more than what is in them. All hosts are
--       counted in one pass, of which the brands are made; for everything together no host is looked up.
-- Time: what is in a period is read by index, and the host of each deal looked up. A period of more than an eighth of
--       all time has its tables read as they lie, and the hosts from one sort, which serves all such periods. `case`
--       has the planner expect many rows there; a range that it does not know yet it takes for a narrow one.
create view public.board_numbers
with (security_invoker = true)
as
select
  g.period, g.since, g.until, n.level, n.brand, n.host, n.bookings, n.to_come, n.over, n.met, n.no_show, n.cancelled,
  round(n.met::numeric / nullif(n.met + n.no_show, 0), 4) as show_rate,
  round(n.cancelled::numeric / nullif(n.bookings, 0), 4) as cancelled_rate,
  n.median_lead_time, n.deals, n.deals_met,
  round(n.deals_met::numeric / nullif(n.deals, 0), 4) as met_rate
from (
  select
    date_trunc('day', least(
      (select min(m.booked_at) from crm.meetings as m),
      (select min(d.opened_at) from crm.opened_deals as d)
    ) at time zone 'UTC') as day
  offset 0
) as f
cross join lateral (
  select
    u.period, s.since at time zone 'UTC' as since, (s.since + u.length) at time zone 'UTC' as until
  from (
    values ('week', interval '7 days'), ('month', interval '1 month'), ('quarter', interval '3 months'),
      ('year', interval '1 year')
  ) as u (period, length)
  cross join lateral generate_series(date_trunc(u.period, f.day), now() at time zone 'UTC', u.length) as s (since)
  union all
  select 'last_' || l.days || '_days', date_trunc('day', now(), 'UTC') - (l.days - 1) * interval '1 day', 'infinity'
  from (values (30), (90)) as l (days)
  where f.day is not null
  union all
  select 'all', '-infinity', 'infinity' where f.day is not null
) as g
cross join lateral (
  select
    least(g.until, now()) - greatest(g.since, f.day at time zone 'UTC') > (now() - f.day at time zone 'UTC') / 8
    as is_long
) as i
cross join lateral (
  select 'all' as level, null as brand, null as host, m.*, d.*
  from (
    select
      count(*) as bookings,
      count(*) filter (where m.state in ('to_come', 'unconfirmed')) as to_come,
      count(*) filter (where m.state = 'over') as over,
      count(*) filter (where m.state = 'met') as met,
      count(*) filter (where m.state = 'no_show') as no_show,
      count(*) filter (where m.state = 'cancelled') as cancelled,
      percentile_cont(0.5) within group (order by m.lead_time) as median_lead_time
    from crm.meetings as m
    where m.booked_at >= g.since and m.booked_at < g.until
  ) as m
  cross join (
    select count(*) as deals, count(*) filter (where d.deal_stage = 'met') as deals_met
    from crm.opened_deals as d
    where d.opened_at >= g.since and d.opened_at < g.until
  ) as d
  union all
  (
    with hosts as materialized (
      select w.brand, h.*
      from (
        select
          r.host,
          count(r.state) as bookings,
          count(*) filter (where r.state in ('to_come', 'unconfirmed')) as to_come,
          count(*) filter (where r.state = 'over') as over,
          count(*) filter (where r.state = 'met') as met,
          count(*) filter (where r.state = 'no_show') as no_show,
          count(*) filter (where r.state = 'cancelled') as cancelled,
          array_agg(r.lead_time) filter (where r.state is not null) as lead_times,
          count(r.deal_stage) as deals,
          count(*) filter (where r.deal_stage = 'met') as deals_met
        from (
          select m.host, m.state, m.lead_time, null as deal_stage
          from crm.meetings as m
          where not i.is_long and m.booked_at >= g.since and m.booked_at < g.until
          union all
          select h.host, null, null, d.deal_stage
          from crm.opened_deals as d
          cross join lateral crm.find_host(d.deal_id) as h
          where not i.is_long and d.opened_at >= g.since and d.opened_at < g.until
          union all
          select m.host, m.state, m.lead_time, null
          from crm.meetings as m
          where i.is_long and case when m.booked_at >= g.since then m.booked_at < g.until end
          union all
          select h.host, null, null, d.deal_stage
          from crm.opened_deals as d
          left join (
            select distinct on (b.deal_id) b.deal_id, b.organizer_email as host
            from public.bookings as b
            where b.deal_id is not null and b.organizer_email is not null
            order by b.deal_id, b.start_time desc nulls last, b.id
          ) as h on h.deal_id = d.deal_id
          where i.is_long and case when d.opened_at >= g.since then d.opened_at < g.until end
        ) as r
        group by r.host
      ) as h
      cross join lateral crm.find_brand(h.host) as w
    )
    select
      'brand', h.brand, null, sum(h.bookings)::bigint, sum(h.to_come)::bigint, sum(h.over)::bigint,
      sum(h.met)::bigint, sum(h.no_show)::bigint, sum(h.cancelled)::bigint,
      (
        select percentile_cont(0.5) within group (order by t.lead_time)
        from hosts as o
        cross join unnest(o.lead_times) as t (lead_time)
        where o.brand is not distinct from h.brand
      ),
      sum(h.deals)::bigint, sum(h.deals_met)::bigint
    from hosts as h
    group by h.brand
    union all
    select
      'host', h.brand, h.host, h.bookings, h.to_come, h.over, h.met, h.no_show, h.cancelled,
      (select percentile_cont(0.5) within group (order by t.lead_time) from unnest(h.lead_times) as t (lead_time)),
      h.deals, h.deals_met
    from hosts as h
  )
) as n;
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
