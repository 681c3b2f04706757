-- Forgetting: what is left of a body when a person is taken out of it, and how an erased person stays erased.
--
-- An erased person goes on under a pseudonym, so that meetings and deals stay what they were. A salted hash of the
-- address tells what arrives about them later. How somebody is erased is told by a later chapter (personal data).

create table crm.erasure_salt (
  salt text not null,
  constraint erasure_salt_pkey primary key (salt)
);
comment on table crm.erasure_salt is
  'One row per database: what makes the hashes of erased addresses useless without it. Nothing else reads it.';
alter table crm.erasure_salt enable row level security;
insert into crm.erasure_salt (salt) values (concat(gen_random_uuid(), gen_random_uuid()));

create table crm.erased_people (
  pseudonym text not null,
  name text not null,
  address_hash bytea not null,
  erased_at timestamptz not null,
  suppressed_at timestamptz,
  suppressed_reason text,
  constraint erased_people_pkey primary key (pseudonym)
);
comment on table crm.erased_people is 'One row per address of a person who was erased.';
comment on column crm.erased_people.pseudonym is 'The address that stands in its place; the domain is the same.';
comment on column crm.erased_people.name is 'What stands in place of the name.';
comment on column crm.erased_people.address_hash is 'Tells whether something is about the person, without the address.';
comment on column crm.erased_people.suppressed_at is
  'Since when the address gets no mail, which counts for a new person of this address too; null when it does.';
create index erased_people_address_hash_idx on crm.erased_people (address_hash);
alter table crm.erased_people enable row level security;

create table crm.erased_bookings (
  uid text not null,
  pseudonym text not null,
  is_guest boolean not null,
  seat_ids text[] not null default '{}',
  constraint erased_bookings_pkey primary key (uid, pseudonym),
  constraint erased_bookings_pseudonym_fkey foreign key (pseudonym) references crm.erased_people (pseudonym)
);
comment on table crm.erased_bookings is 'One row per meeting, by uid, and erased person who took part in it.';
comment on column crm.erased_bookings.is_guest is 'Somebody else had booked it, and brought the person along.';
comment on column crm.erased_bookings.seat_ids is
  'The seats that the person held; a seat that is booked after the erasure is somebody new''s.';
create index erased_bookings_pseudonym_idx on crm.erased_bookings (pseudonym);
alter table crm.erased_bookings enable row level security;

create function crm.hash_address(p_email text)
returns bytea
language plpgsql
stable
set search_path = ''
as $$
begin
  return sha256(convert_to((select s.salt from crm.erasure_salt as s) || lower(p_email), 'UTF8'));
end;
$$;
comment on function crm.hash_address(text) is 'What is kept of an erased address.';

-- Rule: in links an address is written with %40. JSON writes a line break as \n, which is no part of an address.
--       Signs that few addresses have may belong to one or stand beside it: both are looked at.
-- Time: every event comes here once somebody was erased. One pass over the whole text, not one for each string; the
--       salt is read once.
create function crm.list_erased_addresses(p_payload jsonb)
returns table (pseudonym text, address text)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_text text := lower(p_payload::text);
  v_salt text := (select s.salt from crm.erasure_salt as s);
  v_addresses text[];
  v_hashes bytea[];
begin
  if strpos(v_text, '@') = 0 and strpos(v_text, '%40') = 0 then
    return;
  end if;
  v_text := replace(replace(regexp_replace(v_text, '\\[nrtbf]', ' ', 'g'), '%40', '@'), '%2b', '+');
  select array_agg(a.address), array_agg(sha256(convert_to(v_salt || a.address, 'UTF8'))) into v_addresses, v_hashes
  from regexp_matches(v_text, '[^\s@\\<>,;"]+@[[:alnum:].-]*[[:alnum:]]', 'g') as m (found)
  cross join lateral unnest(case
    when m.found[1] ~ '^[[:alnum:]._%+-]+@' then m.found
    else m.found || substring(m.found[1] from '[[:alnum:]._%+-]+@.*$')
  end) as a (address);

  return query
  select distinct p.pseudonym, a.address
  from unnest(v_addresses, v_hashes) as a (address, hash)
  join crm.erased_people as p on p.address_hash = a.hash;
end;
$$;
comment on function crm.list_erased_addresses(jsonb) is
  'The addresses of erased people that stand anywhere in a body, with what stands in their place.';

---------------------------------------------------------------------------------------------- what a person is known by

