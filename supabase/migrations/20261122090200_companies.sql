-- Migration: companies
-- Purpose:   one company per mail domain; personal mail belongs to no company
-- Needs:     foundations, events
-- Creates:   public.companies, public.personal_email_domains, crm.account_of(), crm.company_answer(),
--            crm.find_or_create_company(), crm.company_of()
-- Tests:     supabase/tests/companies/

create table public.companies (
  id uuid not null default gen_random_uuid(),
  name text not null,
  domain text not null,
  answered_name text,
  created_at timestamptz not null default now(),
  constraint companies_pkey primary key (id),
  constraint companies_domain_key unique (domain),
  constraint companies_domain_is_lower_case check (domain = lower(domain))
);
comment on table public.companies is 'One row per business, identified by its mail domain.';
comment on column public.companies.name is 'The domain until somebody answers or edits it.';
comment on column public.companies.answered_name is
  'The name that a booking form gave. While name equals it, name is ours; once edited by hand, it is left alone.';
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
create function crm.account_of(p_email text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select case
      when d.domain = 'sms.cal.com' then p_email
      when exists (select from public.personal_email_domains as p where p.domain = d.domain) then p_email
      else d.domain
    end
    from (select split_part(p_email, '@', 2) as domain) as d
  );
end;
$$;
comment on function crm.account_of(text) is
  'Whose sales an address counts for: the domain of its company, or the address itself when it has none.';

-- Rule: a booking question about the company has a slug that its author chose: company, company_name,
--       companyName, organization, organisation_name and the like. The slug decides, never the label.
create function crm.company_answer(p_body jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return (
    select left(coalesce(crm.text_of(a.answer -> 'value'), crm.text_of(a.answer)), 200)
    from (values (p_body -> 'responses', 1), (p_body -> 'userFieldsResponses', 2)) as s (answers, place)
    cross join lateral jsonb_each(case when jsonb_typeof(s.answers) = 'object' then s.answers else '{}' end) as a (slug, answer)
    where regexp_replace(lower(a.slug), '[^a-z]', '', 'g') in (
        'company', 'companyname', 'yourcompany', 'companylegalname', 'organization', 'organisation',
        'organizationname', 'organisationname', 'business', 'businessname', 'employer', 'firm'
      )
      and coalesce(crm.text_of(a.answer -> 'value'), crm.text_of(a.answer)) is not null
    order by s.place, a.slug
    limit 1
  );
end;
$$;
comment on function crm.company_answer(jsonb) is 'The name of the company as the booker gave it in the form; null when not asked.';

-- Rule: created on first sight; the first answer names it while it is known by its domain only.
-- Race: two bookings from a new domain may arrive together. The unique key picks the winner, and the
--       update makes `returning` hand the loser the same row.
create function crm.find_or_create_company(p_account text, p_answer text)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_company_id uuid;
begin
  if p_account like '%@%' then
    return null;
  end if;

  insert into public.companies as c (name, domain, answered_name)
  values (coalesce(p_answer, p_account), p_account, p_answer)
  on conflict on constraint companies_domain_key do update set
    name = case when c.name = c.domain then excluded.name else c.name end,
    answered_name = case when c.name = c.domain then excluded.answered_name else c.answered_name end
  returning c.id into v_company_id;
  return v_company_id;
end;
$$;
comment on function crm.find_or_create_company(text, text) is
  'The company of an account, created on first sight; null for a person without one.';

create function crm.company_of(p_account text)
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (select c.id from public.companies as c where c.domain = p_account);
end;
$$;
comment on function crm.company_of(text) is 'The company of an account; null for a person without one.';
