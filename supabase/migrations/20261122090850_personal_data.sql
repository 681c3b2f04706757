-- Personal data: everything about one person as one JSON, and a person erased from all tables.
--
-- Whoever is erased goes on under a pseudonym: rows, ids, uids, times and domains stay, so the meetings and deals are
-- what they were, and a rebuild makes the same of the log. What arrives about them later is told by an earlier chapter
-- (forgetting).

------------------------------------------------------------------------------------------------------ who is the person

-- Rule: an address that was corrected by hand is the same person's, unless somebody else has it.
create function crm.list_person_ids(p_email text)
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array(
    select p.id from public.people as p where p.email = p_email
    union
    select h.row_id
    from public.hand_edits as h
    where h.table_name = 'people' and p_email in (h.row_key, h.old_values ->> 'email', h.new_values ->> 'email')
      and not exists (select from public.people as p where p.email = p_email and p.id <> h.row_id)
  );
end;
$$;
comment on function crm.list_person_ids(text) is 'The rows of a person, by any address that they ever had.';

create function crm.list_addresses_of(p_email text, p_person_ids uuid[])
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array(
    select p_email
    union
    select a.email
    from (
      select p.email from public.people as p where p.id = any (p_person_ids)
      union
      select v.email
      from public.hand_edits as h
      cross join lateral unnest(array[h.old_values ->> 'email', h.new_values ->> 'email']) as v (email)
      where h.table_name = 'people' and h.row_id = any (p_person_ids)
      union
      select b.attendee_email from public.bookings as b where b.person_id = any (p_person_ids)
    ) as a
    where a.email is not null and not exists (
      select from public.people as o where o.email = a.email and o.id <> all (p_person_ids)
    )
  );
end;
$$;
comment on function crm.list_addresses_of(text, uuid[]) is 'Every address of a person.';

-- Time: in the order of bytes, which is many times faster than in that of a language, where the addresses are ASCII.
create function crm.mentions(p_text text, p_emails text[])
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_text text := case
    when array_to_string(p_emails, '') ~ '[^ -~]' then lower(p_text)
    else lower(p_text collate "C")
  end;
  v_email text;
begin
  foreach v_email in array p_emails loop
    if (strpos(v_text, v_email) > 0 or strpos(v_text, replace(v_email, '@', '%40')) > 0
        or strpos(v_text, replace(replace(v_email, '+', '%2b'), '@', '%40')) > 0)
      and regexp_replace(v_text, '\\[nrtbf]', ' ', 'g') ~ crm.address_pattern(v_email)
    then
      return true;
    end if;
  end loop;
  return false;
end;
$$;
comment on function crm.mentions(text, text[]) is
  'Whether a text holds one of these addresses, also as links write it.';

-- Time: reads the log from end to end.
create function crm.list_events_naming(p_emails text[])
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array(
    select e.id
    from public.calcom_events as e
    where crm.mentions(e.payload::text, p_emails)
      or (e.raw_body is not null and crm.mentions(encode(e.raw_body, 'escape'), p_emails))
  );
end;
$$;
comment on function crm.list_events_naming(text[]) is 'The events whose body holds one of these addresses.';

create function crm.list_uids_of(p_emails text[], p_person_ids uuid[])
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return crm.sort_unique(array(
    select u.uid
    from public.bookings as b
    cross join lateral unnest(
      b.previous_uids || b.calcom_uid || split_part(b.original_key, '/', 1)
    ) as u (uid)
    where b.attendee_email = any (p_emails) or b.person_id = any (p_person_ids)
    union
    select u.uid
    from public.calcom_events as e
    cross join lateral unnest(array[e.uid, e.new_uid]) as u (uid)
    where e.booker_email = any (p_emails)
    union
    select unnest(d.uids) from crm.deleted_bookings as d where d.attendee_email = any (p_emails)
  ));
end;
$$;
comment on function crm.list_uids_of(text[], uuid[]) is 'The uids of the meetings that a person booked.';

-- What is about a person.
create type crm.person_scope as (
  emails text[],
  person_ids uuid[],
  company_ids uuid[],
  uids text[],
  guest_uids text[],
  event_ids uuid[],
  booking_ids uuid[],
  email_ids uuid[],
  told_ids uuid[],
  stream_keys text[]
);
comment on column crm.person_scope.uids is 'Of the meetings that the person booked.';
comment on column crm.person_scope.guest_uids is 'Of the meetings that others booked and that name the person.';
comment on column crm.person_scope.event_ids is
  'The events that name the person, and all others about the same meetings.';
comment on column crm.person_scope.booking_ids is
  'The bookings that these events are about, the person''s own included.';
comment on column crm.person_scope.email_ids is 'The mails to the person.';
comment on column crm.person_scope.told_ids is 'The mails about the same meetings to others.';

create function crm.find_person_scope(p_email text)
returns crm.person_scope
language plpgsql
stable
set search_path = ''
as $$
declare
  v_scope crm.person_scope;
  v_named uuid[];