create type crm.identity as (
  pseudonym text,
  emails text[],
  email_pseudonyms text[],
  email_patterns text[],
  name_patterns text[],
  sayings text[],
  address_hint text,
  hint text
);
comment on column crm.identity.pseudonym is 'What stands in place of the name and of what the person said.';
comment on column crm.identity.emails is 'Every address of the person; email_pseudonyms are in the same order.';
comment on column crm.identity.name_patterns is 'Regular expressions that find the names, as whole words.';
comment on column crm.identity.sayings is 'What the person has written: answers, notes, reasons, numbers, links.';
comment on column crm.identity.address_hint is
  'A regular expression that JSON fits in which an address stands; some in which none stands fits it, too.';
comment on column crm.identity.hint is 'The same for addresses, names and sayings.';

create function crm.address_pattern(p_email text) returns text
language sql immutable set search_path = ''
return '(?<![[:alnum:]._%+-])'
  || replace(replace(crm.escape_pattern(p_email), '\@', '(?:@|%40)'), '\+', '(?:\+|%2b)')
  || '(?![[:alnum:]-]|\.[[:alnum:]])';
comment on function crm.address_pattern(text) is
  'A regular expression that finds an address and no longer one, also as links write it.';

-- Rule: a script that puts no spaces between words shows nobody where a word ends, and has names of two characters.
create function crm.is_written_without_spaces(p_text text) returns boolean
language sql immutable set search_path = ''
return p_text ~ '^[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\s]+$';
comment on function crm.is_written_without_spaces(text) is 'Whether a text is Chinese, Japanese, Thai or the like.';

-- Rule: whole words only, and never a part of an address or a domain: who is called Lovelace may be at lovelace.test.
--       A text of one or two letters says nothing about anybody.
create function crm.word_patterns(p_texts text[])
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
begin
  return array(
    select
      case when t.has_spaces then '(?<![[:alnum:]@._-])(?:' else '(?:' end
      || string_agg(t.pattern, '|' order by length(t.pattern) desc)
      || case when t.has_spaces then ')(?![[:alnum:]@_-]|\.[[:alnum:]])' else ')' end
    from (
      -- The longest first, wherever they are found: "Ada Byron" before "Ada".
      select
        crm.escape_pattern(u.text) as pattern, u.has_spaces,
        (row_number() over (partition by u.has_spaces order by length(u.text) desc) - 1) / 20 as part
      from (
        select distinct btrim(x.text) as text, not crm.is_written_without_spaces(x.text) as has_spaces
        from unnest(p_texts) as x (text)
      ) as u
      where length(u.text) between case when u.has_spaces then 3 else 2 end and 200
    ) as t
    group by t.has_spaces, t.part
    order by t.has_spaces, t.part
  );
end;
$$;
comment on function crm.word_patterns(text[]) is 'Regular expressions that find these texts as whole words.';

-- Rule: of each text its longest word, spelled as JSON spells it.
-- Time: a person of very many words is looked for everywhere.
create function crm.hint_pattern(p_texts text[])
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select case when count(*) <= 100 then coalesce(string_agg(w.pattern, '|'), '(?!)') else '' end
    from (
      select distinct replace(
        replace(crm.escape_pattern(btrim(to_jsonb(l.word)::text, '"')), '\@', '(?:@|%40)'), '\+', '(?:\+|%2b)'
      ) as pattern
      from unnest(p_texts) as t (text)
      cross join lateral (
        select left(u.word, 100) as word from regexp_split_to_table(t.text, '\s+') as u (word)
        order by length(u.word) desc, u.word limit 1
      ) as l
      where length(t.text) > 1
    ) as w
  );
end;
$$;
comment on function crm.hint_pattern(text[]) is
  'A regular expression that every JSON fits in which one of these texts stands.';

-- Rule: in both cases, for an address is known by its lower case, which may have more letters.
create function crm.may_name(p_value jsonb, p_hint text) returns boolean
language sql immutable
return p_value::text || lower(p_value::text) ~* p_hint;
comment on function crm.may_name(jsonb, text) is 'Whether it is worth looking for a person in a JSON value.';

