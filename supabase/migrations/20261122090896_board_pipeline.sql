-- The pipeline in one answer, column by column, filtered; and how a page learns that something has changed.

--------------------------------------------------------------------------------------------------- the pipeline at once

-- Raises: for a filter that there is not, or that is no time or id, so that nobody takes all deals for those they
--         asked for. What is null or empty filters nothing.
create function crm.read_board_filters(
  p_filters jsonb,
  out host text,
  out brand text,
  out since timestamptz,
  out until timestamptz,
  out has_next_meeting boolean,
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
      where k.key <> all (array['host', 'brand', 'since', 'until', 'next_meeting', 'search', 'company_id'])
    );
  elsif jsonb_typeof(p_filters) <> 'null' then
    v_unknown := p_filters::text;
  end if;
  if v_unknown is not null then
    raise exception using
      errcode = 'KC008', message = format('Cannot filter by %s', left(v_unknown, 200)),
      hint = 'The filters are host, brand, since, until, next_meeting, search and company_id, in an object';
  end if;
  host := nullif(p_filters ->> 'host', '');
  brand := nullif(p_filters ->> 'brand', '');
  since := nullif(p_filters ->> 'since', '')::timestamptz;
  until := nullif(p_filters ->> 'until', '')::timestamptz;
  has_next_meeting := nullif(p_filters ->> 'next_meeting', '')::boolean;
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
      hint = 'since and until are times like 2026-03-02T09:00:00Z, next_meeting is true or false, company_id is an id '
        'of companies';
end;
$$;
comment on function crm.read_board_filters(jsonb) is 'What a page asks for, as values that can be compared.';

-- Rule: a deal matches a word when its company or somebody with a meeting for it does, in name, domain or address.
create function crm.search_board(p_words text[], out deal_ids uuid[], out company_ids uuid[])
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_custom_plan
set work_mem = '32MB'
set jit = off
as $$
declare
  -- Words that were found are bits: a word that is found twice need not be told from two words.
  v_all constant integer := (2 << cardinality(p_words)) - 2;
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
      union all
      select b.deal_id, p.n
      from people as p
      join public.bookings as b on b.person_id = p.id
      where b.deal_id is not null
    ) as h
    group by h.id
    having bit_or(1 << h.n::integer) = v_all
  ), found_companies as (
    select h.id
    from (
      select c.id, c.n from companies as c
      union all
      select p.company_id, p.n from people as p
    ) as h
    where not exists (select from public.deals as d where d.company_id = h.id)
    group by h.id
    having bit_or(1 << h.n::integer) = v_all
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
  p_has_next_meeting boolean,
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
  ), with_next_meeting as materialized (
    select b.deal_id
    from public.bookings as b
    where b.start_time > now() and b.status = 'ACCEPTED' and not b.is_pending_confirmation and b.deal_id is not null
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
      and (
        p_has_next_meeting is null or (d.id in (select n.deal_id from with_next_meeting as n)) = p_has_next_meeting
      )
      and (p_deal_ids is null or d.id in (select f.id from unnest(p_deal_ids) as f (id)))
      and (
        p_hosts is null or d.id in (select h.deal_id from hosted as h)
        or (
          p_includes_hostless and not exists (
            select from public.bookings as b where b.deal_id = d.id and b.organizer_email is not null
          )
        )
      )
  ), totals as materialized (
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
  timestamptz, timestamptz, boolean, uuid, text[], boolean, uuid[], text[], timestamptz, uuid, integer
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
    f.since, f.until, f.has_next_meeting, f.company_id, h.hosts, h.includes_hostless, p_deal_ids, p_stages,
    p_after_opened_at, p_after_deal_id, least(greatest(coalesce(p_page_size, 50), 1), 5000)
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

----------------------------------------------------------------------------------------------------------------- live

-- Rule: two answers are the same while nothing has changed that the board shows: no event was decided, nothing was
--       edited by hand, no mail went out or was reported on, nobody was erased or has another role. It is no time: what
--       was begun first may be there last.
-- Time: it reads the newest of each by the indexes that others need, which for events hold one source each, and how
--       many events wait or have failed: one of those that is decided after all need not be among the newest. The
--       commit of an event pays nothing for it.
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
          where o.source = 'webhook' and o.trigger is distinct from 'PING'
          order by o.received_at desc limit 20
        )
        union all
        (
          select o.* from public.calcom_events as o
          where o.source = 'webhook' and o.trigger = 'PING'
          order by o.received_at desc limit 20
        )
        union all
        (
          select o.* from public.calcom_events as o
          where o.source = 'reconciliation'
          order by o.received_at desc limit 20
        )
        union all
        (
          select o.* from public.calcom_events as o
          where o.source = 'backfill'
          order by o.received_at desc limit 20
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
    (select count(*) from crm.erased_people as p),
    (select string_agg(concat(m.user_id, m.role), ' ' order by m.user_id) from public.members as m)
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

-- Rule: a page that listens hears of these tables. What it hears of a row, the policies decide; but that a row was
--       written, and the id of one that was deleted, Realtime tells whoever has the publishable key and listens.
-- Source: realtime.apply_rls (supabase/walrus).
create function crm.publish_changes()
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_table text;
begin
  if not exists (
    select from pg_catalog.pg_publication as p where p.pubname = 'supabase_realtime' and not p.puballtables
  ) then
    return;
  end if;
  foreach v_table in array array['companies', 'people', 'bookings', 'deals', 'hand_edits'] loop
    if not exists (
      select
      from pg_catalog.pg_publication_tables as t
      where t.pubname = 'supabase_realtime' and t.schemaname = 'public' and t.tablename = v_table
    ) then
      execute format('alter publication supabase_realtime add table public.%I', v_table);
    end if;
  end loop;
exception
  when insufficient_privilege then
    raise notice 'No live updates (%): add the tables to the publication supabase_realtime by hand', sqlerrm;
end;
$$;
comment on function crm.publish_changes() is
  'Has Realtime tell the board of changes; where there is no Realtime it does nothing, and the board asks.';

do $$ begin perform crm.publish_changes(); end; $$;