begin
  v_scope.person_ids := crm.list_person_ids(p_email);
  v_scope.emails := crm.list_addresses_of(p_email, v_scope.person_ids);
  v_scope.company_ids := array(
    select p.company_id from public.people as p where p.id = any (v_scope.person_ids) and p.company_id is not null
  );
  v_named := crm.list_events_naming(v_scope.emails);
  v_scope.uids := crm.list_uids_of(v_scope.emails, v_scope.person_ids);
  v_scope.guest_uids := crm.sort_unique(array(
    select u.uid
    from public.calcom_events as e
    cross join lateral unnest(crm.list_uids(e.payload)) as u (uid)
    where e.id = any (v_named) and u.uid <> all (v_scope.uids)
  ));
  v_scope.event_ids := array(
    select v.id from unnest(v_named) as v (id)
    union
    select e.id from public.calcom_events as e
    where e.uid = any (v_scope.uids || v_scope.guest_uids) or e.new_uid = any (v_scope.uids || v_scope.guest_uids)
  );
  v_scope.booking_ids := array(
    select b.id from public.bookings as b
    where b.person_id = any (v_scope.person_ids) or b.attendee_email = any (v_scope.emails)
    union
    select f.booking_id from public.event_effects as f where f.event_id = any (v_scope.event_ids)
  );
  v_scope.email_ids := array(select m.id from public.emails as m where m.to_address = any (v_scope.emails));
  v_scope.told_ids := array(
    select m.id from public.emails as m
    where m.to_address <> all (v_scope.emails)
      and (m.booking_id = any (v_scope.booking_ids) or m.event_id = any (v_scope.event_ids))
  );
  v_scope.stream_keys := array(
    select crm.stream_key(e.email) from unnest(v_scope.emails) as e (email)
    union
    select b.stream_key from public.bookings as b
    where b.person_id = any (v_scope.person_ids) and b.stream_key is not null
  );
  return v_scope;
end;
$$;
comment on function crm.find_person_scope(text) is 'Everything that is about the person behind an address.';

create function crm.is_anybody(p_scope crm.person_scope) returns boolean
language sql immutable set search_path = ''
return p_scope.person_ids <> '{}' or p_scope.event_ids <> '{}' or p_scope.email_ids <> '{}';
comment on function crm.is_anybody(crm.person_scope) is 'Whether anything is known about an address.';

----------------------------------------------------------------------------------------------------------------- export

create function public.export_person(email text)
returns jsonb
language plpgsql
security definer -- an operator may ask for everything about a person
set search_path = ''
set statement_timeout = '60s'
as $$
declare
  v_scope crm.person_scope := crm.find_person_scope(lower(btrim(export_person.email)));
begin
  if not crm.is_anybody(v_scope) then
    return jsonb_build_object('found', false, 'reason', 'Nothing here is about this address.');
  end if;
  return jsonb_build_object(
    'found', true,
    'exported_at', now(),
    'addresses', to_jsonb(v_scope.emails),
    'person', (select jsonb_agg(to_jsonb(p)) from public.people as p where p.id = any (v_scope.person_ids)),
    'company', (select jsonb_agg(to_jsonb(c)) from public.companies as c where c.id = any (v_scope.company_ids)),
    'bookings', (
      select coalesce(jsonb_agg(to_jsonb(b) order by b.start_time, b.id), '[]')
      from public.bookings as b
      where b.person_id = any (v_scope.person_ids)
    ),
    'deals', (
      select coalesce(jsonb_agg(to_jsonb(d) order by d.made_at, d.id), '[]')
      from public.deals as d
      where d.id in (
        select unnest(array[b.deal_id, b.met_deal_id, b.cancelled_deal_id])
        from public.bookings as b
        where b.person_id = any (v_scope.person_ids)
      )
    ),
    'events', (
      select coalesce(
        jsonb_agg(to_jsonb(e) || jsonb_build_object('raw_body', encode(e.raw_body, 'base64')) order by e.position), '[]'
      )
      from public.calcom_events as e
      where e.id = any (v_scope.event_ids)
    ),
    'mails', crm.export_mails(v_scope.email_ids),
    'hand_edits', (
      select coalesce(jsonb_agg(to_jsonb(h) order by h.number), '[]')
      from public.hand_edits as h
      where h.row_id = any (v_scope.person_ids)
        or h.row_id in (select b.id from public.bookings as b where b.person_id = any (v_scope.person_ids))
        or split_part(h.row_key, ' ', 1) = any (v_scope.emails)
    ),
    'held_bookings', (
      select coalesce(jsonb_agg(h.api_row order by h.uid), '[]')
      from crm.held_bookings as h
      where crm.mentions(h.api_row::text, v_scope.emails)
    ),
    'suppression', (
      select jsonb_build_object('since', p.suppressed_at, 'reason', p.suppressed_reason)
      from public.people as p
      where p.id = any (v_scope.person_ids) and p.suppressed_at is not null
      limit 1
    )
  );