create function crm.make_identity(
  p_pseudonym text, p_emails text[], p_email_pseudonyms text[], p_names text[], p_sayings text[]
)
returns crm.identity
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_identity crm.identity;
begin
  v_identity.pseudonym := p_pseudonym;
  v_identity.emails := p_emails;
  v_identity.email_pseudonyms := p_email_pseudonyms;
  v_identity.email_patterns := array(
    select crm.address_pattern(e.email) from unnest(p_emails) with ordinality as e (email, place) order by e.place
  );
  v_identity.sayings := p_sayings;
  v_identity.name_patterns := crm.word_patterns(
    p_names || array(select s.saying from unnest(p_sayings) as s (saying) where length(s.saying) >= 8)
  );
  v_identity.address_hint := crm.hint_pattern(p_emails);
  v_identity.hint := crm.hint_pattern(p_emails || p_names || p_sayings);
  return v_identity;
end;
$$;
comment on function crm.make_identity(text, text[], text[], text[], text[]) is
  'What a person is known by, and what stands in place of it.';

create function crm.event_body(p_payload jsonb) returns jsonb
language sql immutable set search_path = ''
return case when jsonb_typeof(p_payload -> 'payload') = 'object' then p_payload -> 'payload' else p_payload end;
comment on function crm.event_body(jsonb) is 'The part of a payload that describes the booking.';

