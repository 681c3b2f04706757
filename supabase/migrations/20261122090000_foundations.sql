-- Migration: foundations
-- Purpose:   the closed schema, "nobody may touch anything" by default, and how odd JSON is read
-- Creates:   schema crm, crm.text_of(), crm.time_of(), crm.address_of()
-- Tests:     supabase/tests/house_rules/, supabase/tests/events/
--
-- The steps are plpgsql even where plain SQL would do: a function with a pinned search_path is never inlined, and
-- a plain SQL function that is not inlined is planned anew at every call. plpgsql keeps its plans.

-- The global form comes first: PUBLIC holds EXECUTE globally, so revoking it per schema does nothing.
alter default privileges revoke execute on functions from public;
-- Older Supabase projects hand out everything in public by default; here every grant is on the access page.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;

create schema crm;
comment on schema crm is
  'How Cal.com events become companies, people, bookings, deals and mails. Closed: callers use the functions in public.';

-- Rule: a JSON string (or number) that says something; null for absent, null, blank, objects, arrays.
create function crm.text_of(p_value jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when jsonb_typeof(p_value) in ('string', 'number') then nullif(btrim(p_value #>> '{}'), '')
  end;
end;
$$;
comment on function crm.text_of(jsonb) is 'The text a JSON value holds, trimmed; null when it holds none.';

-- Rule: ISO 8601 as Cal.com spells it (Z, .000Z or +00:00); anything else, "now" and "infinity" included, is no time.
-- Time: a text without a zone is read as UTC, never in the zone of the session.
create function crm.time_of(p_value jsonb)
returns timestamptz
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_text text := p_value #>> '{}';
begin
  if v_text !~ '^[12]\d{3}-(0\d|1[0-2])-[0-3]\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)?$' then
    return null;
  end if;
  if v_text !~ '(Z|[+-]\d\d(:?\d\d)?)$' then
    v_text := v_text || 'Z';
  end if;
  if substr(v_text, 9, 2) between '01' and '28' then -- every month has these days: no need to catch anything
    return v_text::timestamptz;
  end if;
  begin
    return v_text::timestamptz;
  exception
    when datetime_field_overflow then -- the 30th of February
      return null;
  end;
end;
$$;
comment on function crm.time_of(jsonb) is 'The moment a JSON text names; null when it names none.';

-- Rule: compared in lower case, the +tag kept; what no mail server would take ("Email-less") is no address.
create function crm.address_of(p_value jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_address text := lower(crm.text_of(p_value));
begin
  if v_address ~ '^[^@\s<>",;]+@[^@\s<>",;]+\.[^@\s<>",;]+$' and length(v_address) <= 320 then
    return v_address;
  end if;
  return null;
end;
$$;
comment on function crm.address_of(jsonb) is 'The mail address a JSON text holds, in lower case; null when it holds none.';