end;
$$;
comment on function public.export_person(text) is
  'Everything about one person as one JSON: person, company, bookings, deals, events, mails with their reports, hand '
  'edits, what reconciliation has read and not compared yet, suppression.';

create function crm.export_mails(p_email_ids uuid[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(
      jsonb_agg(
        to_jsonb(m) || jsonb_build_object(
          'tries', (
            select jsonb_agg(to_jsonb(a) order by a.attempt) from public.email_attempts as a where a.email_id = m.id
          ),
          'reports', (
            select jsonb_agg(to_jsonb(r) order by r.received_at) from public.email_deliveries as r
            where r.email_id = m.id
          )
        )
        order by m.number
      ),
      '[]'
    )
    from public.emails as m
    where m.id = any (p_email_ids)
  );
end;
$$;
comment on function crm.export_mails(uuid[]) is 'Mails with their attempts and with what Resend reported about them.';

-------------------------------------------------------------------------------------------------- erase: who it will be

-- Rule: made of nothing, so that nobody finds the way back; the domain stays, because it names the company.
create function crm.make_pseudonym()
returns text
language plpgsql
set search_path = ''
as $$
begin
  return 'erased-' || left(replace(gen_random_uuid()::text, '-', ''), 12);
end;
$$;
comment on function crm.make_pseudonym() is 'A new name for somebody who is erased.';

create function crm.identify_person(p_scope crm.person_scope)
returns crm.identity
language plpgsql
set search_path = ''
as $$
declare
  v_pseudonym text := crm.make_pseudonym();
begin
  return crm.make_identity(
    v_pseudonym,
    p_scope.emails,
    array(
      select case when e.place = 1 then v_pseudonym else crm.make_pseudonym() end || '@' || split_part(e.email, '@', 2)
      from unnest(p_scope.emails) with ordinality as e (email, place)
      order by e.place
    ),
    crm.list_names_of(p_scope),
    array(
      select distinct s.saying
      from public.calcom_events as e
      cross join lateral crm.event_body(e.payload) as b (body)
      cross join lateral unnest(crm.list_sayings(b.body)) as s (saying)
      where e.id = any (p_scope.event_ids) and jsonb_typeof(b.body) = 'object'
        and (
          exists (select from unnest(p_scope.emails) as a (email) where crm.is_booked_by(e.payload, a.email))
          or (e.booker_email = any (p_scope.emails))
        )
    )
  );
end;
$$;
comment on function crm.identify_person(crm.person_scope) is
  'What a person is known by, with a new pseudonym for each address.';

create function crm.list_names_of(p_scope crm.person_scope)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array_remove(array(
    select p.name from public.people as p where p.id = any (p_scope.person_ids)
    union
    select v.name
    from public.hand_edits as h
    cross join lateral unnest(array[h.old_values ->> 'name', h.new_values ->> 'name']) as v (name)
    where h.table_name = 'people' and h.row_id = any (p_scope.person_ids)
    union
    select n.name
    from public.calcom_events as e
    cross join lateral unnest(crm.list_names(e.payload, p_scope.emails)) as n (name)
    where e.id = any (p_scope.event_ids)
  ), null);
end;
$$;
comment on function crm.list_names_of(crm.person_scope) is 'Every name that somebody gave to a person.';

-- Rule: rows of the same company that do not name the address may still hold the name. It is the person's when it has
--       several words and nobody else of the company is called so.
create function crm.identify_for_colleagues(p_identity crm.identity, p_scope crm.person_scope)
returns crm.identity
language plpgsql
stable
set search_path = ''
as $$
begin
  return crm.make_identity(
    p_identity.pseudonym, p_identity.emails, p_identity.email_pseudonyms,
    array(
      select n.name
      from unnest(crm.list_names_of(p_scope)) as n (name)
      where n.name ~ '\S\s+\S' and not exists (
        select from public.people as p
        where p.company_id = any (p_scope.company_ids) and p.id <> all (p_scope.person_ids)
          and lower(p.name) = lower(n.name)
      )
    ),
    array[]::text[]
  );
end;
$$;
comment on function crm.identify_for_colleagues(crm.identity, crm.person_scope) is
  'What a person is known by in rows that are about other people of the company.';

create function crm.remember_erased(p_identity crm.identity, p_scope crm.person_scope)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into crm.erased_people (pseudonym, name, address_hash, erased_at, suppressed_at, suppressed_reason)
  select
    e.pseudonym, p_identity.pseudonym, crm.hash_address(e.email), clock_timestamp(), s.suppressed_at,
    s.suppressed_reason
  from unnest(p_identity.emails, p_identity.email_pseudonyms) as e (email, pseudonym)
  left join lateral crm.find_suppression(e.email) as s on true;

  insert into crm.erased_bookings (uid, pseudonym, is_guest, seat_ids)
  select u.uid, e.pseudonym, u.is_guest, crm.list_seats(u.uid, p_identity.emails)
  from (
    select uid, false from unnest(p_scope.uids) as uid
    union all
    select uid, true from unnest(p_scope.guest_uids) as uid
  ) as u (uid, is_guest)
  cross join unnest(p_identity.email_pseudonyms) as e (pseudonym);
end;
$$;
comment on function crm.remember_erased(crm.identity, crm.person_scope) is
  'Keeps of a person who is erased what it takes to know them again.';

create function crm.list_seats(p_uid text, p_emails text[])
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array_remove(array(
    select b.seat_id from public.bookings as b
    where b.attendee_email = any (p_emails) and (b.calcom_uid = p_uid or b.previous_uids @> array[p_uid])
    union
    select crm.jsonb_text(crm.event_body(e.payload) -> 'attendeeSeatId')
    from public.calcom_events as e
    where (e.uid = p_uid or e.new_uid = p_uid) and e.booker_email = any (p_emails)
  ), null);
end;
$$;
comment on function crm.list_seats(text, text[]) is 'The seats of a meeting that an address held.';

create function crm.find_suppression(p_email text, out suppressed_at timestamptz, out suppressed_reason text)
language plpgsql
stable
set search_path = ''
as $$
begin
  select p.suppressed_at, p.suppressed_reason into suppressed_at, suppressed_reason
  from public.people as p
  where p.email = p_email;
  if not found then
    select e.suppressed_at, e.suppressed_reason into suppressed_at, suppressed_reason
    from crm.erased_people as e
    where e.address_hash = crm.hash_address(p_email)
    order by e.erased_at desc
    limit 1;
  end if;
end;
$$;
comment on function crm.find_suppression(text) is
  'Since when and why an address gets no mail, also when its person was erased; null when it does.';

------------------------------------------------------------------------------------------------- erase: what is changed

create function crm.forget_in_log(p_scope crm.person_scope, p_identity crm.identity, p_colleagues crm.identity)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.calcom_events as e
  set payload = f.payload, raw_body = null, received_hash = e.payload_hash
  from (
    select o.id, crm.forget_in_payload(
      o.payload, p_identity, coalesce(o.uid = any (p_scope.uids) or o.new_uid = any (p_scope.uids), false)
    ) as payload
    from public.calcom_events as o
    where o.id = any (p_scope.event_ids)
  ) as f
  where e.id = f.id and (e.payload <> f.payload or e.raw_body is not null);

  if p_colleagues.name_patterns <> '{}' then
    update public.calcom_events as e
    set payload = f.payload, raw_body = null, received_hash = e.payload_hash
    from (
      select o.id, crm.forget_in_json(o.payload, p_colleagues) as payload
      from public.calcom_events as o
      where o.id in (
          select e.id
          from unnest(p_scope.stream_keys) as k (key)
          cross join lateral unnest(crm.list_events_since(k.key, null, '{}')) as e (id)
        )
        and o.id <> all (p_scope.event_ids)
        and o.payload::text ~* any (p_colleagues.name_patterns)
    ) as f
    where e.id = f.id and e.payload <> f.payload;
  end if;
end;
$$;
comment on function crm.forget_in_log(crm.person_scope, crm.identity, crm.identity) is
  'Takes a person out of the bodies of the log; the place of each event in the order stays.';

-- Rule: mails on their way are dropped. One that Resend is being asked to send at this moment may go out; then its row
--       says so, under the pseudonym. What the others said goes; their row keeps the times.
--       A mail to somebody else may name the person in ways that no pattern finds: in brackets, as HTML, as base64 in
--       its calendar file. Its text goes, too; one that is due is written again, without the person.
-- Race: a sender that has claimed such a mail has read of the person. It loses its claim, and the mail has its turn.
create function crm.forget_mails(p_email_ids uuid[], p_told_ids uuid[], p_emails text[])
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_email public.emails;
  v_dropped integer := 0;
begin
  for v_email in select m.* from public.emails as m where m.id = any (p_email_ids) and m.status = 'due' for update loop
    perform crm.finalize_email(v_email, 'dropped', 'The person was erased.');
    v_dropped := v_dropped + 1;
  end loop;
  update public.emails as m
  set request_body = null, template_data = null, mailbox_hash = null
  where m.id = any (p_email_ids);
  update public.emails as m
  set request_body = null, template_data = case when m.status <> 'due' then m.template_data end,
    next_attempt_at = case
      when exists (
        select from public.email_attempts as a
        where a.email_id = m.id and a.attempt = m.attempts and a.finished_at is null
      ) then m.created_at
      else m.next_attempt_at
    end
  where m.id = any (p_told_ids);
  update public.email_deliveries as r
  set payload = crm.slim_report(r.payload)
  where r.email_id = any (p_email_ids) or (r.email_id is null and crm.mentions(r.payload::text, p_emails));
  return v_dropped;
end;
$$;
comment on function crm.forget_mails(uuid[], uuid[], text[]) is
  'Empties the mails to a person, drops those that are due, and returns how many. Has those to others written again.';

-- Rule: of what reconciliation holds to compare later only that is left which it reads: no answers, reasons or numbers
--       of the person, and not the words of a meeting that they booked. Others whom it lists stay.
create function crm.forget_in_api_row(p_row jsonb, p_identity crm.identity)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_keys constant text[] := array[
    'id', 'uid', 'status', 'start', 'end', 'duration', 'createdAt', 'updatedAt', 'rescheduledFromUid',
    'rescheduledToUid', 'recurringBookingUid', 'absentHost', 'hosts', 'eventType', 'icsUid', 'attendees'
  ];
  v_attendee_keys constant text[] := array['email', 'seatUid', 'absent', 'createdAt', 'timeZone', 'language'];
  v_booker jsonb := p_row #> '{bookingFieldsResponses,email}';
  v_kept jsonb := p_row;
begin
  if coalesce(crm.typed_address(v_booker), crm.typed_address(p_row #> '{attendees,0,email}')) = any (p_identity.emails)
  then
    v_kept := (
      select jsonb_object_agg(k.key, k.value) from jsonb_each(p_row) as k where k.key = any (v_keys)
    ) || jsonb_build_object('bookingFieldsResponses', jsonb_build_object('email', v_booker));
  end if;
  return crm.forget_in_json(
    v_kept || jsonb_build_object('attendees', (
      select coalesce(jsonb_agg(
        case
          when crm.typed_address(a.attendee -> 'email') = any (p_identity.emails)
            then (
              select jsonb_object_agg(k.key, k.value) from jsonb_each(a.attendee) as k
              where k.key = any (v_attendee_keys)
            )
          else a.attendee
        end
        order by a.place
      ), '[]')
      from jsonb_array_elements(crm.jsonb_list(p_row -> 'attendees')) with ordinality as a (attendee, place)
    )),
    p_identity
  );
end;
$$;
comment on function crm.forget_in_api_row(jsonb, crm.identity) is
  'A row of the bookings API without a person; reconciliation reads the same from it about the pseudonym.';

-- Rule: every column of every table that can hold a text is gone through, so that one that is added later is too. Keys,
--       states and domains lose addresses only. What the team has chosen (settings, senders, domains) is no person's. A
--       column that is too short for a pseudonym holds as much of it as it can.
create type crm.text_column as (
  table_name regclass,
  column_name text,
  kind text,
  type text,
  is_prose boolean
);
comment on column crm.text_column.kind is 'What its type is in the end, below a domain.';
comment on column crm.text_column.type is 'Its type as SQL, with the length that it has.';
comment on column crm.text_column.is_prose is 'Sentences stand in it; otherwise a key, a state or the like.';

-- Rule: crm.previous_uids follows the bookings by itself. Whichever came first, the other would find it done.
create function crm.list_text_columns()
returns setof crm.text_column
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  select
    c.oid::regclass, a.attname::text, t.typname::text, format_type(a.atttypid, a.atttypmod),
    a.attname::text !~ ('(^|_)(id|uid|uids|key|status|stage|kind|outcome|domain|trigger|source|operation|delivery|email'
      || '|emails|address|type|editor|hash)$') and a.attname <> 'table_name'
  from pg_catalog.pg_class as c
  join pg_catalog.pg_attribute as a
    on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  join pg_catalog.pg_type as d on d.oid = a.atttypid
  join pg_catalog.pg_type as t on t.oid = case d.typtype when 'd' then d.typbasetype else d.oid end
  where c.relnamespace in ('public'::regnamespace, 'crm'::regnamespace) and c.relkind = 'r' -- parts, not the whole
    and t.typname in ('text', 'varchar', 'bpchar', 'citext', '_text', '_varchar', 'jsonb', 'json', 'bytea')
    and c.oid not in (
      'public.settings'::regclass, 'public.senders'::regclass, 'public.personal_email_domains'::regclass,
      'crm.erased_people'::regclass, 'crm.erased_bookings'::regclass, 'crm.erasure_salt'::regclass,
      'crm.previous_uids'::regclass
    )
    and (c.oid, a.attname) not in (
      ('public.calcom_events'::regclass, 'payload'), ('public.calcom_events'::regclass, 'raw_body')
    )
    and not exists (
      select from pg_catalog.pg_depend as d
      where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    );
end;
$$;
comment on function crm.list_text_columns() is
  'Every column that can hold a text about somebody, and whether sentences stand in it.';

create function crm.forget_expression(p_column crm.text_column)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when p_column.kind = 'jsonb' then format('crm.forget_in_json(t.%I, i.identity)', p_column.column_name)
    when p_column.kind = 'json' then format('crm.forget_in_json(t.%I::jsonb, i.identity)', p_column.column_name)
    when p_column.kind in ('_text', '_varchar') then format(
      'case when t.%1$I is not null then array(
         select crm.forget_addresses(x.x, i.identity) from unnest(t.%1$I) with ordinality as x order by x.ordinality
       ) end',
      p_column.column_name
    )
    when p_column.kind = 'bytea' then format('case when i.names then null else t.%I end', p_column.column_name)
    when p_column.is_prose then format('crm.forget_in_text(t.%I, i.identity)', p_column.column_name)
    else format('crm.forget_addresses(t.%I, i.identity)', p_column.column_name)
  end;
end;
$$;
comment on function crm.forget_expression(crm.text_column) is 'How a person is taken out of a column, as SQL.';

-- Rule: a row is about the person when it names an address, or belongs to the person, or to a booking, event or mail of
--       theirs. The other rows of the company lose a full name.
create function crm.is_about_expression(p_table regclass)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(string_agg(format('t.%I = any ((%s)::uuid[])', a.attname, w.ids), ' or '), 'false')
    from pg_catalog.pg_attribute as a
    join (
      values
        ('person_id', '($1).person_ids', null), ('booking_id', '($1).booking_ids', null),
        ('event_id', '($1).event_ids', null),
        ('email_id', '($1).email_ids || ($1).told_ids', null),
        ('row_id', '($1).person_ids || ($1).booking_ids', null), ('id', '($1).person_ids', 'public.people'),
        ('id', '($1).booking_ids', 'public.bookings'), ('id', '($1).event_ids', 'public.calcom_events'),
        ('id', '($1).email_ids || ($1).told_ids', 'public.emails'), ('id', '($1).company_ids', 'public.companies')
    ) as w (column_name, ids, table_name)
      on w.column_name = a.attname and (w.table_name is null or w.table_name::regclass = p_table)
    where a.attrelid = p_table and a.atttypid = 'uuid'::regtype and a.attnum > 0 and not a.attisdropped
  );
end;
$$;
comment on function crm.is_about_expression(regclass) is 'Whether a row of a table is about somebody, as SQL.';

create function crm.is_of_colleagues_expression(p_table regclass)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(string_agg(format('t.%I %s', a.attname, w.condition), ' or '), 'false')
    from pg_catalog.pg_attribute as a
    join (
      values
        ('stream_key', 'text'::regtype, '= any (($1).stream_keys)'),
        ('company_id', 'uuid'::regtype, '= any (($1).company_ids)'),
        (
          'booking_id', 'uuid'::regtype,
          'in (select b.id from public.bookings as b where b.stream_key = any (($1).stream_keys))'
        ),
        (
          'email_id', 'uuid'::regtype,
          'in (
            select m.id from public.emails as m join public.bookings as b on b.id = m.booking_id
            where b.stream_key = any (($1).stream_keys)
          )'
        )
    ) as w (column_name, type, condition) on w.column_name = a.attname and w.type = a.atttypid
    where a.attrelid = p_table and a.attnum > 0 and not a.attisdropped
  );
