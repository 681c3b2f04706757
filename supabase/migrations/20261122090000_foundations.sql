-- Foundations: a closed schema, "nobody may call anything" by default, and how loosely typed JSON is read.
--
-- How functions are written in all chapters:
-- * What may be called from outside is in schema public and granted on the last page (access). All steps are in crm.
-- * What is one expression is a SQL function with a bound body (`return …`), parsed when it is created. The few that
--   every event calls often have no setting, because the planner then puts the expression in the place of the call;
--   with a bound body there is no name left that a search_path could redirect.
-- * Everything else is plpgsql with an empty search_path: its plans are kept, and its steps read in order.
-- * Parameters begin with p_, variables with v_. Functions in public name their parameters for callers of the API.

-- The global form comes first: PUBLIC holds EXECUTE globally, so revoking it per schema does nothing.
alter default privileges revoke execute on functions from public;
-- Older Supabase projects grant everything in public by default; here every grant is in the chapter "access".
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;

create schema crm;
comment on schema crm is
  'How Cal.com events become companies, people, bookings, deals and mails. Closed: callers use functions in public.';

create function crm.jsonb_text(p_value jsonb) returns text
language sql immutable
return case when jsonb_typeof(p_value) in ('string', 'number') then nullif(btrim(p_value #>> '{}'), '') end;
comment on function crm.jsonb_text(jsonb) is
  'The text of a JSON string or number, trimmed; null for anything else and for a blank text.';

create function crm.jsonb_list(p_value jsonb) returns jsonb
language sql immutable
return case when jsonb_typeof(p_value) = 'array' then p_value else '[]'::jsonb end;
comment on function crm.jsonb_list(jsonb) is 'A JSON array as it is; an empty one for anything else.';

-- Rule: compared in lower case, the +tag kept. What no mail server would take ("Email-less", an IP address) is no
--       address, nor is what only looks like one: it is ASCII, an international domain in punycode.
-- Time: only a text is made a text. A list of 160,000 times 1e308 has 1 MiB as a body, and 50 as a text.
create function crm.jsonb_email(p_value jsonb) returns text
language sql immutable
return case
  when jsonb_typeof(p_value) = 'string' and length(p_value #>> '{}') <= 254 and strpos(p_value #>> '{}', '@') <= 65
    then substring(
      lower((p_value #>> '{}') collate "C")
      from '^ *([a-z0-9!#$%&''*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&''*+/=?^_`{|}~-]+)*'
        '@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])) *$'
    )
end;
comment on function crm.jsonb_email(jsonb) is
  'The mail address in a JSON string, in lower case; null when there is none.';

-- Rule: ISO 8601 as Cal.com spells it (Z, .000Z or +00:00), of this millennium or the last; anything else, "now" and
--       "infinity" included, is no time. A text without a zone is read as UTC, never in the zone of the session.
-- Time: a regular expression costs more than all the rest, and nearly every time is spelt in one of two ways.
create function crm.jsonb_timestamp(p_value jsonb)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
  v_text text := case
    when jsonb_typeof(p_value) = 'string' and left(p_value #>> '{}', 1) in ('1', '2') then left(p_value #>> '{}', 40)
  end;
  v_spelling text := translate(v_text, '123456789', '000000000');
begin
  if v_spelling not in ('0000-00-00T00:00:00.000Z', '0000-00-00T00:00:00Z') then
    if v_spelling !~ '^0000-00-00[T ]00:00(:00(\.0{1,9})?)?(Z|[+-]00(:?00)?)?$' then
      return null;
    elsif v_spelling !~ '(Z|[+-]00(:?00)?)$' then
      v_text := v_text || 'Z';
    end if;
  end if;
  begin
    return v_text::timestamptz;
  exception
    when datetime_field_overflow or invalid_time_zone_displacement_value then -- the 30th of February
      return null;
  end;
end;
$$;
comment on function crm.jsonb_timestamp(jsonb) is 'The moment that a JSON string names; null when it names none.';

-- Rule: what a team may choose is a row here; whoever changes a value changes what follows.
create table public.settings (
  name text not null,
  value text not null,
  description text not null,
  constraint settings_pkey primary key (name),
  constraint "cancellation_rule must be any or last_meeting"
    check (name <> 'cancellation_rule' or value in ('any', 'last_meeting'))
);
comment on table public.settings is 'One row per choice that a team has; description says what it means.';
alter table public.settings enable row level security;

insert into public.settings (name, value, description)
values (
  'cancellation_rule', 'any',
  'Which cancellation closes a deal. any: each one closes the active deal of the company. last_meeting: it closes the '
  'deal of its own booking, and only when no other meeting of that deal is still to come or was attended.'
);

create function crm.setting(p_name text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select s.value from public.settings as s where s.name = p_name);
end;
$$;
comment on function crm.setting(text) is 'The value of a setting.';

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
create function crm.company_domain(p_email text)
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
    return null;
  end if;
  return v_domain;
end;
$$;
comment on function crm.company_domain(text) is 'The domain of the company behind an address; null when it names none.';

create function crm.sort_unique(p_keys text[])
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_keys text[] := array_remove(p_keys, null);
begin
  if cardinality(v_keys) > 1 then
    v_keys := array(select distinct k.key from unnest(v_keys) as k (key) order by 1);
  end if;
  return v_keys;
end;
$$;
comment on function crm.sort_unique(text[]) is 'Each key once, in order.';

create function crm.escape_pattern(p_text text) returns text
language sql immutable set search_path = ''
return regexp_replace(
  regexp_replace(btrim(p_text), '([^[:alnum:][:space:]])', '\\\1', 'g'), '[[:space:]]+', '\\s+', 'g'
);
comment on function crm.escape_pattern(text) is 'A regular expression that finds a text, however it is spaced.';

-- Rule: the engine marks what it writes. What is written without the mark was written by somebody, and is recorded as a
--       hand edit.
create function crm.mark_engine(p_is_engine boolean) returns text
language sql
return set_config('crm.engine', case when p_is_engine then 'on' else 'off' end, true);
comment on function crm.mark_engine(boolean) is
  'Says for the rest of the transaction whether what is written is the engine''s work or somebody''s.';

-- Time: triggers ask for it before every row. A call is less for Postgres to read there than the expression is.
create function crm.is_hand_work()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return current_setting('crm.engine', true) is distinct from 'on';
end;
$$;
comment on function crm.is_hand_work() is 'Whether what is written now is somebody''s work, and not the engine''s.';