-- Rule: what no mail server would take names somebody all the same, also with the name beside it ("Ada <ada@…>").
create function crm.typed_address(p_value jsonb) returns text
language sql immutable set search_path = ''
return case when jsonb_typeof(p_value) = 'string' and strpos(p_value #>> '{}', '@') > 0
  then lower(coalesce(
    substring(p_value #>> '{}' from '<\s*([^<>\s]+@[^<>\s]+)\s*>'),
    regexp_replace(btrim(p_value #>> '{}'), '^mailto:', '', 'i')
  ))
end;
comment on function crm.typed_address(jsonb) is
  'An address as somebody typed it, in lower case, whether mail can go there or not; null when it is none.';

create function crm.answered_address(p_answers jsonb) returns text
language sql immutable set search_path = ''
return coalesce(crm.typed_address(p_answers #> '{email,value}'), crm.typed_address(p_answers -> 'email'));
comment on function crm.answered_address(jsonb) is 'The address among the answers to a form, as it was typed.';

create function crm.typed_booker(p_body jsonb, p_is_seated boolean) returns text
language sql immutable set search_path = ''
return coalesce(
  case when not p_is_seated then crm.answered_address(p_body -> 'responses') end,
  crm.typed_address(p_body #> '{attendees,0,email}')
);
comment on function crm.typed_booker(jsonb, boolean) is 'Who booked, by the address as it was typed.';

-- Rule: an attendee, a host, a member of a team: whatever has the address says the name.
create function crm.list_names(p_payload jsonb, p_emails text[])
returns text[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_body jsonb := crm.event_body(p_payload);
  v_answers jsonb := v_body -> 'responses';
begin
  return array_remove(
    array(
      select n.name
      from jsonb_path_query(v_body, 'strict $.** ? (exists (@.email))') as o (entry)
      cross join lateral unnest(array[crm.full_name(o.entry -> 'name'), crm.full_name(o.entry)]) as n (name)
      where crm.typed_address(o.entry -> 'email') = any (p_emails)
    ) || case
      when crm.answered_address(v_answers) = any (p_emails)
        then array[crm.full_name(v_answers #> '{name,value}'), crm.full_name(v_answers -> 'name')]
    end,
    null
  );
end;
$$;
comment on function crm.list_names(jsonb, text[]) is 'The names that a body gives to a person.';

-- Rule: the name of the company is the company's. Where a meeting takes place is no words of the attendee, what the
--       attendee typed as a place is.
create function crm.list_sayings(p_body jsonb)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_said jsonb := jsonb_build_array(
    p_body -> 'additionalNotes', p_body -> 'cancellationReason', p_body -> 'rejectionReason',
    p_body -> 'reassignReason', p_body -> 'smsReminderNumber', p_body -> 'customInputs',
    p_body #> '{attendees,0,phoneNumber}', p_body #> '{responses,location,value,optionValue}',
    case when jsonb_typeof(p_body -> 'metadata') = 'object' then (p_body -> 'metadata') - 'videoCallUrl' end
  ) || (
    select coalesce(
      jsonb_agg(case jsonb_typeof(a.answer) when 'object' then a.answer - 'label' else a.answer end), '[]'
    )
    from unnest(array[p_body -> 'responses', p_body -> 'userFieldsResponses']) as f (answers)
    cross join lateral jsonb_each(case jsonb_typeof(f.answers) when 'object' then f.answers else '{}' end)
      as a (identifier, answer)
    where a.identifier not in ('name', 'email', 'guests', 'location')
      and not crm.is_company_answer(a.identifier, a.answer)
  );
begin
  return array(
    select distinct btrim(s.saying #>> '{}')
    from jsonb_path_query(v_said, 'strict $.**') as s (saying)
    where jsonb_typeof(s.saying) = 'string' and length(btrim(s.saying #>> '{}')) > 1
  );
end;
$$;
comment on function crm.list_sayings(jsonb) is 'What the booker has written into a body.';

create function crm.is_company_answer(p_identifier text, p_answer jsonb) returns boolean
language sql immutable set search_path = ''
return crm.company_name_from_form(
  jsonb_build_object('responses', jsonb_build_object(p_identifier, p_answer))
) is not null;
comment on function crm.is_company_answer(text, jsonb) is 'Whether an answer of a form names the company.';

------------------------------------------------------------------------------------------------------ what is taken out

-- Rule: what a rule reads, and nothing else: no notes, answers, numbers, links, places or passwords. A key that nobody
--       knows is left out, so whatever Cal.com adds is too.
create function crm.slim_body(p_body jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_keys constant text[] := array[
    'triggerEvent', 'createdAt', 'uid', 'bookingUid', 'bookingId', 'rescheduleUid', 'fromReschedule', 'status', 'type',
    'title', 'eventTitle', 'eventTypeId', 'startTime', 'endTime', 'length', 'attendeeSeatId', 'seatsPerTimeSlot',
    'recurringEvent', 'requiresConfirmation', 'requestReschedule', 'iCalUID', 'iCalSequence', 'hideOrganizerEmail',
    'hideCalendarNotes', 'hideCalendarEventDetails', 'disableRescheduling', 'disableCancelling', 'bookerUrl',
    'organizer', 'team'
  ];
  v_attendee_keys constant text[] := array['email', 'name', 'noShow', 'timeZone', 'language', 'locale'];
begin
  return (
    select coalesce(jsonb_object_agg(k.key, k.value), '{}')
    from (
      select b.key, b.value from jsonb_each(p_body) as b where b.key = any (v_keys)
      union all
      select 'booking', jsonb_build_object('uid', p_body #> '{booking,uid}') where p_body #> '{booking,uid}' is not null
      union all
      select b.key, crm.slim_answers(b.value)
      from jsonb_each(p_body) as b
      where b.key in ('responses', 'userFieldsResponses')
      union all
      select
        'attendees',
        (
          select coalesce(
            jsonb_agg(
              case when jsonb_typeof(a.attendee) = 'object'
                then a.attendee - array(select jsonb_object_keys(a.attendee - v_attendee_keys))
                else '{}'
              end
              order by a.place
            ),
            '[]'
          )
          from jsonb_array_elements(p_body -> 'attendees') with ordinality as a (attendee, place)
        )
      where jsonb_typeof(p_body -> 'attendees') = 'array'
    ) as k
  );
end;
$$;
comment on function crm.slim_body(jsonb) is 'What the rules read of a body: for them it says the same.';

create function crm.slim_answers(p_answers jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_object_agg(a.key, a.value), '{}')
    from jsonb_each(case jsonb_typeof(p_answers) when 'object' then p_answers else '{}' end) as a
    where a.key in ('name', 'email') or crm.is_company_answer(a.key, a.value)
  );
end;
$$;
comment on function crm.slim_answers(jsonb) is 'Of the answers of a form who booked, and for which company.';

create function crm.slim_payload(p_payload jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when jsonb_typeof(p_payload) is distinct from 'object' then p_payload
    when jsonb_typeof(p_payload -> 'payload') = 'object' then (
      select jsonb_object_agg(e.key, case when e.key = 'payload' then crm.slim_body(e.value) else e.value end)
      from jsonb_each(p_payload) as e
      where e.key in ('triggerEvent', 'createdAt', 'payload', 'madeBy', 'owesMail')
    )
    else crm.slim_body(p_payload)
  end;
end;
$$;
comment on function crm.slim_payload(jsonb) is 'A payload of which only that is left which a rule reads.';

create function crm.slim_report(p_report jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return jsonb_strip_nulls(jsonb_build_object(
    'type', p_report -> 'type',
    'created_at', p_report -> 'created_at',
    'data', jsonb_build_object(
      'email_id', p_report #> '{data,email_id}',
      'tags', jsonb_build_object('email_id', p_report #> '{data,tags,email_id}'),
      'bounce', jsonb_build_object(
        'type', p_report #> '{data,bounce,type}', 'subType', p_report #> '{data,bounce,subType}'
      )
    )
  ));
end;
$$;
comment on function crm.slim_report(jsonb) is
  'Of a report which mail it is about and what became of it: no address, subject, IP address, browser or link.';

create function crm.forget_addresses(p_text text, p_identity crm.identity)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_text ~ '@|%40' then
    for v_number in 1..cardinality(p_identity.emails) loop
      p_text := regexp_replace(
        p_text, (p_identity.email_patterns)[v_number], (p_identity.email_pseudonyms)[v_number], 'gi'
      );
    end loop;
  end if;
  return p_text;
end;
$$;
comment on function crm.forget_addresses(text, crm.identity) is 'A text without the addresses of a person.';

-- Rule: what was no address is none afterwards: nobody is booked by it in the end.
create function crm.forget_email(p_value jsonb, p_identity crm.identity)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_place integer := array_position(p_identity.emails, crm.typed_address(p_value));
begin
  return to_jsonb(case
    when v_place is null then crm.forget_addresses(p_value #>> '{}', p_identity)
    when crm.jsonb_email(p_value) is null then '<' || (p_identity.email_pseudonyms)[v_place] || '>'
    else (p_identity.email_pseudonyms)[v_place]
  end);
end;
$$;
comment on function crm.forget_email(jsonb, crm.identity) is
  'An address as somebody typed it, under the pseudonym, if it is this person''s; any other as it is.';

create function crm.forget_in_text(p_text text, p_identity crm.identity)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_text text := crm.forget_addresses(p_text, p_identity);
  v_pattern text;
  v_saying text;
begin
  if btrim(v_text) = any (p_identity.sayings) then
    return p_identity.pseudonym;
  end if;
  foreach v_pattern in array p_identity.name_patterns loop
    v_text := regexp_replace(v_text, v_pattern, p_identity.pseudonym, 'gi');
  end loop;
  if length(v_text) > 200 then
    foreach v_saying in array p_identity.sayings loop
      if length(v_saying) > 200 then -- too long for a pattern
        v_text := replace(v_text, v_saying, p_identity.pseudonym);
      end if;
    end loop;
  end if;
  return v_text;
end;
$$;
comment on function crm.forget_in_text(text, crm.identity) is
  'A text without the addresses and names of a person, and without what the person has written.';

-- Rule: of what others are, or what a rule reads as it is, only the addresses of the person are taken out: somebody may
--       be called like a host or like a state. What lies deeper than fifty levels is left out.
-- Time: only where the person may be named.
create function crm.forget_in_json(
  p_value jsonb, p_identity crm.identity, p_is_theirs boolean default true, p_depth integer default 0
)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_fixed_keys constant text[] := array[
    'triggerEvent', 'uid', 'bookingUid', 'rescheduleUid', 'fromReschedule', 'createdAt', 'updatedAt', 'startTime',
    'endTime', 'status', 'type', 'attendeeSeatId', 'iCalUID', 'timeZone', 'locale', 'label', 'email', 'currency',
    'bookerUrl', 'id', 'start_time', 'end_time', 'domain', 'stage', 'calcom_uid', 'original_key', 'stream_key',
    'attendee_email', 'organizer_email', 'previous_uids', 'table_name', 'outcome', 'kind', 'made_at', 'position'
  ];
  v_email text;
  v_hint text := case when p_is_theirs then p_identity.hint else p_identity.address_hint end;
begin
  if p_depth > 50 then
    return null;
  elsif jsonb_typeof(p_value) = 'string' then
    return to_jsonb(case
      when p_is_theirs then crm.forget_in_text(p_value #>> '{}', p_identity)
      else crm.forget_addresses(p_value #>> '{}', p_identity)
    end);
  elsif jsonb_typeof(p_value) = 'array' then
    return (
      select coalesce(
        jsonb_agg(
          case
            when crm.may_name(a.value, v_hint)
              then crm.forget_in_json(a.value, p_identity, p_is_theirs, p_depth + 1)
            else a.value
          end
          order by a.ordinality
        ),
        '[]'
      )
      from jsonb_array_elements(p_value) with ordinality as a
    );
  elsif jsonb_typeof(p_value) = 'object' then
    v_email := crm.typed_address(p_value -> 'email');
    p_is_theirs := p_is_theirs and (v_email is null or v_email = any (p_identity.emails));
    v_hint := case when p_is_theirs then v_hint else p_identity.address_hint end;
    return (
      select coalesce(
        jsonb_object_agg(
          crm.forget_addresses(o.key, p_identity),
          case
            when not crm.may_name(o.value, v_hint) then o.value
            when o.key = 'email' and jsonb_typeof(o.value) = 'string' then crm.forget_email(o.value, p_identity)
            else crm.forget_in_json(
              o.value, p_identity, p_is_theirs and o.key <> all (v_fixed_keys), p_depth + 1
            )
          end
        ),
        '{}'
      )
      from jsonb_each(p_value) as o
    );
  end if;
  return p_value;
end;
$$;
comment on function crm.forget_in_json(jsonb, crm.identity, boolean, integer) is
  'A JSON value without a person; whatever else it says stays.';

create function crm.forget_attendee(p_attendee jsonb, p_identity crm.identity)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if crm.typed_address(p_attendee -> 'email') = any (p_identity.emails) is not true then
    return p_attendee;
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'email', crm.forget_email(p_attendee -> 'email', p_identity),
    'name', case when crm.full_name(p_attendee -> 'name') is not null then p_identity.pseudonym end,
    'noShow', p_attendee -> 'noShow'
  ));
end;
$$;
comment on function crm.forget_attendee(jsonb, crm.identity) is
  'An attendee under the pseudonym, if it is this person; any other as it is.';

-- Rule: an answer keeps its form, which says where its parts are read.
create function crm.forget_answers(p_answers jsonb, p_identity crm.identity)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_answers #> '{email,value}') = 'string' then
    p_answers := jsonb_set(p_answers, '{email,value}', crm.forget_email(p_answers #> '{email,value}', p_identity));
  end if;
  return case
    when crm.full_name(p_answers #> '{name,value}') is not null
      then jsonb_set(p_answers, '{name,value}', to_jsonb(p_identity.pseudonym))
    when crm.full_name(p_answers -> 'name') is not null
      then jsonb_set(p_answers, '{name}', to_jsonb(p_identity.pseudonym))
    else p_answers
  end;
end;
$$;
comment on function crm.forget_answers(jsonb, crm.identity) is 'The answers of a person, with the pseudonym as name.';

-- Rule: of a body that is the person's own, only what a rule reads is left. It is their own when they booked it, when
--       it is about a meeting of theirs, or when nobody can tell who booked; others whom it lists stay. What no rule
--       reads of a seated event (answers and notes, which may be anybody's) goes as well.
create function crm.forget_in_payload(p_payload jsonb, p_identity crm.identity, p_is_about boolean)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_body jsonb := crm.event_body(p_payload);
  v_trigger text := crm.jsonb_text(p_payload -> 'triggerEvent');
  v_is_seated boolean := coalesce(
    crm.jsonb_text(v_body -> 'seatsPerTimeSlot'), crm.jsonb_text(v_body -> 'attendeeSeatId')
  ) is not null;
  v_path text[] := case
    when jsonb_typeof(p_payload -> 'payload') = 'object' then array['payload', 'attendees']
    else array['attendees']
  end;
  v_attendees jsonb;
  v_booker text;
begin
  if jsonb_typeof(v_body) is distinct from 'object' then
    return to_jsonb(p_identity.pseudonym); -- no event: nobody knows what it says
  end if;
  v_booker := coalesce(
    case when not v_is_seated then crm.jsonb_email(v_body #> '{responses,email,value}') end,
    case when not v_is_seated then crm.jsonb_email(v_body #> '{responses,email}') end,
    (
      select crm.jsonb_email(a.attendee -> 'email')
      from jsonb_array_elements(crm.jsonb_list(v_body -> 'attendees')) as a (attendee)
      where crm.jsonb_email(a.attendee -> 'email') is not null
      limit 1
    )
  );
  if v_booker = any (p_identity.emails) or crm.typed_booker(v_body, v_is_seated) = any (p_identity.emails)
    or (p_is_about and not (v_is_seated and v_trigger = 'BOOKING_CREATED'))
    or v_booker is null
    or crm.trigger_order(v_trigger) is null
  then
    p_payload := crm.slim_payload(p_payload);
    v_body := crm.event_body(p_payload);
    v_body := v_body || case
      when crm.answered_address(v_body -> 'responses') = any (p_identity.emails)
        then jsonb_build_object('responses', crm.forget_answers(v_body -> 'responses', p_identity))
      else '{}'
    end;
  end if;
  if jsonb_typeof(v_body -> 'attendees') = 'array' then
    v_attendees := (
      select coalesce(
        jsonb_agg(
          case
            when crm.may_name(a.attendee, p_identity.hint)
              then crm.forget_in_json(crm.forget_attendee(a.attendee, p_identity), p_identity)
            else a.attendee
          end
          order by a.place
        ),
        '[]'
      )
      from jsonb_array_elements(v_body -> 'attendees') with ordinality as a (attendee, place)
    );
    v_body := v_body - 'attendees';
  end if;
  p_payload := crm.forget_in_json(
    case when v_path[1] = 'payload' then p_payload || jsonb_build_object('payload', v_body) else v_body end, p_identity
  );
  return case when v_attendees is null then p_payload else jsonb_set(p_payload, v_path, v_attendees) end;
end;
$$;
comment on function crm.forget_in_payload(jsonb, crm.identity, boolean) is
  'The payload of an event without a person; for the rules it says the same about the pseudonym.';

----------------------------------------------------------------------------------------------------------- what arrives

create function crm.list_uids(p_payload jsonb)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_body jsonb := crm.event_body(p_payload);
begin
  return array(
    select distinct u.uid
    from unnest(array[
      crm.jsonb_text(v_body -> 'uid'), crm.jsonb_text(v_body -> 'bookingUid'),
      crm.jsonb_text(v_body #> '{booking,uid}'), crm.jsonb_text(v_body -> 'rescheduleUid'),
      crm.jsonb_text(v_body -> 'fromReschedule')
    ]) as u (uid)
    where length(u.uid) <= 200
  );
end;
$$;
comment on function crm.list_uids(jsonb) is 'The uids of bookings that a body names.';

create type crm.erased_mention as (
  pseudonym text,
  name text,
  address text,
  uid text,
  is_guest boolean
);
comment on column crm.erased_mention.address is 'What the event calls the person; null when it only names a meeting.';
comment on column crm.erased_mention.uid is 'The meeting of the person that it names; null when it names none.';

-- Rule: what an event says about an erased person is theirs when it is about a meeting of theirs, happened before the
--       erasure, or came before. Whoever books afterwards under the address is somebody new, also on a seat of a
--       meeting of before.
create function crm.list_erased_in(p_row public.calcom_events)
returns crm.erased_mention[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_event crm.event;
  v_pseudonyms text[];
  v_addresses text[];
  v_uids text[] := crm.list_uids(p_row.payload);
  v_happened_at timestamptz;
begin
  select array_agg(a.pseudonym), array_agg(a.address) into v_pseudonyms, v_addresses
  from crm.list_erased_addresses(p_row.payload) as a;
  if v_pseudonyms is null and not exists (select from crm.erased_bookings as b where b.uid = any (v_uids)) then
    return array[]::crm.erased_mention[];
  end if;
  v_event := crm.parse_event(p_row);
  v_happened_at := least((v_event.position).happened_at, (
    select min(e.received_at)
    from public.calcom_events as e
    where e.payload_hash = p_row.payload_hash and e.received_hash is not null and e.id <> p_row.id
  ));
  return array(
    select distinct on (coalesce(a.address, p.pseudonym))
      row (p.pseudonym, p.name, a.address, b.uid, b.is_guest)::crm.erased_mention
    from (
      select unnest(v_pseudonyms)
      union
      select b.pseudonym from crm.erased_bookings as b where b.uid = any (v_uids)
    ) as n (pseudonym)
    join crm.erased_people as p on p.pseudonym = n.pseudonym
    left join unnest(v_pseudonyms, v_addresses) as a (pseudonym, address) on a.pseudonym = p.pseudonym
    left join lateral (
      select k.uid, k.is_guest
      from crm.erased_bookings as k
      where k.pseudonym = p.pseudonym and k.uid = any (v_uids)
        and not (
          a.address is not null and v_event.trigger = 'BOOKING_CREATED' and v_event.seat_id is not null
          and v_event.seat_id <> all (k.seat_ids) and v_happened_at >= p.erased_at
        )
      order by k.is_guest
      limit 1
    ) as b on true
    where b.uid is not null or (a.address is not null and v_happened_at < p.erased_at)
    order by coalesce(a.address, p.pseudonym), b.uid is null, p.erased_at
  );
end;
$$;
comment on function crm.list_erased_in(public.calcom_events) is 'The erased people whom a stored event is about.';

-- Rule: a title may hold a name, or an answer, that nobody can tell any more. The title of the meeting holds none,
--       nor does that of the event type.
create function crm.forgotten_title(p_pseudonym text, p_uids text[], p_body jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_title text;
begin
  select b.title into v_title
  from public.bookings as b
  where b.attendee_email = p_pseudonym and (b.calcom_uid = any (p_uids) or b.previous_uids && p_uids)
  order by b.calcom_uid = any (p_uids) desc
  limit 1;
  return coalesce(to_jsonb(v_title), p_body -> 'eventTitle', 'null');
end;
$$;
comment on function crm.forgotten_title(text, text[], jsonb) is
  'The title of an event about a meeting of an erased person.';

create function crm.forget_mentions(p_payload jsonb, p_mentions crm.erased_mention[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_payload jsonb := p_payload;
  v_uids text[] := crm.list_uids(v_payload);
  v_erased crm.erased_mention;
  v_emails text[];
  v_names text[];
  v_title jsonb;
  v_is_about boolean;
begin
  foreach v_erased in array p_mentions loop
    v_emails := array_remove(array[v_erased.address], null);
    v_names := crm.list_names(v_payload, v_emails);
    v_is_about := not coalesce(v_erased.is_guest, not crm.is_booked_by(v_payload, v_erased.address));
    v_title := crm.forgotten_title(v_erased.pseudonym, v_uids, crm.event_body(v_payload));
    v_payload := crm.forget_in_payload(
      v_payload,
      crm.make_identity(
        v_erased.name, v_emails, case when v_emails = '{}' then '{}' else array[v_erased.pseudonym] end, v_names,
        case when v_is_about then crm.list_sayings(crm.event_body(v_payload)) else '{}' end
      ),
      v_is_about
    );
    if v_is_about and v_payload #> '{payload,title}' is not null then
      v_payload := jsonb_set(v_payload, '{payload,title}', v_title);
    elsif v_is_about and v_payload -> 'title' is not null then
      v_payload := jsonb_set(v_payload, '{title}', v_title);
    end if;
  end loop;
  return v_payload;
end;
$$;
comment on function crm.forget_mentions(jsonb, crm.erased_mention[]) is
  'A payload without the erased people whom it is about.';

create function crm.is_booked_by(p_payload jsonb, p_email text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_body jsonb := crm.event_body(p_payload);
begin
  return p_email in (
    crm.typed_address(v_body #> '{responses,email,value}'), crm.typed_address(v_body #> '{responses,email}'),
    crm.typed_address(v_body #> '{attendees,0,email}')
  ) is true;
end;
$$;
comment on function crm.is_booked_by(jsonb, text) is 'Whether somebody booked the meeting that a body is about.';

-- Rule: what an event says about people who were erased is taken out of its row before anybody reads it. What cannot be
--       read is left out whole. A new uid of a meeting of theirs is theirs, too.
create function crm.forget_erased(p_row public.calcom_events)
returns public.calcom_events
language plpgsql
set search_path = ''
as $$
declare
  v_mentions crm.erased_mention[] := crm.list_erased_in(p_row);
  v_payload jsonb;
begin
  if v_mentions = '{}' then
    return p_row;
  end if;
  begin
    v_payload := crm.forget_mentions(p_row.payload, v_mentions);
    insert into crm.erased_bookings as b (uid, pseudonym, is_guest)
    select u.uid, e.pseudonym, coalesce(e.is_guest, not crm.is_booked_by(p_row.payload, e.address))
    from unnest(v_mentions) as e
    cross join unnest(crm.list_uids(p_row.payload)) as u (uid)
    where e.address is not null or crm.jsonb_text(crm.event_body(p_row.payload) -> 'seatsPerTimeSlot') is null
    on conflict on constraint erased_bookings_pkey do nothing;
  exception
    when others then
      if crm.is_transient(sqlstate) then
        raise;
      end if;
      v_payload := jsonb_build_object('triggerEvent', 'UNREADABLE');
  end;
  if v_payload <> p_row.payload and p_row.outcome is null then -- from SQL: nothing has stored it yet
    insert into public.calcom_events as e (id, payload, received_hash)
    values (p_row.id, v_payload, p_row.payload_hash)
    returning e.* into p_row;
  elsif v_payload <> p_row.payload then
    update public.calcom_events as e
    set payload = v_payload, raw_body = null, received_hash = p_row.payload_hash
    where e.id = p_row.id
    returning e.* into p_row;
  end if;
  return p_row;
end;
$$;
comment on function crm.forget_erased(public.calcom_events) is
  'The row of an event that is about to be decided, without the people who were erased.';