end;
$$;
comment on function crm.is_of_colleagues_expression(regclass) is
  'Whether a row of a table is about the company of somebody, as SQL.';

create function crm.forget_in_table(
  p_columns crm.text_column[], p_scope crm.person_scope, p_identity crm.identity, p_colleagues crm.identity
)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_table regclass := (p_columns[1]).table_name;
  v_columns text;
  v_values text;
  v_words text;
begin
  select
    string_agg(format('%I', c.column_name), ', '),
    string_agg(format('(%s)::%s', crm.forget_expression(c), c.type), ', '),
    string_agg(
      format(case c.kind when 'bytea' then 'encode(t.%I, ''escape'')' else 't.%I::text' end, c.column_name), ', '
    )
  into v_columns, v_values, v_words
  from unnest(p_columns) as c;

  execute format(
    $sql$
      update only %1$s as u
      set (%2$s) = (select %3$s)
      from only %1$s as t
      cross join lateral (select concat_ws(' ', %4$s) as words) as w
      cross join lateral (select crm.mentions(w.words, ($2).emails) or %5$s as names) as n
      cross join lateral (select n.names, case when n.names then $2 else $3 end as identity) as i
      where u.ctid = t.ctid and (i.names or (%6$s and w.words ~* any (($3).name_patterns)))
    $sql$,
    v_table, v_columns, v_values, v_words, format('(%s)', crm.is_about_expression(v_table)),
    format('(%s)', crm.is_of_colleagues_expression(v_table))
  )
  using p_scope, p_identity, p_colleagues;
