-- CRM: companies, people, deals and bookings, and how each is found or created.

------------------------------------------------------------------------------------------------------------ companies

create table public.companies (
  id uuid not null default gen_random_uuid(),
  name text not null,
  domain text not null,
  form_name text,
  created_at timestamptz not null default now(),
  constraint companies_pkey primary key (id),
  constraint companies_domain_key unique (domain),
  constraint companies_domain_is_lower_case check (domain = lower(domain))
);
comment on table public.companies is 'One row per business, identified by its mail domain.';
comment on column public.companies.name is 'The domain until a form gives a name or somebody edits it.';
comment on column public.companies.form_name is
  'The name that a booking form gave. While name equals it, a rebuild may change it; once edited by hand, it stays.';
alter table public.companies enable row level security;

create table public.personal_email_domains (
  domain text not null,
  constraint personal_email_domains_pkey primary key (domain),
  constraint personal_email_domains_domain_is_lower_case check (domain = lower(domain))
);
comment on table public.personal_email_domains is
  'One row per mail domain that anybody can register on: a person there has no company and no deal.';
alter table public.personal_email_domains enable row level security;

-- Here and not in seed.sql: the rule is wrong without these rows, in production too.
insert into public.personal_email_domains (domain)
values ('gmail.com'), ('yahoo.com'), ('hotmail.com'), ('outlook.com'), ('icloud.com'), ('me.com');

-- Rule: what stands after the @ names the company. Personal mail names none, nor do the addresses that Cal.com
--       makes up for people who book with a phone number (<digits>@sms.cal.com).
create function crm.stream_key(p_email text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_domain text := split_part(p_email, '@', 2);
begin
  if v_domain = 'sms.cal.com' or exists (
    select from public.personal_email_domains as p where p.domain = v_domain
  ) then
    return p_email;
  end if;
  return v_domain;
end;
$$;
comment on function crm.stream_key(text) is
  'Whose stream an address belongs to: the domain of its company, or the address itself when it has none.';

-- Rule: created on first sight; the first answer names it while it is known by its domain only.
-- Race: two bookings from a new domain may arrive together. The unique key picks the winner; the loser finds its row.
--       A known company is not written, because that would leave a dead row behind for each of its bookings.
create function crm.find_or_create_company(p_stream_key text, p_form_name text)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_company_id uuid;
begin
  if p_stream_key like '%@%' then
    return null;
  end if;

  insert into public.companies as c (name, domain, form_name)
  values (coalesce(p_form_name, p_stream_key), p_stream_key, p_form_name)
  on conflict on constraint companies_domain_key do nothing
  returning c.id into v_company_id;
  if found then
    return v_company_id;
  end if;

  update public.companies as c set name = p_form_name, form_name = p_form_name
  where c.domain = p_stream_key and c.name = c.domain and p_form_name is not null
  returning c.id into v_company_id;
  if not found then
    v_company_id := crm.find_company(p_stream_key);
  end if;
  return v_company_id;
end;
$$;
comment on function crm.find_or_create_company(text, text) is
  'The company of a stream, created on first sight; null for a person without one.';

create function crm.find_company(p_stream_key text)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select c.id from public.companies as c where c.domain = p_stream_key);
end;
$$;
comment on function crm.find_company(text) is 'The company of a stream; null for a person without one.';

--------------------------------------------------------------------------------------------------------------- people

