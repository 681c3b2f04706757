-- Migration: people
-- Purpose:   one person per mail address
-- Needs:     foundations, companies
-- Creates:   public.people, crm.full_name(), crm.booker_name(), crm.find_or_create_person()
-- Tests:     supabase/tests/people/

create table public.people (
  id uuid not null default gen_random_uuid(),
  email text not null,
  name text,
  company_id uuid,
  mail_blocked_at timestamptz,
  mail_blocked_reason text,
  created_at timestamptz not null default now(),
  constraint people_pkey primary key (id),
  constraint people_email_key unique (email),
  constraint people_email_is_lower_case check (email = lower(email)),
  constraint people_mail_blocked_says_why check ((mail_blocked_at is null) = (mail_blocked_reason is null)),
  constraint people_company_id_fkey foreign key (company_id) references public.companies (id)
);
comment on table public.people is 'One row per individual who books, identified by mail address.';
comment on column public.people.email is
  'Lower case, the +tag kept. A booking by phone alone has <digits>@sms.cal.com, which gets no mail.';
comment on column public.people.company_id is 'The company of the mail domain, or the one that somebody chose by hand; null for personal mail.';
comment on column public.people.mail_blocked_at is
  'Since when the address gets no mail, because it bounced for good or somebody complained; allow_mail() clears it.';
create index people_company_id_idx on public.people (company_id);
alter table public.people enable row level security;

-- Rule: the form may ask for one name or for two.
create function crm.full_name(p_value jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return left(
    coalesce(
      crm.text_of(p_value),
      nullif(concat_ws(' ', crm.text_of(p_value -> 'firstName'), crm.text_of(p_value -> 'lastName')), '')
    ),
    200
  );
end;
$$;
comment on function crm.full_name(jsonb) is 'A name given as text or as {firstName, lastName}; null when it is neither.';

create function crm.booker_name(p_body jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return coalesce(
    case when not crm.is_seated(p_body) then crm.full_name(p_body #> '{responses,name,value}') end,
    case when not crm.is_seated(p_body) then crm.full_name(p_body #> '{responses,name}') end,
    crm.full_name(p_body #> '{attendees,0,name}')
  );
end;
$$;
comment on function crm.booker_name(jsonb) is 'The name of the person who booked; null when the body gives none.';

-- Rule: the name is the one given last; the company stays what it is once it is set, by us or by hand.
-- Race: as for companies, the unique key decides and the loser gets the same row.
create function crm.find_or_create_person(p_email text, p_name text, p_company_id uuid)
returns uuid
language plpgsql
volatile
security invoker
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
comment on function crm.find_or_create_person(text, text, uuid) is 'The person behind a mail address, created on first sight.';
