-- CRM: companies, people, deals and bookings, and how each is found or created.

------------------------------------------------------------------------------------------------------------ companies

create table public.companies (
  id uuid not null default gen_random_uuid(),
  name text not null,
  domain text not null,
  form_name text,
  made_at crm.position,
  created_at timestamptz not null default now(),
  constraint companies_pkey primary key (id),
  constraint companies_domain_key unique (domain),
  constraint companies_domain_is_lower_case check (domain = lower(domain))
);
comment on table public.companies is 'One row per business, identified by its mail domain.';
comment on column public.companies.name is 'The domain until a form gives a name or somebody edits it.';
comment on column public.companies.form_name is
  'The name that a booking form gave. While name equals it, a rebuild may change it; once edited by hand, it stays.';
comment on column public.companies.made_at is
  'Position of the event or hand edit that made it; null while a replay has not come to it, and for what no log knows.';
alter table public.companies enable row level security;

-- Rule: a company and everybody of its domain are one stream, a person without a company is one too. When somebody
--       links rows of two streams by hand, both are one from then on.
create table crm.merged_streams (
  stream_key text not null,
  into_key text not null,
  constraint merged_streams_pkey primary key (stream_key)
);
comment on table crm.merged_streams is 'One row per stream that has become part of another one by hand work.';
create index merged_streams_into_key_idx on crm.merged_streams (into_key);
alter table crm.merged_streams enable row level security;