create table public.people (
  id uuid not null default gen_random_uuid(),
  email text not null,
  name text,
  company_id uuid,
  suppressed_at timestamptz,
  suppressed_reason text,
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
comment on column public.people.suppressed_at is
  'Since when the address gets no mail, because it bounced for good or somebody complained; allow_mail() clears it.';
create index people_company_id_idx on public.people (company_id);
alter table public.people enable row level security;

-- Rule: the name is the one given last; the company stays what it is once it is set, by us or by hand.
-- Race: as for companies, the unique key decides and the loser gets the same row.
create function crm.find_or_create_person(p_email text, p_name text, p_company_id uuid)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_person_id uuid;
begin
  insert into public.people as p (email, name, company_id)
  values (p_email, p_name, p_company_id)
  on conflict on constraint people_email_key do update set
    name = coalesce(excluded.name, p.name),
    company_id = coalesce(p.company_id, excluded.company_id)
  returning p.id into v_person_id;
  return v_person_id;
end;
$$;
comment on function crm.find_or_create_person(text, text, uuid) is
  'The person behind a mail address, created on first sight.';

---------------------------------------------------------------------------------------------------------------- deals

create table public.deals (
  id uuid not null default gen_random_uuid(),
  company_id uuid not null,
  status text not null default 'active',
  stage text not null default 'booked',
  sequence_number integer,
  opened_by_event_id uuid,
  created_at timestamptz not null default now(),
  constraint deals_pkey primary key (id),
  constraint deals_company_id_fkey foreign key (company_id) references public.companies (id),
  constraint deals_opened_by_event_id_fkey foreign key (opened_by_event_id) references public.calcom_events (id),
  constraint deals_company_id_sequence_number_key unique (company_id, sequence_number),
  constraint deals_status_is_known check (status in ('active', 'cancelled')),
  constraint deals_stage_is_known check (stage in ('booked', 'met'))
);
comment on table public.deals is 'One row per sales opportunity of a company.';
comment on column public.deals.sequence_number is
  'Counts the deals of a company as its events open them; null for a deal entered by hand, which no event removes.';
comment on column public.deals.opened_by_event_id is 'The event that opened it.';
create unique index deals_one_active_per_company_idx on public.deals (company_id) where status = 'active';
create index deals_opened_by_event_id_idx on public.deals (opened_by_event_id);
alter table public.deals enable row level security;

-- Rule: a booking of a company without an active deal opens one; any other booking uses the deal there is.
-- Race: events of one company are applied one after the other; the partial unique index is the proof.
create function crm.find_or_open_deal(p_company_id uuid, p_event_id uuid, out deal_id uuid, out change text)
language plpgsql
set search_path = ''
as $$
begin
  if p_company_id is null then
    return;
  end if;

  -- A rebuild opens the deals again under the same numbers, so each row keeps its id.
  insert into public.deals as d (company_id, sequence_number, opened_by_event_id)
  select
    p_company_id,
    1 + coalesce(max(o.sequence_number) filter (where o.opened_by_event_id is not null), 0),
    p_event_id
  from public.deals as o
  where o.company_id = p_company_id
  having bool_or(o.status = 'active') is not true
  on conflict on constraint deals_company_id_sequence_number_key do update set
    status = 'active', stage = 'booked', opened_by_event_id = excluded.opened_by_event_id
  returning d.id, 'opened' into deal_id, change;
  if deal_id is null then
    select d.id, 'kept' into deal_id, change
    from public.deals as d
    where d.company_id = p_company_id and d.status = 'active';
  end if;
end;
$$;
comment on function crm.find_or_open_deal(uuid, uuid) is
  'The active deal of a company, opened when there is none; nothing for a person without a company.';

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

create function crm.cancel_active_deal(p_company_id uuid)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_deal_id uuid;
begin
  update public.deals as d set status = 'cancelled'
  where d.company_id = p_company_id and d.status = 'active'
  returning d.id into v_deal_id;
  return v_deal_id;
end;
$$;
comment on function crm.cancel_active_deal(uuid) is
  'Cancels the active deal of a company and returns it; null when there is none.';

create function crm.reopen_deal(p_deal_id uuid)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_deal_id uuid;
begin
  update public.deals as d set status = 'active'
  where d.id = p_deal_id and crm.find_active_deal(d.company_id) is null
  returning d.id into v_deal_id;
  return v_deal_id;
end;
$$;
comment on function crm.reopen_deal(uuid) is
  'Makes a cancelled deal active again and returns it; null when another one took its place.';

------------------------------------------------------------------------------------------------------------- bookings

create table public.bookings (
  id uuid not null default gen_random_uuid(),
  calcom_uid text not null,
  original_key text,
  stream_key text,
  previous_uids text[] not null default '{}',
  person_id uuid not null,
  deal_id uuid,
  title text,
  start_time timestamptz,
  end_time timestamptz,
  status text not null default 'ACCEPTED',
  attended boolean not null default false,
  organizer_email text,
  is_pending_confirmation boolean not null default false,
  is_seated boolean not null default false,
  seat_id text,
  ical_uid text,
  has_ended boolean not null default false,
  is_no_show boolean not null default false,
  met_deal_id uuid,
  cancelled_deal_id uuid,
  last_event_id uuid,
  created_at timestamptz not null default now(),
  constraint bookings_pkey primary key (id),
  constraint bookings_calcom_uid_person_id_key unique (calcom_uid, person_id),
  constraint bookings_person_id_original_key_key unique (person_id, original_key),
  constraint bookings_person_id_fkey foreign key (person_id) references public.people (id),
  constraint bookings_deal_id_fkey foreign key (deal_id) references public.deals (id) on delete set null,
  constraint bookings_last_event_id_fkey foreign key (last_event_id) references public.calcom_events (id),
  constraint bookings_status_is_known check (status in ('ACCEPTED', 'CANCELLED'))
);
comment on table public.bookings is
  'One row per meeting of one person; the people of a seated event have a row each under one uid.';
comment on column public.bookings.calcom_uid is 'The uid that Cal.com uses now; a reschedule changes it.';
comment on column public.bookings.original_key is
  'The uid (and seat) it was booked under, by which a rebuild finds its row; null for a booking entered by hand.';
comment on column public.bookings.stream_key is 'The stream it belongs to; see calcom_events.stream_key.';
comment on column public.bookings.previous_uids is
  'Every uid it had before, so that an event that names one still finds it.';
comment on column public.bookings.deal_id is 'The deal that this meeting counts for.';
comment on column public.bookings.attended is 'The meeting took place and the person was not marked as a no-show.';
comment on column public.bookings.is_pending_confirmation is
  'Moved by the attendee to a time that the organizer has not confirmed yet.';
comment on column public.bookings.seat_id is 'Cal.com''s id of the seat; a new one means that the person booked again.';
comment on column public.bookings.ical_uid is
  'The id in the calendars; it stays the same along a chain of reschedules.';
comment on column public.bookings.has_ended is 'Cal.com''s timer for its end has fired, no matter who came.';
comment on column public.bookings.met_deal_id is
  'The deal that was active when it ended, which it makes met as long as it counts as attended. No foreign key: over '
  'REST, bookings and deals have one relationship, deal_id.';
comment on column public.bookings.cancelled_deal_id is
  'The deal that its cancellation closed, which comes back with a new time. No foreign key, as above.';
comment on column public.bookings.last_event_id is 'The event that last booked, moved, confirmed or cancelled it.';
create index bookings_deal_id_idx on public.bookings (deal_id);
create index bookings_stream_key_idx on public.bookings (stream_key);
create index bookings_last_event_id_idx on public.bookings (last_event_id);
create index bookings_previous_uids_idx on public.bookings using gin (previous_uids) where previous_uids <> '{}';
alter table public.bookings enable row level security;

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
    from public.bookings as b
    where b.previous_uids <> '{}' and b.previous_uids @> array[p_uid] and b.stream_key = p_stream_key
      and not exists (select from public.bookings as o where o.calcom_uid = p_uid and o.person_id = b.person_id)
  ) as f
  -- Not by id, which is random: the seats of an event may have one key, and the first one closes the deal.
  order by f.original_key, (select p.email from public.people as p where p.id = f.person_id);