end;
$$;
comment on function crm.forget_in_table(crm.text_column[], crm.person_scope, crm.identity, crm.identity) is
  'Takes a person out of every row of a table.';

-- Rule: the row stays, for bookings refer to it. What a team has added to it is about the person, so it is emptied.
create function crm.forget_in_person(p_person_ids uuid[], p_name text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_own_columns constant text[] := array[
    'id', 'email', 'name', 'company_id', 'is_company_chosen', 'suppressed_at', 'suppressed_reason', 'made_at',
    'created_at'
  ];
  v_added text := (
    select string_agg(format('%I = default', a.attname), ', ')
    from pg_catalog.pg_attribute as a
    where a.attrelid = 'public.people'::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and a.attidentity = '' and a.attname <> all (v_own_columns) and (a.atthasdef or not a.attnotnull)
  );
begin
  update public.people as p
  set name = case when p.name is not null then p_name end, suppressed_at = now(),
    suppressed_reason = 'the person was erased.'
  where p.id = any (p_person_ids);
  if v_added is not null then
    execute format('update public.people as p set %s where p.id = any ($1)', v_added) using p_person_ids;
  end if;
end;
$$;
comment on function crm.forget_in_person(uuid[], text) is
  'Leaves of the row of a person the pseudonym and the company; it gets no mail.';

create function crm.refuse_erasure(p_email text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when p_email is null then 'This is no mail address.'
    when p_email like 'erased-%' and exists (select from crm.erased_people as e where e.pseudonym = p_email)
      then 'This is the pseudonym of somebody who was erased.'
    when exists (select from public.senders as s where s.from_address = p_email)
      then 'This is the address of a sender. Change it in senders first.'
    when p_email = lower(crm.setting('alert_address'))
      then 'This is the address that is told when something is wrong. Change the setting alert_address first.'
    when exists (select from public.members as m where m.email = p_email)
      then 'This is a member of the board. Delete the row of members first.'
  end;
end;
$$;
comment on function crm.refuse_erasure(text) is 'Why nobody can be erased under an address; null when somebody can.';

-- Rule: everything or nothing, in one transaction. A repeat finds nothing more to erase.
-- Race: alone, like a rebuild of everything: events and hand edits wait for it.
-- Time: see rebuild_company for the limit.
create function public.erase_person(email text)
returns jsonb
language plpgsql
security definer -- an operator may have somebody erased, not edit the log
set search_path = ''
set statement_timeout = '60s'
as $$
declare
  v_email text := coalesce(
    crm.jsonb_email(to_jsonb(erase_person.email)), substring(lower(btrim(erase_person.email)) from '^[^\s@]+@[^\s@]+$')
  );
  v_reason text := crm.refuse_erasure(v_email);
  v_scope crm.person_scope;
  v_identity crm.identity;
  v_colleagues crm.identity;
  v_dropped integer;
  v_columns crm.text_column[];
begin
  if v_reason is not null then
    return jsonb_build_object('erased', false, 'reason', v_reason);
  end if;
  perform pg_advisory_xact_lock(crm.maintenance_lock_key());
  v_scope := crm.find_person_scope(v_email);
  if not crm.is_anybody(v_scope) then
    return jsonb_build_object('erased', false, 'reason', coalesce(
      (
        select format('Erased at %s; nothing has come since.', to_char(e.erased_at, 'YYYY-MM-DD HH24:MI TZ'))
        from crm.erased_people as e
        where e.address_hash = crm.hash_address(v_email)
        order by e.erased_at desc
        limit 1
      ),
      'Nothing here is about this address.'
    ));
  end if;

  perform crm.mark_engine(true);
  v_identity := crm.identify_person(v_scope);
  v_colleagues := crm.identify_for_colleagues(v_identity, v_scope);
  perform crm.remember_erased(v_identity, v_scope);
  v_dropped := crm.forget_mails(v_scope.email_ids, v_scope.told_ids, v_scope.emails);
  perform crm.forget_in_log(v_scope, v_identity, v_colleagues);
  delete from crm.paused_replays as r; -- they begin again
  update crm.held_bookings as h set api_row = crm.forget_in_api_row(h.api_row, v_identity)
  where crm.mentions(h.api_row::text, v_scope.emails);
  for v_columns in
    select array_agg(c) from crm.list_text_columns() as c group by c.table_name order by c.table_name
  loop
    perform crm.forget_in_table(v_columns, v_scope, v_identity, v_colleagues);
  end loop;
  perform crm.forget_in_person(v_scope.person_ids, v_identity.pseudonym);
  perform crm.mark_engine(false);
  return jsonb_build_object(
    'erased', true, 'pseudonym', v_identity.pseudonym, 'addresses', cardinality(v_scope.emails),
    'bookings', (select count(*) from public.bookings as b where b.person_id = any (v_scope.person_ids)),
    'events', cardinality(v_scope.event_ids), 'mails', cardinality(v_scope.email_ids), 'dropped_mails', v_dropped
  );
end;
$$;
comment on function public.erase_person(text) is
  'Erases the person behind an address from all tables; says what it found, or why it erased nothing. Meetings and '
  'deals stay, under a pseudonym.';

----------------------------------------------------------------------------------------------------- what comes later

-- Rule: an address that gets no mail gets none under a new person either.
create function crm.keep_suppression()
returns trigger
language plpgsql
security definer -- who may enter people has no rights in schema crm
set search_path = ''
as $$
begin
  if new.suppressed_at is null and exists (select from crm.erased_people) then
    select s.suppressed_at, s.suppressed_reason into new.suppressed_at, new.suppressed_reason
    from crm.find_suppression(new.email) as s;
  end if;
  return new;
end;
$$;
comment on function crm.keep_suppression() is
  'Has a new person get no mail whose address got none before it was erased.';
create trigger keep_suppression before insert on public.people for each row execute function crm.keep_suppression();

-- Rule: what reconciliation holds about somebody who was erased is told as an event would be (see list_erased_in).
create function crm.forget_in_held_booking()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_row public.calcom_events;
  v_erased record;
begin
  v_row.payload := jsonb_build_object(
    'triggerEvent', 'BOOKING_CREATED', 'createdAt', new.api_row -> 'createdAt', 'payload', new.api_row
  );
  for v_erased in
    select e.pseudonym, e.name, e.address from unnest(crm.list_erased_in(v_row)) as e where e.address is not null
  loop
    new.api_row := crm.forget_in_api_row(
      new.api_row,
      crm.make_identity(
        v_erased.name, array[v_erased.address], array[v_erased.pseudonym],
        crm.list_names(new.api_row, array[v_erased.address]), '{}'
      )
    );
  end loop;
  return new;
end;
$$;
comment on function crm.forget_in_held_booking() is
  'Takes people who were erased out of what reconciliation holds to compare later.';
create trigger forget_in_held_booking before insert on crm.held_bookings
for each row execute function crm.forget_in_held_booking();

-- Rule: reports of Resend come for days. Of one about a mail to an erased address, or about a meeting of theirs (its
--       subject may name them), only what became of it is kept; when the address is to get no more mail, that counts
--       for whoever has it later.
create function crm.forget_in_report()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_reason text := crm.suppression_reason(
    crm.delivery_status(crm.jsonb_text(new.payload -> 'type')), new.payload -> 'data'
  );
begin
  if not exists (select from crm.erased_people) then
    return new;
  end if;
  if exists (select from crm.list_erased_addresses(new.payload))
    or exists (
      select from public.emails as m
      where m.id = new.email_id
        and (
          exists (select from crm.erased_people as e where e.pseudonym = m.to_address)
          or exists (select from crm.erased_bookings as b where b.uid = m.calcom_uid)
        )
    )
  then
    new.payload := crm.slim_report(new.payload);
    update crm.erased_people as e
    set suppressed_at = now(), suppressed_reason = format(
      'since %s, %s', to_char(now() at time zone 'UTC', 'YYYY-MM-DD'), v_reason
    )
    from public.emails as m
    where m.id = new.email_id and e.pseudonym = m.to_address and v_reason is not null and e.suppressed_at is null;
  end if;
  return new;
end;
$$;
comment on function crm.forget_in_report() is 'Keeps of a report about an erased address only what became of the mail.';
create trigger forget_in_report before insert on public.email_deliveries
for each row execute function crm.forget_in_report();

-- Rule: what Resend or another mail server says about a mail may name its address. Of a mail to somebody who was erased
--       nothing is kept that was said later.
create function crm.is_to_erased(p_email_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select from public.emails as m
    join crm.erased_people as e on e.pseudonym = m.to_address
    where m.id = p_email_id
  );
end;
$$;
comment on function crm.is_to_erased(uuid) is 'Whether a mail was to somebody who has been erased since.';

create function crm.forget_in_attempt()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from crm.erased_people) and crm.is_to_erased(new.email_id) then
    new.error := case when new.error is not null then 'What was said about it was erased with the person.' end;
  end if;
  return new;
end;
$$;
comment on function crm.forget_in_attempt() is 'Keeps no words about a mail to somebody who was erased.';
create trigger forget_in_attempt before insert or update of error on public.email_attempts
for each row when (new.error is not null) execute function crm.forget_in_attempt();

create function crm.forget_in_email()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from crm.erased_people as e where e.pseudonym = new.to_address) then
    new.request_body := null;
    new.delivery_reason := case when new.delivery_reason is not null then 'Erased with the person.' end;
    new.reason := case
      when new.status = 'due' or new.reason like 'The person was erased.%' then new.reason
      when new.reason is not null then 'The person was erased.'
    end;
  end if;
  return new;
end;
$$;
comment on function crm.forget_in_email() is 'Keeps no words in a mail to somebody who was erased.';
create trigger forget_in_email before update of reason, delivery_reason, request_body on public.emails
for each row
when (new.reason is not null or new.delivery_reason is not null or new.request_body is not null)
execute function crm.forget_in_email();