create function crm.merged_key(p_key text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((select m.into_key from crm.merged_streams as m where m.stream_key = p_key), p_key);
end;
$$;
comment on function crm.merged_key(text) is 'The stream that a domain, or the address of a person, is part of.';

create function crm.stream_key(p_email text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return crm.merged_key(coalesce(crm.company_domain(p_email), p_email));
end;
$$;
comment on function crm.stream_key(text) is 'Whose stream an address belongs to: that of its company, or its own.';

-- Time: by their domains. With "or" Postgres would read all companies.
create function crm.list_companies(p_stream_key text)
returns setof public.companies
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  select c.*
  from public.companies as c
  where c.domain = any (
    p_stream_key || array(select m.stream_key from crm.merged_streams as m where m.into_key = p_stream_key)
  );
end;
$$;
comment on function crm.list_companies(text) is 'The companies of a stream.';

-- Rule: a replay comes to events that were sent before somebody corrected a domain or an address. Those that name the
--       corrected one already are about that row, unless another row had it then.
create function crm.find_row_by_hand_work(p_table_name text, p_row_key text, p_stream_key text)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  v_row_id uuid := crm.find_edited_row(p_table_name, p_row_key);
begin
  if v_row_id is null and current_setting('crm.replay', true) = 'on' then
    select h.row_id into v_row_id
    from public.hand_edits as h
    where h.stream_key = p_stream_key and h.table_name = p_table_name and h.operation = 'update'
      and p_row_key in (h.new_values ->> 'domain', h.new_values ->> 'email')
    order by h.number
    limit 1;
  end if;
  return v_row_id;
end;
$$;
comment on function crm.find_row_by_hand_work(text, text, text) is
  'The id of the company or person that hand work knows by a domain or an address which no row has now. When that row '
  'is gone, a new one gets its id.';

-- Rule: created on first sight; the first answer names it while it is known by its domain only. A domain that it had
--       before somebody corrected it still finds it.
-- Race: two bookings from a new domain may arrive together. The unique key picks the winner; the loser finds its row.
--       A known company is not written, because that would leave a dead row behind for each of its bookings.
create function crm.find_or_create_company(p_domain text, p_form_name text, p_position crm.position)
returns public.companies
language plpgsql
set search_path = ''
as $$
declare
  v_company public.companies;
  v_known_id uuid;
begin
  select c.* into v_company from public.companies as c where c.domain = p_domain;
  if not found then
    v_known_id := crm.find_row_by_hand_work('companies', p_domain, crm.merged_key(p_domain));
    if v_known_id is not null then
      select c.* into v_company from public.companies as c where c.id = v_known_id;
    end if;
  end if;

  if v_company.id is null then
    insert into public.companies as c (id, name, domain, form_name, made_at)
    values (
      coalesce(v_known_id, gen_random_uuid()), coalesce(p_form_name, p_domain), p_domain, p_form_name, p_position
    )
    on conflict on constraint companies_domain_key do update set domain = excluded.domain
    returning c.* into v_company;
  elsif v_company.made_at is null or (v_company.name = v_company.domain and p_form_name is not null) then
    update public.companies as c
    set name = case
        when c.domain = c.id::text then coalesce(p_form_name, p_domain) -- a replay has come to where it was deleted
        when c.name = c.domain then coalesce(p_form_name, c.name)
        else c.name
      end,
      domain = case when c.domain = c.id::text then p_domain else c.domain end,
      form_name = case when c.name = c.domain then p_form_name else c.form_name end,
      made_at = coalesce(c.made_at, p_position)
    where c.id = v_company.id
    returning c.* into v_company;
  end if;
  return v_company;
end;
$$;
comment on function crm.find_or_create_company(text, text, crm.position) is
  'The company of a domain, created on first sight.';

--------------------------------------------------------------------------------------------------------------- people

create table public.people (
  id uuid not null default gen_random_uuid(),
  email text not null,
  name text,
  company_id uuid,
  is_company_chosen boolean not null default false,
  suppressed_at timestamptz,
  suppressed_reason text,
  made_at crm.position,
  created_at timestamptz not null default now(),
  constraint people_pkey primary key (id),
  constraint people_email_key unique (email),
  constraint people_email_is_lower_case check (email = lower(email)),
  constraint people_suppressed_says_why check ((suppressed_at is null) = (suppressed_reason is null)),
  constraint people_company_id_fkey foreign key (company_id) references public.companies (id)
);
comment on table public.people is 'One row per individual who books, identified by mail address.';
comment on column public.people.email is
  'Lower case, the +tag kept. A booking by phone alone has <digits>@sms.cal.com, which gets no mail.';
comment on column public.people.company_id is
  'The company of the mail domain, or the one that somebody chose by hand; null for personal mail.';
comment on column public.people.is_company_chosen is
  'Somebody has linked the person to a company, or to none, by hand; the mail domain does not count any more.';
comment on column public.people.made_at is 'As of companies.';
comment on column public.people.suppressed_at is
  'Since when the address gets no mail, because it bounced for good or somebody complained; allow_mail() clears it.';
create index people_company_id_idx on public.people (company_id);
alter table public.people enable row level security;

-- Who books, and for which company; is_new: whether the person was made now.
create type crm.booker as (
  person public.people,
  company public.companies,
  is_new boolean
);

-- Rule: the name is the first that was given, so that nobody renames others. The company is that of the mail domain
--       until somebody has chosen another one by hand. An address that was corrected by hand still finds the person,
--       whose domain is that of the corrected one.
-- Race: as for companies, the unique key decides and the loser gets the same row.
create function crm.find_or_create_booker(p_event crm.event)
returns crm.booker
language plpgsql
set search_path = ''
as $$
declare
  v_person public.people;
  v_company public.companies;
  v_is_new boolean;
  v_known_id uuid;
begin
  select p.* into v_person from public.people as p where p.email = p_event.booker_email;
  if not found then
    v_known_id := crm.find_row_by_hand_work('people', p_event.booker_email, p_event.stream_key);
    if v_known_id is not null then
      select p.* into v_person from public.people as p where p.id = v_known_id;
    end if;
  end if;
  if v_person.email = v_person.id::text then
    v_person.email := p_event.booker_email; -- a replay has come to where it was deleted
  elsif v_person.email <> p_event.booker_email then
    p_event.company_domain := crm.company_domain(v_person.email);
  end if;
  if p_event.company_domain is not null and v_person.is_company_chosen is not true then
    v_company := crm.find_or_create_company(p_event.company_domain, p_event.company_name, p_event.position);
  elsif v_person.company_id is not null then
    select c.* into v_company from public.companies as c where c.id = v_person.company_id;
  end if;

  if v_person.id is null then
    insert into public.people as p (id, email, name, company_id, made_at)
    values (
      coalesce(v_known_id, gen_random_uuid()), p_event.booker_email, p_event.booker_name, v_company.id,
      p_event.position
    )
    on conflict on constraint people_email_key do update set name = coalesce(p.name, excluded.name)
    returning p.* into v_person;
    v_is_new := v_known_id is null and v_person.made_at = p_event.position;
  elsif v_person.made_at is null or v_company.id is distinct from v_person.company_id
    or (v_person.name is null and p_event.booker_name is not null)
  then
    update public.people as p
    set email = v_person.email, name = coalesce(p.name, p_event.booker_name), company_id = v_company.id,
      made_at = coalesce(p.made_at, p_event.position)
    where p.id = v_person.id
    returning p.* into v_person;
  end if;
  if v_person.company_id is distinct from v_company.id then -- somebody else was faster, and linked another one
    select c.* into v_company from public.companies as c where c.id = v_person.company_id;
  end if;
  return row(v_person, v_company, v_is_new)::crm.booker;
end;
$$;
comment on function crm.find_or_create_booker(crm.event) is
  'The person behind the mail address of a booker, created on first sight with the company of the domain; their '
  'company, if they have one; and whether nothing was known of them before.';

create function crm.find_company_of(p_person_id uuid)
returns public.companies
language plpgsql
stable
set search_path = ''
as $$
declare
  v_company public.companies;
begin
  select c.* into v_company
  from public.people as p
  join public.companies as c on c.id = p.company_id
  where p.id = p_person_id;
  return v_company;
end;
$$;
comment on function crm.find_company_of(uuid) is 'The company that a person belongs to; null when there is none.';

---------------------------------------------------------------------------------------------------------------- deals

create table public.deals (
  id uuid not null default gen_random_uuid(),
  company_id uuid not null,
  status text not null default 'active',
  stage text not null default 'booked',
  is_closed_by_hand boolean not null default false,
  opened_by_event_id uuid,
  made_at crm.position,
  is_new boolean not null default false,
  created_at timestamptz not null default now(),
  constraint deals_pkey primary key (id),
  constraint deals_company_id_fkey foreign key (company_id) references public.companies (id),
  constraint deals_opened_by_event_id_key unique (opened_by_event_id),
  constraint deals_status_is_known check (status in ('active', 'cancelled')),
  constraint deals_stage_is_known check (stage in ('booked', 'met'))
);
comment on table public.deals is 'One row per sales opportunity of a company.';
comment on column public.deals.is_closed_by_hand is 'Somebody has closed it; no event reopens it.';
comment on column public.deals.opened_by_event_id is
  'The event that opened it, by which a replay finds its row; null for a deal entered by hand.';
comment on column public.deals.made_at is
  'Position of the event or hand edit that made it; null while a replay has not come to it.';
comment on column public.deals.is_new is 'Only while a replay is under way: it has made this row.';
create unique index deals_one_active_per_company_idx on public.deals (company_id) where status = 'active';
create index deals_company_id_idx on public.deals (company_id);
alter table public.deals enable row level security;

-- Rule: a booking of a company without an active deal opens one; any other booking uses the deal there is.
--       A deal is the event that opened it: a replay opens it in the same row. When an older event turns up and opens
--       the deal instead, the row goes on as that deal, with its id and all that refers to it.
-- Race: events of one company are applied one after the other; the partial unique index is the proof.
create function crm.find_or_open_deal(p_company_id uuid, p_event crm.event, out deal_id uuid, out change text)
language plpgsql
set search_path = ''
as $$
declare
  v_active public.deals;
  v_is_replay boolean := coalesce(current_setting('crm.replay', true) = 'on', false);
  v_former_id uuid;
begin
  select d.* into v_active from public.deals as d where d.company_id = p_company_id and d.status = 'active';
  if not found then
    if v_is_replay then
      v_former_id := crm.former_id('deals', p_event.id::text);
      -- Somebody may have deleted it, and entered it again under its id.
      update public.deals as d set opened_by_event_id = p_event.id
      where d.id = v_former_id and d.opened_by_event_id is null and d.made_at is null;
      update public.deals as d set opened_by_event_id = p_event.id
      where d.id = crm.find_deal_of_same_booking(p_company_id, p_event);
    end if;
    insert into public.deals as d (id, company_id, opened_by_event_id, made_at, is_new)
    values (
      coalesce(v_former_id, gen_random_uuid()), p_company_id, p_event.id, p_event.position,
      v_is_replay and v_former_id is null
    )
    on conflict on constraint deals_opened_by_event_id_key do update set
      company_id = excluded.company_id, status = 'active', stage = 'booked', is_closed_by_hand = false,
      made_at = excluded.made_at
    returning d.id, 'opened' into deal_id, change;
    return;
  end if;

  deal_id := v_active.id;
  change := 'kept';
  if v_is_replay and v_active.is_new then
    select d.id into v_former_id
    from public.deals as d
    where d.opened_by_event_id = p_event.id and d.made_at is null;
    if found then
      perform crm.replace_deal(v_active, v_former_id, v_active.opened_by_event_id);
      deal_id := v_former_id;
    end if;
  end if;
end;
$$;
comment on function crm.find_or_open_deal(uuid, crm.event) is
  'The active deal of a company, opened when there is none.';

-- Rule: a booking may have been made by its move, or by its confirmation, because the event that booked it came late,
--       or by a copy of that event from a second webhook, which was sent later. The deal that it opened then is the one
--       that this event opens.
-- Time: it is found by the uids of the booking. A company may have as many deals as a replay has events.
create function crm.find_deal_of_same_booking(p_company_id uuid, p_event crm.event)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  if exists (select from public.deals as d where d.opened_by_event_id = p_event.id) then
    return null;
  end if;
  return coalesce(
    (
      select d.id
      from unnest(crm.list_linked_uids(array[p_event.uid], null)) as u (uid)
      join public.calcom_events as e on e.uid = u.uid and e.booker_email = p_event.booker_email
      join public.deals as d on d.opened_by_event_id = e.id
      where d.company_id = p_company_id and not d.is_new and d.made_at is null
        and (e.uid <> p_event.uid or e.new_uid is not null) and crm.original_uid(e.uid) = p_event.uid
      order by e.position
      limit 1
    ),
    (
      select d.id
      from public.calcom_events as e
      join public.deals as d on d.opened_by_event_id = e.id
      where e.uid = p_event.uid and e.new_uid is null and e.booker_email = p_event.booker_email
        and e.payload #>> '{payload,attendeeSeatId}' is not distinct from p_event.seat_id
        and d.company_id = p_company_id and not d.is_new and d.made_at is null
        and not exists (
          select
          from public.deals as o
          join public.calcom_events as f on f.id = o.opened_by_event_id
          where o.company_id = p_company_id and not o.is_new and o.made_at is null and f.position < e.position
        )
    )
  );
end;
$$;
comment on function crm.find_deal_of_same_booking(uuid, crm.event) is
  'The deal that a booking had opened before its own event turned up; null when there is none.';

create function crm.original_uid(p_uid text, p_max_moves integer default 20)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_uid text;
begin
  select e.uid into v_uid
  from public.calcom_events as e
  where e.new_uid = p_uid and e.uid <> p_uid and e.booker_email is not null
  order by e.position
  limit 1;
  return case when v_uid is null or p_max_moves = 0 then p_uid else crm.original_uid(v_uid, p_max_moves - 1) end;
end;
$$;
comment on function crm.original_uid(text, integer) is
  'The uid under which a booking was made, as far as the log tells; a chain of moves is followed twenty times.';

-- The row that goes is new; the one that stays may be one that others refer to. What was there before a change names
-- the one that stays, too.
create function crm.replace_deal(p_deal public.deals, p_by_deal_id uuid, p_opened_by_event_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_step text := current_setting('crm.step');
begin
  update crm.row_history as h
  set row_id = case when h.row_id = p_deal.id then p_by_deal_id else h.row_id end,
    old_values = replace(h.old_values::text, p_deal.id::text, p_by_deal_id::text)::jsonb
  where h.stream_key = split_part(v_step, E'\n', 1) and h.position >= p_deal.made_at
    and (h.row_id = p_deal.id or strpos(h.old_values::text, p_deal.id::text) > 0);
  perform set_config('crm.step', '', true);
  update public.bookings as b
  set deal_id = case when b.deal_id = p_deal.id then p_by_deal_id else b.deal_id end,
    met_deal_id = case when b.met_deal_id = p_deal.id then p_by_deal_id else b.met_deal_id end,
    cancelled_deal_id = case when b.cancelled_deal_id = p_deal.id then p_by_deal_id else b.cancelled_deal_id end
  where p_deal.id in (b.deal_id, b.met_deal_id, b.cancelled_deal_id) and b.id in (
    select f.booking_id from public.event_effects as f where f.deal_id = p_deal.id
    union all
    select o.id from public.bookings as o where o.deal_id = p_deal.id
  );
  update public.event_effects as f set deal_id = p_by_deal_id where f.deal_id = p_deal.id;
  delete from public.deals as d where d.id = p_deal.id;
  update public.deals as d
  set company_id = p_deal.company_id, status = p_deal.status, stage = p_deal.stage, made_at = p_deal.made_at,
    opened_by_event_id = p_opened_by_event_id
  where d.id = p_by_deal_id;
  perform set_config('crm.step', v_step, true);
end;
$$;
comment on function crm.replace_deal(public.deals, uuid, uuid) is
  'Has a deal go on in the row of another one; what referred to its row refers to the other.';

create function crm.find_active_deal(p_company_id uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select d.id from public.deals as d where d.company_id = p_company_id and d.status = 'active');
end;
$$;
comment on function crm.find_active_deal(uuid) is 'The active deal of a company; null when there is none.';

-- Rule: what somebody has closed by hand stays closed.
create function crm.reopen_deal(p_deal_id uuid)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_deal_id uuid;
begin
  update public.deals as d set status = 'active'
  where d.id = p_deal_id and not d.is_closed_by_hand and crm.find_active_deal(d.company_id) is null
  returning d.id into v_deal_id;
  return v_deal_id;
end;
$$;
comment on function crm.reopen_deal(uuid) is
  'Makes a cancelled deal active again and returns it; null when another one took its place or somebody closed it.';

------------------------------------------------------------------------------------------------------------- bookings

create table public.bookings (
  id uuid not null default gen_random_uuid(),
  calcom_uid text not null,
  original_key text,
  stream_key text,
  attendee_email text not null,
  previous_uids text[] not null default '{}',
  person_id uuid not null,
  deal_id uuid,
  title text,
  start_time timestamptz,
  end_time timestamptz,
  status text not null default 'ACCEPTED',
  is_cancelled_by_hand boolean not null default false,
  attended boolean not null default false,
  organizer_email text,
  event_type_id text,
  is_recurring boolean not null default false,
  is_pending_confirmation boolean not null default false,
  is_seated boolean not null default false,
  seat_id text,
  ical_uid text,
  has_ended boolean not null default false,
  is_no_show boolean not null default false,
  attended_by_hand text,
  met_deal_id uuid,
  cancelled_deal_id uuid,
  last_event_id uuid,
  made_at crm.position,
  created_at timestamptz not null default now(),
  constraint bookings_pkey primary key (id),
  constraint bookings_calcom_uid_person_id_key unique (calcom_uid, person_id),
  constraint bookings_attendee_email_original_key_key unique (attendee_email, original_key),
  constraint bookings_person_id_fkey foreign key (person_id) references public.people (id),
  constraint bookings_deal_id_fkey foreign key (deal_id) references public.deals (id) on delete set null,
  constraint bookings_status_is_known check (status in ('ACCEPTED', 'CANCELLED')),
  constraint bookings_has_one_mark_at_most check (not (attended and is_no_show)),
  constraint bookings_attended_by_hand_is_known check (attended_by_hand in ('marked', 'corrected'))
);
comment on table public.bookings is
  'One row per meeting of one person; the people of a seated event have a row each under one uid.';
comment on column public.bookings.calcom_uid is 'The uid that Cal.com uses now; a reschedule changes it.';
comment on column public.bookings.original_key is
  'The uid (and seat) it was booked under, by which a replay finds its row.';
comment on column public.bookings.stream_key is 'The stream it belongs to; see calcom_events.stream_key.';
comment on column public.bookings.attendee_email is
  'The address it was booked with, by which Cal.com''s events name the attendee.';
comment on column public.bookings.previous_uids is
  'Every uid it had before, so that an event that names one still finds it.';
comment on column public.bookings.deal_id is 'The deal that this meeting counts for.';
comment on column public.bookings.attended is 'The meeting took place and the person was not marked as a no-show.';
comment on column public.bookings.is_no_show is 'The person was marked as a no-show, at Cal.com or by hand.';
comment on column public.bookings.is_cancelled_by_hand is
  'Somebody has cancelled it; Cal.com has not, as far as we know, so its attendee has yet to be told.';
comment on column public.bookings.event_type_id is 'Cal.com''s id of the event type.';
comment on column public.bookings.is_recurring is 'One meeting of a series.';
comment on column public.bookings.is_pending_confirmation is
  'Moved by the attendee to a time that the organizer has not confirmed yet.';
comment on column public.bookings.seat_id is 'Cal.com''s id of the seat; a new one means that the person booked again.';
comment on column public.bookings.ical_uid is
  'The id in the calendars; it stays the same along a chain of reschedules.';
comment on column public.bookings.has_ended is
  'Cal.com''s timer for its end has fired, no matter who came.';
comment on column public.bookings.attended_by_hand is
  'Somebody has said that the person came: marked, or corrected when they were marked as a no-show until then.';
comment on column public.bookings.met_deal_id is
  'The deal that was active when it ended, which it makes met as long as it counts as attended; without one, the deal '
  'that a no-show marked by hand has taken back. No foreign key: over REST, bookings and deals have one relationship, '
  'deal_id.';
comment on column public.bookings.cancelled_deal_id is
  'The deal that its cancellation closed, which comes back with a new time. No foreign key, as above.';
comment on column public.bookings.last_event_id is 'The event that last booked, moved, confirmed or cancelled it.';
comment on column public.bookings.made_at is
  'Position of the event or hand edit that made it; null while a replay has not come to it.';
-- With the uid, too: asked for both, Postgres may take this index for one that finds as few rows as the unique one.
create index bookings_person_id_idx on public.bookings (person_id, calcom_uid);
create index bookings_deal_id_idx on public.bookings (deal_id);
create index bookings_met_deal_id_idx on public.bookings (met_deal_id) where met_deal_id is not null;
create index bookings_stream_key_idx on public.bookings (stream_key, calcom_uid);
alter table public.bookings enable row level security;

-- The uids that bookings had before, to find them by: as a list in the row they could not be looked up within a stream.
create table crm.previous_uids (
  uid text not null,
  stream_key text not null,
  booking_id uuid not null,
  constraint previous_uids_pkey primary key (uid, stream_key, booking_id),
  constraint previous_uids_booking_id_fkey foreign key (booking_id) references public.bookings (id) on delete cascade
);
comment on table crm.previous_uids is 'One row per uid that a booking had before: bookings.previous_uids, to look up.';
create index previous_uids_booking_id_idx on crm.previous_uids (booking_id);
alter table crm.previous_uids enable row level security;

-- Time: each move writes the one uid that it adds, however often the booking has moved.
create function crm.save_previous_uids()
returns trigger
language plpgsql
security definer -- who may edit bookings has no rights in schema crm
set search_path = ''
as $$
declare
  v_is_kept constant boolean := coalesce(old.stream_key = new.stream_key, false); -- not of a row that is new
  v_gone text[] := array(
    select unnest(old.previous_uids) except select unnest(case when v_is_kept then new.previous_uids end)
  );
begin
  delete from crm.previous_uids as u
  where u.uid = any (v_gone) and u.stream_key = old.stream_key and u.booking_id = new.id;
  insert into crm.previous_uids (uid, stream_key, booking_id)
  select a.uid, new.stream_key, new.id
  from (
    select unnest(new.previous_uids) except select unnest(case when v_is_kept then old.previous_uids end)
  ) as a (uid);
  return null;
end;
$$;
comment on function crm.save_previous_uids() is 'Keeps the uids that a booking had before where they are looked up.';
create trigger save_previous_uids after insert on public.bookings
for each row when (new.previous_uids <> '{}') execute function crm.save_previous_uids();
create trigger save_changed_previous_uids after update on public.bookings
for each row when (
  old.previous_uids is distinct from new.previous_uids
  or (new.previous_uids <> '{}' and old.stream_key is distinct from new.stream_key)
)
execute function crm.save_previous_uids();

-- Rule: any uid that a booking ever had finds it, unless the person holds another booking under that uid by now.
--       Only the bookings of one stream: each stream is decided by itself.
create function crm.find_bookings(p_uid text, p_stream_key text)
returns setof public.bookings
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  select f.*
  from (
    select b.* from public.bookings as b where b.calcom_uid = p_uid and b.stream_key = p_stream_key
    union all
    select b.*
    from crm.previous_uids as u
    join public.bookings as b on b.id = u.booking_id
    where u.uid = p_uid and u.stream_key = p_stream_key
      and not exists (select from public.bookings as o where o.calcom_uid = p_uid and o.person_id = b.person_id)
  ) as f
  -- Not by id, which is random: the seats of an event may have one key, and the first one closes the deal. Nor by the
  -- address, which changes when somebody is erased.
  order by f.original_key, f.made_at, f.attendee_email;
end;
$$;
comment on function crm.find_bookings(text, text) is 'The bookings of a stream that have or had this uid.';

-- Rule: when the event that links two uids was lost, the calendar id still tells which booking moved. Only for one
--       person, never for seats and series (they share one id), and Cal.com's own form of it must name this booking.
create function crm.find_booking_by_ical_uid(p_event crm.event)
returns public.bookings
language plpgsql
stable
set search_path = ''
as $$
declare
  v_booking public.bookings;
begin
  if p_event.ical_uid is null or p_event.is_seated or p_event.is_recurring then
    return null;
  end if;
  select b.* into v_booking
  from public.bookings as b
  where b.attendee_email = p_event.booker_email
    and b.ical_uid = p_event.ical_uid
    and (b.ical_uid not ilike '%@cal.com' or lower(b.ical_uid) = lower(b.original_key || '@cal.com'))
    and not b.is_seated
  order by b.start_time desc nulls last, b.original_key
  limit 1;
  return v_booking;
end;
$$;
comment on function crm.find_booking_by_ical_uid(crm.event) is
  'The booking of a person that an event continues by its calendar id; nothing when that is not sure.';

-- Rule: what made the new uid known may have come before: then the move is no news.
create function crm.find_booking_by_new_uid(p_event crm.event, p_stream_key text)
returns public.bookings
language plpgsql
stable
set search_path = ''
as $$
declare
  v_booking public.bookings;
begin
  select b.* into v_booking
  from crm.find_bookings(p_event.new_uid, p_stream_key) as b
  where b.attendee_email = p_event.booker_email
  limit 1;
  return v_booking;
end;
$$;
comment on function crm.find_booking_by_new_uid(crm.event, text) is
  'The booking of the booker that has or had the uid that an event gives; null when there is none.';

-- Rule: a request for a new time may come without any link. It is about the one meeting of the same person and event
--       type that is still to come; when there are several, nobody can tell.
create function crm.find_booking_by_event_type(p_event crm.event)
returns public.bookings
language plpgsql
stable
set search_path = ''
as $$
declare
  v_bookings public.bookings[];
begin
  if p_event.event_type_id is null or p_event.is_seated or p_event.is_recurring then
    return null;
  end if;
  v_bookings := array(
    select b
    from public.bookings as b
    where b.attendee_email = p_event.booker_email and b.event_type_id = p_event.event_type_id
      and b.status = 'ACCEPTED' and not b.is_seated and not b.is_recurring
      and b.made_at is not null and b.start_time > (p_event.position).happened_at
    limit 2
  );
  return case when cardinality(v_bookings) = 1 then v_bookings[1] end;
end;
$$;
comment on function crm.find_booking_by_event_type(crm.event) is
  'The one meeting to come of a person that a request without a link can be about; nothing when that is not sure.';

-- Rule: the log tells whose seat it is, also when that person belongs to another stream. A chain of moves longer than
--       twenty is not followed.
create function crm.find_seat_holder(p_uid text, p_seat_id text, p_max_moves integer default 20)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_event public.calcom_events;
begin
  select e.* into v_event
  from public.calcom_events as e
  where e.payload #>> '{payload,attendeeSeatId}' = p_seat_id and case e.trigger
    when 'BOOKING_CREATED' then e.uid = p_uid
    when 'BOOKING_RESCHEDULED' then e.new_uid = p_uid
  end
  order by e.trigger, e.position
  limit 1;
  if v_event.trigger = 'BOOKING_RESCHEDULED' and v_event.uid <> p_uid and p_max_moves > 0 then
    return crm.find_seat_holder(v_event.uid, p_seat_id, p_max_moves - 1);
  end if;
  return v_event.booker_email;
end;
$$;
comment on function crm.find_seat_holder(text, text, integer) is
  'The address that a seat of a meeting was booked with; null when the log does not say.';

-- Rule: a seat that moves is about its holder, whoever else the event lists; of somebody who has left the meeting with
--       one seat and come back for another, about the seat that it names. Any other event about a seated meeting is
--       about the people whom it lists, and one about a meeting without seats is about whoever holds the booking.
create function crm.applies_to_booking(p_event crm.event, p_booking public.bookings)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  v_holder text;
begin
  if not (p_booking.is_seated or p_event.is_seated) then
    return true;
  end if;
  if p_event.seat_id is not null and p_event.trigger = 'BOOKING_RESCHEDULED' then
    v_holder := crm.find_seat_holder(p_event.uid, p_event.seat_id);
    if v_holder is not null then
      return p_booking.attendee_email = v_holder and (
        p_booking.seat_id is not distinct from p_event.seat_id
        or not exists (
          select
          from public.bookings as b
          where b.attendee_email = v_holder and b.seat_id = p_event.seat_id and b.id <> p_booking.id
            and p_event.uid = any (b.previous_uids || b.calcom_uid)
        )
      );
    end if;
  end if;
  return p_booking.attendee_email = any (p_event.attendee_emails);
end;
$$;
comment on function crm.applies_to_booking(crm.event, public.bookings) is
  'Whether an event about this uid is about this person''s booking.';

-------------------------------------------------------------------------------------------------------------- effects

create table public.event_effects (
  event_id uuid not null,
  stream_key text not null,
  booking_id uuid not null,
  deal_id uuid,
  deal_change text,
  reason text not null,
  constraint event_effects_pkey primary key (event_id, booking_id),
  constraint event_effects_booking_id_fkey foreign key (booking_id) references public.bookings (id) on delete cascade,
  constraint event_effects_deal_change_is_known
    check (deal_change in ('opened', 'kept', 'met', 'booked', 'cancelled', 'reopened'))
);
comment on table public.event_effects is 'One row per booking that an event changed, and what it did to the deal.';
comment on column public.event_effects.deal_id is
  'The deal it was about. No foreign key: over REST, bookings and deals have one relationship, bookings.deal_id.';
comment on column public.event_effects.deal_change is 'What it did to the deal; null when it left the deal as it was.';
create index event_effects_stream_key_idx on public.event_effects (stream_key, event_id);
create index event_effects_booking_id_idx on public.event_effects (booking_id);
create index event_effects_deal_id_idx on public.event_effects (deal_id);
alter table public.event_effects enable row level security;