end;
$$;
comment on function crm.find_bookings(text, text) is 'The bookings of a stream that have or had this uid.';

-- Rule: when the event that links two uids was lost, the calendar id still tells which booking moved. Only for one
--       person, never for seats and series (they share one id), and Cal.com's own form of it must name this booking.
create function crm.find_booking_by_ical_uid(p_event crm.event)
returns setof public.bookings
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_event.ical_uid is null or p_event.is_seated or p_event.is_recurring then
    return;
  end if;
  return query
  select b.*
  from public.bookings as b
  join public.people as p on p.id = b.person_id
  where p.email = p_event.booker_email
    and b.ical_uid = p_event.ical_uid
    and (b.ical_uid not ilike '%@cal.com' or lower(b.ical_uid) = lower(b.original_key || '@cal.com'))
    and not b.is_seated
  order by b.start_time desc nulls last, b.original_key
  limit 1;
end;
$$;
comment on function crm.find_booking_by_ical_uid(crm.event) is
  'The booking of a person that an event continues by its calendar id; nothing when that is not sure.';

-- Rule: an event about a seat is about the people whom it lists; any other is about whoever holds the booking.
create function crm.applies_to_booking(p_event crm.event, p_booking public.bookings)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return not (p_booking.is_seated or p_event.is_seated)
    or (select p.email from public.people as p where p.id = p_booking.person_id) = any (p_event.attendee_emails);
end;
$$;
comment on function crm.applies_to_booking(crm.event, public.bookings) is
  'Whether an event about this uid is about this person''s booking.';
