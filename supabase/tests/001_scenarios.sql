-- The table of scenarios: its language, what a scenario leaves behind as text, and the four ways in which each is run.
-- This file commits; all the others roll back.
--
-- A scenario is a sentence, its steps, and the bookings, deals and mails that it leaves behind; where it matters also
-- the answer to the last step (its outcome, what became of the deal, and its reason where that is given here) and the
-- names of people and companies. tests.check_scenario runs it in four ways.
--
-- A step is one body that Cal.com sends. Steps are separated by semicolons:
--   book a                     ada@lovelace.test books meeting a, with greta@host.test
--   book a by grace            a colleague; a full address books from elsewhere
--   book a at 16:00            meeting a is on 9 March, b on the 10th and so on, at 15:00 where nothing else is said
--   book a with piet           another organizer; a full address is one of another brand
--   book seat s1 of a          a seat; also: move seat s1 of a>b, cancel seat of a, cancel seats of a for ada, grace
--   move seats of a>a at 16:00 for ada, grace
--   request b, request a>b     a request that the organizer has to confirm, the second with a link to meeting a
--   confirm b, reject b        the organizer's answer
--   move a>b, move a at 16:00  the booking gets the uid b, and with it the time of b; or it keeps its uid
--   cancel a, ask a            the second asks the attendee for another time
--   reassign a to piet         another organizer takes the meeting over
--   end a, end a at 16:00      the meeting is over, half an hour after its time: the steps after it come after its end
--   no-show a, show a          marked, and unmarked
--   BOOKING_PAID a             any other trigger, by its own name
--   copy of 1, copy of 1 17 ms later
--   book a without responses, attendees
--   book a {"title": "x"}      Cal.com's own keys, laid over the body
-- The first step is sent on 2 March at 9:00, each other ten minutes after the one before it; "08:30 cancel a" or
-- "03-05 08:30 cancel a" says when a step is sent that arrives early or late. A lost event is a step that is left out.
--
-- A step may also be work that a person does by hand, at the moment of the step (see tests.write_hand_work):
--   hand enter deal            of lovelace.test; also: hand enter deal for hopper.test
--   hand close deal 1          the first deal of lovelace.test; also: reopen, meet, unmeet, delete deal 1
--   hand close deal 2 for hopper.test
--   hand enter booking a       of Ada; also: by grace, at 16:00
--   hand cancel booking a      also: revive, attend, unattend, miss, unmiss, delete; shift booking a to 16:00, put
--                              booking a into deal 2
--   hand enter person grace, hand enter company hopper.test
--   hand rename ada to Countess, hand readdress ada to countess, hand name lovelace.test Lovelace Ltd
--   hand link eve@gmail.com to lovelace.test, hand unlink ada
-- A scenario may begin with a choice that holds throughout: set cancellation_rule to last_meeting
begin;
set local client_min_messages = warning;

create function tests.address(p_name text, p_domain text)
returns text
language sql
stable
set search_path = ''
return case when p_name like '%@%' then p_name else p_name || '@' || p_domain end;
comment on function tests.address(text, text) is 'A full address as it is, a bare name at the domain.';

create function tests.iso(p_time timestamptz)
returns text
language sql
stable
set search_path = ''
return to_char(p_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
comment on function tests.iso(timestamptz) is 'A time as Cal.com writes it.';

create function tests.meeting_time(p_uid text, p_time text default null)
returns timestamptz
language sql
stable
set search_path = ''
return case
  when p_time like '%-%' then ('2037-' || p_time || ' UTC')::timestamptz
  else ('2037-03-09 ' || coalesce(p_time, '15:00') || ' UTC')::timestamptz
    + (ascii(p_uid) - ascii('a')) * interval '1 day'
end;
comment on function tests.meeting_time(text, text) is 'When a meeting begins: its letter is its day.';

create function tests.phrase(p_step text, p_words text)
returns text
language sql
stable
set search_path = ''
return substring(p_step from ' (?:' || p_words || ') (.*?)(?: (?:by|for|at|with|without|to) .*)?$');
comment on function tests.phrase(text, text) is
  'What follows one of these words in a step; null when the step has none of them.';

-- One step without its time, sent at a given moment.
create function tests.read_step(p_step text, p_sent_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_overrides jsonb := coalesce(substring(p_step from '\{.*$'), '{}')::jsonb;
  v_step text := btrim(regexp_replace(p_step, '\{.*$', ''));
  v_verb text := split_part(v_step, ' ', 1);
  v_uids text[] := string_to_array(substring(v_step from '^\S+ (?:seats? (?:\S+ )?of )?(\S+)'), '>');
  v_people text[] := array(
    select tests.address(p.name, 'lovelace.test')
    from regexp_split_to_table(coalesce(tests.phrase(v_step, 'by|for'), 'ada'), ',\s*') as p (name)
  );
  v_host text := tests.phrase(v_step, 'with|to');
  v_uid text := v_uids[cardinality(v_uids)];
  v_starts_at timestamptz := tests.meeting_time(v_uid, tests.phrase(v_step, 'at'));
  v_trigger text := coalesce(
    '{
      "book": "BOOKING_CREATED", "confirm": "BOOKING_CREATED", "request": "BOOKING_REQUESTED",
      "reject": "BOOKING_REJECTED", "move": "BOOKING_RESCHEDULED", "cancel": "BOOKING_CANCELLED",
      "ask": "BOOKING_CANCELLED", "reassign": "BOOKING_REASSIGNED", "end": "MEETING_ENDED",
      "no-show": "BOOKING_NO_SHOW_UPDATED", "show": "BOOKING_NO_SHOW_UPDATED"
    }'::jsonb ->> v_verb,
    substring(v_verb from '^[A-Z_]+$')
  );
  v_without text[] := regexp_split_to_array(coalesce(tests.phrase(v_step, 'without'), ''), ',\s*');
  v_body jsonb := jsonb_build_object('email', v_people[1]);
  v_event jsonb;
begin
  if v_trigger is null then
    raise exception 'No step begins with "%": %', v_verb, p_step;
  end if;

  if v_trigger = 'BOOKING_NO_SHOW_UPDATED' then
    v_body := v_body || jsonb_build_object('bookingUid', v_uid, 'attendees', (
      select jsonb_agg(jsonb_build_object('email', p.email, 'noShow', v_verb = 'no-show'))
      from unnest(v_people) as p (email)
    ));
  else
    v_body := v_body || jsonb_build_object(
      'uid', v_uid, 'startTime', tests.iso(v_starts_at), 'endTime', tests.iso(v_starts_at + interval '30 minutes')
    );
  end if;
  if v_people[1] <> 'ada@lovelace.test' then
    v_body := v_body || jsonb_build_object('name', initcap(split_part(v_people[1], '@', 1)));
  end if;
  if cardinality(v_uids) > 1 or v_verb = 'move' then
    v_body := v_body || jsonb_build_object(
      'rescheduleUid', case when cardinality(v_uids) > 1 then v_uids[1] end,
      'rescheduleStartTime', tests.iso(tests.meeting_time(v_uids[1])),
      'rescheduleEndTime', tests.iso(tests.meeting_time(v_uids[1]) + interval '30 minutes')
    );
  end if;
  if v_host is not null then
    v_body := tests.merge(v_body, jsonb_build_object(
      'organizer', jsonb_build_object('email', tests.address(v_host, 'host.test'))
    ));
  end if;
  if v_step ~ '^\S+ seats? ' then
    v_body := v_body || jsonb_strip_nulls(jsonb_build_object(
      'seatsPerTimeSlot', 10,
      'attendeeSeatId', substring(v_step from '^\S+ seats? (?!of )(\S+) of '),
      'attendees', case when cardinality(v_people) > 1 then (
        select jsonb_agg(jsonb_build_object('email', p.email, 'name', initcap(split_part(p.email, '@', 1))))
        from unnest(v_people) as p (email)
      ) end
    ));
  end if;
  v_body := tests.merge(v_body, case v_verb
    when 'confirm' then '{"requiresConfirmation": true}'
    when 'ask' then jsonb_build_object(
      'requestReschedule', true, 'rescheduleUid', v_uid, 'cancellationReason', 'Please reschedule. undefined'
    )
    else '{}'
  end);
  v_body := tests.merge(v_body, v_overrides);

  if v_verb = 'end' then
    return tests.meeting_ended(v_body - 'name') - v_without;
  end if;
  v_event := tests.calcom_event(v_trigger, jsonb_build_object('createdAt', tests.iso(p_sent_at)) || v_body);
  return v_event || jsonb_build_object('payload', (v_event -> 'payload') - v_without);
end;
$$;
comment on function tests.read_step(text, timestamptz) is 'The body that Cal.com sends for one step.';

create function tests.split_steps(p_steps text)
returns text[]
language sql
stable
set search_path = ''
return regexp_split_to_array(regexp_replace(btrim(p_steps), '\s+', ' ', 'g'), '; ');
comment on function tests.split_steps(text) is 'The steps of a scenario, one by one.';

create function tests.read_steps(p_steps text)
returns jsonb[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_events jsonb[] := '{}';
  v_step text;
  v_time text;
  v_clock timestamptz := '2037-03-02 08:50+00';
  v_event jsonb;
begin
  foreach v_step in array tests.split_steps(p_steps) loop
    continue when v_step like 'set %';
    v_time := substring(v_step from '^(?:\d\d-\d\d )?\d\d:\d\d ');
    v_step := substr(v_step, coalesce(length(v_time), 0) + 1);
    v_clock := coalesce(
      ('2037-' || case when v_time like '%-%' then v_time else '03-02 ' || v_time end || 'UTC')::timestamptz,
      v_clock + interval '10 minutes'
    );
    if v_step like 'copy of %' then
      v_event := v_events[split_part(v_step, ' ', 3)::integer];
      v_event := v_event || jsonb_build_object('createdAt', tests.iso(
        (v_event ->> 'createdAt')::timestamptz + coalesce(substring(v_step from ' \d+ (.*) later$'), '0')::interval
      ));
    elsif v_step like 'hand %' then
      v_event := jsonb_build_object('hand', substr(v_step, 6), 'createdAt', tests.iso(v_clock));
    else
      v_event := tests.read_step(v_step, v_clock);
    end if;
    if v_event ->> 'triggerEvent' = 'MEETING_ENDED' then
      v_clock := greatest(v_clock, coalesce(v_event ->> 'endTime', v_event #>> '{payload,endTime}')::timestamptz);
    end if;
    v_events := v_events || v_event;
  end loop;
  return v_events;
end;
$$;
comment on function tests.read_steps(text) is
  'The bodies that Cal.com sends for the steps of a scenario, and the work by hand between them, in their order.';

create function tests.choose_settings(p_steps text)
returns void
language sql
volatile
set search_path = ''
as $$
  update public.settings as s set value = substring(c.step from '^set \S+ to (.*)$')
  from unnest(tests.split_steps(p_steps)) as c (step)
  where c.step like 'set %' and s.name = split_part(c.step, ' ', 2);
$$;
comment on function tests.choose_settings(text) is 'Makes the choices with which a scenario begins.';

-- What a scenario leaves behind. Only the functions from here to take_step know names of tables and columns.

create function tests.empty_crm()
returns void
language sql
volatile
set search_path = ''
set client_min_messages = warning
as $$
  truncate
    public.calcom_events, public.companies, public.people, public.hand_edits, public.emails, crm.stream_events,
    crm.row_history, crm.merged_streams, crm.deleted_bookings, crm.backlog, crm.alarms
  cascade;
  update public.settings as s set value = 'any' where s.name = 'cancellation_rule';
$$;
comment on function tests.empty_crm() is
  'Takes every row away until the end of the test, so that nothing but a scenario counts.';

create view tests.numbered_deals as
select d.*, c.domain, row_number() over (partition by d.company_id order by d.made_at, d.created_at) as number
from public.deals as d
join public.companies as c on c.id = d.company_id;
comment on view tests.numbered_deals is
  'Every deal with its domain and its number within the company, the first that was made first.';

create view tests.event_names as
select e.id, concat_ws(
  ' ', e.payload ->> 'triggerEvent', 'of', coalesce(e.payload ->> 'endTime', e.payload ->> 'createdAt')
) as name
from public.calcom_events as e;
comment on view tests.event_names is
  'What to call an event without its id. The end of a meeting has no time of its own, and is sent again as it is.';

create view tests.row_names as
select c.id, 'companies' as table_name, c.domain as name, c.made_at
from public.companies as c
union all
select p.id, 'people', p.email, p.made_at
from public.people as p
union all
select b.id, 'bookings', concat_ws(' ', b.original_key, 'of', b.attendee_email), b.made_at
from public.bookings as b
union all
select d.id, 'deals', coalesce(e.name, 'entered by hand at ' || tests.iso((d.made_at).happened_at)), d.made_at
from public.deals as d
left join tests.event_names as e on e.id = d.opened_by_event_id;
comment on view tests.row_names is
  'What to call a row that a person may edit: the same in every order of arrival. A deal is what opened it.';

create function tests.short(p_email text)
returns text
language sql
stable
set search_path = ''
return regexp_replace(p_email, '@(lovelace|host)\.test$', '');
comment on function tests.short(text) is 'A colleague of Ada and a host by name, everybody else by address.';

create function tests.all_bookings()
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(string_agg(l.line, ', ' order by l.line), 'none')
  from (
    select concat_ws(
      ' ', b.calcom_uid, 'of ' || nullif(tests.short(p.email), 'ada'), b.status,
      case when b.attended then 'attended' end,
      case when b.start_time is distinct from tests.meeting_time(b.calcom_uid) then
        coalesce('at ' || to_char(b.start_time at time zone 'UTC', 'MM-DD HH24:MI'), 'without a time') end,
      case when b.organizer_email is distinct from 'greta@host.test' then
        coalesce('with ' || tests.short(b.organizer_email), 'without an organizer') end,
      'deal ' || d.number
    ) as line
    from public.bookings as b
    join public.people as p on p.id = b.person_id
    left join tests.numbered_deals as d on d.id = b.deal_id
    union all
    select p.email || ' without a booking' from public.people as p
    where not exists (select from public.bookings as b where b.person_id = p.id)
  ) as l;
$$;
comment on function tests.all_bookings() is
  'Like "a CANCELLED deal 1, b of grace ACCEPTED attended deal 2": what is not said is Ada, the usual time and Greta.';

create function tests.all_deals()
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(
    string_agg(
      case when d.id is null then c.domain || ' without a deal'
        else concat_ws(' ', nullif(c.domain, 'lovelace.test'), d.status, d.stage) end,
      ', ' order by c.domain <> 'lovelace.test', c.domain, d.number
    ),
    'none'
  )
  from public.companies as c
  left join tests.numbered_deals as d on d.company_id = c.id;
$$;
comment on function tests.all_deals() is
  'Like "cancelled booked, active met, hopper.test active booked": what is not said is lovelace.test.';

create function tests.all_mails()
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(
    string_agg(
      concat_ws(' ', m.kind, m.calcom_uid, 'to ' || nullif(tests.short(m.to_address), 'ada'), nullif(m.status, 'due')),
      ', ' order by e.position, m.to_address
    ),
    'none'
  )
  from public.emails as m
  join public.calcom_events as e on e.id = m.event_id;
$$;
comment on function tests.all_mails() is
  'Like "confirmation a, cancellation b to grace", in the order in which their events were sent.';

create function tests.all_names()
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(
    string_agg(
      concat_ws(' ', tests.short(p.email), 'is', coalesce(p.name, 'without a name'), 'of ' || c.name),
      ', ' order by p.email
    ),
    'none'
  )
  from public.people as p
  left join public.companies as c on c.id = p.company_id;
$$;
comment on function tests.all_names() is 'Like "ada is Ada Byron of Lovelace Ltd, eve@gmail.com is Eve".';

-- Everything that any order of arrival must leave alike, a row each: names instead of ids, and no times of receipt.
create function tests.all_rows()
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(concat(r.kind, ' ', r.content) order by r.kind, r.content), '{}')
    from (
      select 'company' as kind, (
        to_jsonb(c) - '{id,created_at}'::text[] || jsonb_build_object('made_at', (c.made_at).happened_at)
      )::text as content
      from public.companies as c
      union all
      select 'person', (
        to_jsonb(p) - '{id,created_at}'::text[]
          || jsonb_build_object('company_id', c.domain, 'made_at', (p.made_at).happened_at)
      )::text
      from public.people as p
      left join public.companies as c on c.id = p.company_id
      union all
      select 'booking', (to_jsonb(b) - '{id,created_at}'::text[] || jsonb_build_object(
        'person_id', p.email, 'deal_id', d.number, 'met_deal_id', m.number, 'cancelled_deal_id', x.number,
        'last_event_id', e.name, 'made_at', (b.made_at).happened_at
      ))::text
      from public.bookings as b
      join public.people as p on p.id = b.person_id
      left join tests.numbered_deals as d on d.id = b.deal_id
      left join tests.numbered_deals as m on m.id = b.met_deal_id
      left join tests.numbered_deals as x on x.id = b.cancelled_deal_id
      left join tests.event_names as e on e.id = b.last_event_id
      union all
      select 'deal', (
        to_jsonb(d) - '{id,created_at,company_id}'::text[] || jsonb_build_object(
          'opened_by_event_id', e.name, 'made_at', (d.made_at).happened_at
        )
      )::text
      from tests.numbered_deals as d
      left join tests.event_names as e on e.id = d.opened_by_event_id
      union all
      select distinct 'event', concat_ws(' ', e.outcome, e.trigger, e.uid)
      from public.calcom_events as e where e.outcome not in ('applied', 'duplicate', 'ignored')
      union all
      select 'hand edit', concat_ws(
        ' ', h.operation, h.table_name, tests.iso((h.position).happened_at), h.skipped_reason
      )
      from public.hand_edits as h where h.skipped_reason is not null
    ) as r
  );
end;
$$;
comment on function tests.all_rows() is
  'The rows of the projection, and the events and hand edits that could not be applied to it.';

create function tests.mail_name(p_mail public.emails)
returns text
language sql
stable
set search_path = ''
return concat_ws(
  ' ', p_mail.kind,
  case when p_mail.kind <> 'cancellation' and not exists (
    select from public.calcom_events as e
    where e.id = p_mail.event_id and jsonb_typeof(e.payload #> '{payload,recurringEvent}') = 'object'
  ) then p_mail.calcom_uid end,
  'to', p_mail.to_address
);
comment on function tests.mail_name(public.emails) is 'What a mail tells, and whom.';

-- A cancellation may be told under the uid that was known by then, and a series with any of its meetings. Not asked of
-- seats: an event about several people owes its mails when the first of them is known, and one that waited may be
-- applied to another seat of the person.
create function tests.mails_of_the_end()
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array(
    select tests.mail_name(m)
    from public.bookings as b
    join public.emails as m on m.booking_id = b.id and m.event_id = b.last_event_id
    where not b.is_seated
  );
end;
$$;
comment on function tests.mails_of_the_end() is 'The mails that tell of the state in which each booking was left.';

-- Rule: another order leaves the same rows. It may tell less on the way, but what a booking is in the end is told, and
--       nothing is told twice. A mail that has lost its booking tells nothing: it is dropped when it would be sent.
create function tests.difference(p_rows text[], p_mails_of_the_end text[])
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_rows text[] := tests.all_rows();
begin
  return nullif(concat_ws(
    e'\n',
    (select string_agg('expected: ' || e.line, e'\n') from unnest(p_rows) as e (line) where e.line <> all (v_rows)),
    (select string_agg('actual:   ' || a.line, e'\n') from unnest(v_rows) as a (line) where a.line <> all (p_rows)),
    (
      select string_agg('not told: ' || l.mail, e'\n')
      from unnest(p_mails_of_the_end) as l (mail)
      where not exists (
        select from public.emails as m where tests.mail_name(m) = l.mail and m.booking_id is not null
      )
    ),
    (
      select string_agg(format('told twice: %s %s to %s', m.kind, m.calcom_uid, m.to_address), e'\n')
      from (
        select
          m.kind, m.calcom_uid, m.to_address,
          (m.kind, m.calcom_uid, m.start_time)
            is not distinct from lag((m.kind, m.calcom_uid, m.start_time)) over meeting as is_told
        from public.emails as m
        join public.calcom_events as e on e.id = m.event_id
        window meeting as (partition by m.to_address, m.booking_id, m.seat_id order by e.position)
      ) as m
      where m.is_told
    )
  ), '');
end;
$$;
comment on function tests.difference(text[], text[]) is
  'How the tables differ from these rows, and who was told twice or not at all; null when all is well.';

-- What a person changes, as the statement that Studio or an own app would send. It names the row by its id, which is
-- found by what the step calls it, or by the name that the row had when the steps were taken in order.
create function tests.write_hand_work(p_work text, p_row_name text default null, out row_name text, out statement text)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_verb text := split_part(p_work, ' ', 1);
  v_noun text := split_part(p_work, ' ', 2);
  v_uid text := split_part(p_work, ' ', 3);
  v_email text := tests.address(
    case when v_noun = 'booking' then coalesce(tests.phrase(p_work, 'by'), 'ada') when v_noun = 'person' then v_uid
      else v_noun end,
    'lovelace.test'
  );
  v_domain text := coalesce(tests.phrase(p_work, 'for'), 'lovelace.test');
  v_change text := case concat_ws(' ', v_verb, case when v_noun in ('deal', 'booking') then v_noun end)
    when 'close deal' then 'set status = ''cancelled'''
    when 'reopen deal' then 'set status = ''active'''
    when 'meet deal' then 'set stage = ''met'''
    when 'unmeet deal' then 'set stage = ''booked'''
    when 'cancel booking' then 'set status = ''CANCELLED'''
    when 'revive booking' then 'set status = ''ACCEPTED'''
    when 'attend booking' then 'set attended = true'
    when 'unattend booking' then 'set attended = false'
    when 'miss booking' then 'set is_no_show = true'
    when 'unmiss booking' then 'set is_no_show = false'
    when 'shift booking' then format(
      'set start_time = %L, end_time = %L', tests.meeting_time(v_uid, tests.phrase(p_work, 'to')),
      tests.meeting_time(v_uid, tests.phrase(p_work, 'to')) + interval '30 minutes'
    )
    when 'put booking' then 'set deal_id = ' || quote_literal((
      select d.id from tests.numbered_deals as d
      where d.domain = v_domain and d.number = substring(p_work from ' into deal (\d+)')::integer
    ))
    when 'rename' then format('set name = %L', substring(p_work from ' to (.*)$'))
    when 'readdress' then format('set email = %L', tests.address(tests.phrase(p_work, 'to'), 'lovelace.test'))
    when 'name' then format('set name = %L', substring(p_work from '^name \S+ (.*)$'))
    when 'link' then 'set company_id = ' || quote_literal((
      select c.id from public.companies as c where c.domain = tests.phrase(p_work, 'to')
    ))
    when 'unlink' then 'set company_id = null'
  end;
  v_table text;
  v_id uuid;
begin
  if v_verb = 'enter' then
    row_name := case v_noun when 'deal' then v_domain when 'booking' then v_email end;
    statement := case v_noun
      when 'company' then format('insert into public.companies (domain, name) values (%L, %1$L)', v_uid)
      when 'person' then format(
        'insert into public.people (email, name) values (%L, %L)', v_email, initcap(split_part(v_email, '@', 1))
      )
      when 'deal' then format(
        'insert into public.deals (company_id) values (%L)',
        (select c.id from public.companies as c where c.domain = v_domain)
      )
      when 'booking' then format(
        'insert into public.bookings (calcom_uid, person_id, title, start_time, end_time, organizer_email) '
        'values (%L, %L, ''Entered by hand'', %L, %L, ''greta@host.test'')',
        v_uid, (select p.id from public.people as p where p.email = v_email),
        tests.meeting_time(v_uid, tests.phrase(p_work, 'at')),
        tests.meeting_time(v_uid, tests.phrase(p_work, 'at')) + interval '30 minutes'
      )
    end;
    return;
  end if;

  v_table := case when v_noun in ('deal', 'booking') then v_noun || 's' when v_verb = 'name' then 'companies'
    else 'people' end;
  select r.id, r.name into v_id, row_name
  from tests.row_names as r
  where r.table_name = v_table and case
    when p_row_name is not null then r.name = p_row_name
    when v_table = 'companies' then r.name = v_noun
    when v_table = 'people' then r.name = v_email
    when v_table = 'deals' then r.id = (
      select d.id from tests.numbered_deals as d where d.domain = v_domain and d.number = v_uid::integer
    )
    else r.id = (
      select b.id from public.bookings as b where b.calcom_uid = v_uid and b.attendee_email = v_email
    )
  end;
  statement := case
    when v_verb = 'delete' then format('delete from public.%I where id = %L', v_table, v_id)
    else format('update public.%I ', v_table) || v_change || format(' where id = %L', v_id)
  end;
end;
$$;
comment on function tests.write_hand_work(text, text) is
  'The statement with which a person does what a step says, and what the row that they see is called in every order.';

create function tests.is_row_there(p_row_name text, p_moment timestamptz)
returns boolean
language sql
stable
set search_path = ''
as $$
  select p_row_name is null or exists (
    select from tests.row_names as r where r.name = p_row_name and (r.made_at).happened_at <= p_moment
  );
$$;
comment on function tests.is_row_there(text, timestamptz) is
  'Whether a person could see a row at a moment, by what has arrived.';

-- Rule: work by hand counts at its own moment. The tests' moments are made up, so the edit that the trigger has
--       recorded is moved to the moment of its step, as if the clock had stood there; when something later is in the
--       tables already, they are replayed, as they are for a late event. Raises TS002 when a person would not have done
--       it: the row is not there, or the work changes nothing.
create function tests.take_hand_step(p_step jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_moment timestamptz := (p_step ->> 'createdAt')::timestamptz;
  v_work record;
  v_last_number bigint := coalesce((select max(h.number) from public.hand_edits as h), 0);
  v_edit public.hand_edits;
  v_stream_key text;
begin
  select w.row_name, w.statement into v_work from tests.write_hand_work(p_step ->> 'hand', p_step ->> 'row') as w;
  if v_work.statement is null or not tests.is_row_there(v_work.row_name, v_moment) then
    raise exception using errcode = 'TS002', message = format('Nobody can "%s": no such row', p_step ->> 'hand');
  end if;

  perform tests.run_as('service_role', v_work.statement);

  update public.hand_edits as h set position = row(v_moment, 99, h.number)::crm.position
  where h.number > v_last_number;
  if not found then
    raise exception using errcode = 'TS002', message = format('"%s" changes nothing', p_step ->> 'hand');
  end if;
  perform set_config('crm.engine', 'on', true);
  for v_edit in
    select h.* from public.hand_edits as h where h.number > v_last_number and h.operation = 'insert'
  loop
    execute format('update public.%I set made_at = $1 where id = $2', v_edit.table_name)
    using v_edit.position, v_edit.row_id;
  end loop;

  for v_stream_key in
    select distinct h.stream_key
    from public.hand_edits as h where h.number > v_last_number and h.stream_key is not null
  loop
    perform tests.replay_if_late(v_stream_key, v_last_number);
  end loop;
  perform set_config('crm.engine', '', true);
  return jsonb_build_object('outcome', 'by hand', 'row', v_work.row_name);
end;
$$;
comment on function tests.take_hand_step(jsonb) is 'Does by hand what a step says, at the moment of the step.';

create function tests.replay_if_late(p_stream_key text, p_last_number bigint)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_edit crm.position := (
    select h.position from public.hand_edits as h
    where h.number > p_last_number and h.stream_key = p_stream_key
    order by h.position desc
    limit 1
  );
begin
  if not crm.is_newest(p_stream_key, v_edit) or exists (
    select from public.calcom_events as e where e.outcome = 'waiting'
  ) then
    perform crm.finish_other_events(crm.replay_stream(p_stream_key), null, true);
  end if;
end;
$$;
comment on function tests.replay_if_late(text, bigint) is
  'Brings a stream to where it would be had the last hand edits been made at their moment.';

create function tests.take_step(p_step jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
  if p_step ? 'hand' then
    return tests.take_hand_step(p_step);
  end if;
  return public.handle_calcom_event(p_step);
end;
$$;
comment on function tests.take_step(jsonb) is 'Does what a step says, and returns the answer.';

-- Takes the steps as they are given, looks, and takes everything back, so that each run begins from nothing.
create function tests.run_in_order(p_steps jsonb[])
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_step jsonb;
  v_steps jsonb[] := '{}';
  v_answer jsonb;
  v_result jsonb;
begin
  foreach v_step in array p_steps loop
    v_answer := tests.take_step(v_step);
    v_steps := v_steps || (v_step || case when v_step ? 'hand' then v_answer - 'outcome' else '{}' end);
  end loop;
  set constraints all immediate;
  v_result := jsonb_build_object(
    'bookings', tests.all_bookings(), 'deals', tests.all_deals(), 'mails', tests.all_mails(),
    'names', tests.all_names(),
    'answer', concat_ws(
      ': ', concat_ws(' ', v_answer ->> 'outcome', nullif(v_answer ->> 'deal', 'unchanged')), v_answer ->> 'reason'
    ),
    'rows', tests.all_rows(), 'mails_of_the_end', tests.mails_of_the_end(), 'steps', v_steps
  );
  raise exception using errcode = 'TS001', message = 'This run is over: nothing of it may stay';
exception
  when sqlstate 'TS001' then return v_result;
  when others then return jsonb_build_object('error', format('%s (%s)', sqlerrm, sqlstate));
end;
$$;
comment on function tests.run_in_order(jsonb[]) is
  'What the steps leave behind, what is answered to the last of them, and which rows the work by hand is about.';

-- Up to four steps arrive in every order there is: at every place each of those that are left, taken back before the
-- next of them has its turn. Of five, three are tried at every place; of more, two, and from the sixth place on, one.
-- Always the same ones, the last step first, so that the reverse is among the orders. Work that nobody could do at a
-- place is left out there.
create function tests.run_in_every_order(
  p_steps jsonb[], p_rows text[], p_mails_of_the_end text[], p_arrived integer[] default '{}',
  out problem text, out orders integer
)
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_length integer := cardinality(p_steps);
  v_limit integer := case when v_length <= 4 then 4 when v_length = 5 then 3 when cardinality(p_arrived) < 5 then 2
    else 1 end;
  v_place integer;
  v_orders integer;
begin
  orders := 0;
  for v_place in
    select g.place
    from generate_series(1, v_length) as g (place)
    where g.place <> all (p_arrived)
    order by g.place < max(g.place) over (), md5(concat(p_arrived, g.place))
  loop
    v_orders := 0;
    begin
      perform tests.take_step(p_steps[v_place]);
      if cardinality(p_arrived) + 1 < v_length then
        select r.problem, r.orders into problem, v_orders
        from tests.run_in_every_order(p_steps, p_rows, p_mails_of_the_end, p_arrived || v_place) as r;
      else
        set constraints all immediate;
        v_orders := 1;
        problem := (
          select format(
              e'arrived:  %s\n',
              string_agg(coalesce('hand ' || (o.step ->> 'hand'), concat_ws(
                ' ', o.step ->> 'triggerEvent', coalesce(o.step #>> '{payload,uid}', o.step ->> 'uid')
              )), '; ' order by o.arrival)
            ) || tests.difference(p_rows, p_mails_of_the_end)
          from (
            select p_steps[a.place] as step, a.arrival
            from unnest(p_arrived || v_place) with ordinality as a (place, arrival)
          ) as o
        );
      end if;
      raise exception using errcode = 'TS001', message = 'This order is over: nothing of it may stay';
    exception
      when sqlstate 'TS001' then null;
      when sqlstate 'TS002' then null;
      when integrity_constraint_violation then
        if not p_steps[v_place] ? 'hand' then
          raise;
        end if;
    end;
    orders := orders + v_orders;
    v_limit := v_limit - sign(v_orders)::integer;
    exit when problem is not null or v_limit = 0;
  end loop;
end;
$$;
comment on function tests.run_in_every_order(jsonb[], text[], text[], integer[]) is
  'The first order of arrival that leaves other rows, and which; null when there is none. And how many were tried.';

create function tests.find_bad_order(p_steps jsonb[], p_rows text[], p_mails_of_the_end text[])
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
  return (
    select case when r.orders = 0 then 'No order of arrival is possible.' else r.problem end
    from tests.run_in_every_order(p_steps, p_rows, p_mails_of_the_end) as r
  );
exception
  when others then return format('%s (%s)', sqlerrm, sqlstate);
end;
$$;
comment on function tests.find_bad_order(jsonb[], text[], text[]) is
  'The first order of arrival that leaves other rows; null when there is none.';

-- Every event as it is, again, and as the copy that a second webhook sends; then all of that once more, the last first.
-- Work by hand is done once, at its place.
create function tests.run_again_and_again(p_steps jsonb[], p_rows text[], p_mails text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_steps jsonb[] := '{}';
  v_step jsonb;
  v_problem text;
begin
  foreach v_step in array p_steps loop
    v_steps := v_steps || v_step;
    if not v_step ? 'hand' then
      v_steps := v_steps || v_step || (
        v_step || jsonb_build_object('createdAt', tests.iso((v_step ->> 'createdAt')::timestamptz + interval '17 ms'))
      );
    end if;
  end loop;
  for v_step in
    select e.step
    from (
      select u.step, u.place from unnest(v_steps) with ordinality as u (step, place)
      union all
      select u.step, 1000 - u.place from unnest(v_steps) with ordinality as u (step, place)
      where not u.step ? 'hand'
    ) as e
    order by e.place
  loop
    perform tests.take_step(v_step);
  end loop;
  set constraints all immediate;
  v_problem := nullif(concat_ws(
    e'\n', tests.difference(p_rows, '{}'),
    'mails:    ' || nullif(tests.all_mails(), p_mails) || e'\ninstead:  ' || p_mails
  ), '');
  raise exception using errcode = 'TS001', message = 'This run is over: nothing of it may stay';
exception
  when sqlstate 'TS001' then return v_problem;
  when others then return format('%s (%s)', sqlerrm, sqlstate);
end;
$$;
comment on function tests.run_again_and_again(jsonb[], text[], text) is
  'What is different when every event comes again and again; null when nothing is.';

create function tests.whole_rows()
returns text[]
language sql
stable
set search_path = ''
as $$
  select array(
    select 'company ' || to_jsonb(c)::text from public.companies as c
    union all select 'person ' || to_jsonb(p)::text from public.people as p
    union all select 'booking ' || to_jsonb(b)::text from public.bookings as b
    union all select 'deal ' || to_jsonb(d)::text from public.deals as d
    union all select 'mail ' || to_jsonb(m)::text from public.emails as m
    union all select 'hand edit ' || to_jsonb(h)::text from public.hand_edits as h
    union all select concat_ws(' ', 'effect', f.event_id, f.booking_id, f.deal_id, f.deal_change, f.reason)
    from public.event_effects as f
    union all select concat_ws(' ', 'event', e.id, e.outcome, e.reason) from public.calcom_events as e
  );
$$;
comment on function tests.whole_rows() is 'Every row with its id, as it is.';

create function tests.run_and_rebuild(p_steps jsonb[])
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_step jsonb;
  v_before text[];
  v_after text[];
  v_problem text;
begin
  foreach v_step in array p_steps loop
    perform tests.take_step(v_step);
  end loop;
  v_before := tests.whole_rows();
  perform public.rebuild_everything();
  perform public.rebuild_company(c.domain) from public.companies as c;
  perform public.rebuild_person(p.email) from public.people as p where p.company_id is null;
  v_after := tests.whole_rows();
  v_problem := nullif(concat_ws(
    e'\n',
    (select string_agg('before:   ' || b.line, e'\n') from unnest(v_before) as b (line) where b.line <> all (v_after)),
    (select string_agg('after:    ' || a.line, e'\n') from unnest(v_after) as a (line) where a.line <> all (v_before))
  ), '');
  raise exception using errcode = 'TS001', message = 'This run is over: nothing of it may stay';
exception
  when sqlstate 'TS001' then return v_problem;
  when others then return format('%s (%s)', sqlerrm, sqlstate);
end;
$$;
comment on function tests.run_and_rebuild(jsonb[]) is
  'What a rebuild of everything, and then of each company and person, changes; null when it changes nothing.';

create function tests.check_scenario(
  p_sentence text, p_steps text, p_bookings text, p_deals text, p_mails text,
  p_answer text default null, p_names text default null
)
returns setof text
language plpgsql
volatile
as $$
declare
  v_steps jsonb[] := tests.read_steps(p_steps);
  v_expected jsonb := (
    select jsonb_object_agg(e.key, regexp_replace(e.value, '\s+', ' ', 'g'))
    from (
      values ('bookings', p_bookings), ('deals', p_deals), ('mails', p_mails), ('answer', p_answer), ('names', p_names)
    ) as e (key, value)
    where e.value is not null
  );
  v_result jsonb;
  v_rows text[];
  v_problem text;
begin
  perform tests.empty_crm();
  perform tests.choose_settings(p_steps);
  v_result := tests.run_in_order(v_steps);
  v_rows := array(select jsonb_array_elements_text(v_result -> 'rows'));
  if p_answer !~ ': ' then
    v_result := v_result || jsonb_build_object('answer', split_part(v_result ->> 'answer', ': ', 1));
  end if;
  return next is(
    jsonb_pretty((select jsonb_object_agg(k.key, v_result -> k.key) from jsonb_object_keys(v_expected) as k (key))),
    jsonb_pretty(v_expected), p_sentence
  );
  if v_result ? 'error' then
    return next fail(p_sentence || ': it has an end') || e'\n' || diag(v_result ->> 'error');
    return;
  end if;

  v_steps := array(select jsonb_array_elements(v_result -> 'steps'));
  v_problem := tests.find_bad_order(
    v_steps, v_rows, array(select jsonb_array_elements_text(v_result -> 'mails_of_the_end'))
  );
  return next ok(v_problem is null, p_sentence || ': the same in every order')
    || coalesce(e'\n' || diag(v_problem), '');

  v_problem := tests.run_again_and_again(v_steps, v_rows, v_result ->> 'mails');
  return next ok(v_problem is null, p_sentence || ': the same when every event comes again')
    || coalesce(e'\n' || diag(v_problem), '');

  v_problem := tests.run_and_rebuild(v_steps);
  return next ok(v_problem is null, p_sentence || ': the same rows when all is rebuilt')
    || coalesce(e'\n' || diag(v_problem), '');
end;
$$;
comment on function tests.check_scenario(text, text, text, text, text, text, text) is
  'Four assertions: in order; in every order; again and again; rebuilt. A failing one names its sentence and order.';

select plan(3);
select is(
  array(
    select concat_ws(' ', e.event ->> 'triggerEvent', coalesce(e.event #>> '{payload,uid}', e.event ->> 'uid'))
    from unnest(tests.read_steps('book a; request a>b; confirm b; end b; copy of 1 17 ms later')) as e (event)
  ),
  array['BOOKING_CREATED a', 'BOOKING_REQUESTED b', 'BOOKING_CREATED b', 'MEETING_ENDED b', 'BOOKING_CREATED a'],
  'steps are bodies of Cal.com'
);
select is(
  array(
    select e.event ->> 'createdAt'
    from unnest(tests.read_steps('book a; cancel a; 08:30 book b; 03-05 09:00 ask b; copy of 1 17 ms later'))
      as e (event)
  ),
  array[
    '2037-03-02T09:00:00.000Z', '2037-03-02T09:10:00.000Z', '2037-03-02T08:30:00.000Z', '2037-03-05T09:00:00.000Z',
    '2037-03-02T09:00:00.017Z'
  ],
  'each has the time at which it is sent'
);
select is(
  array(
    select e.step
    from unnest(tests.read_steps('set cancellation_rule to any; book a; hand close deal 1')) as e (step)
    where not e.step ? 'payload'
  ),
  array['{"hand": "close deal 1", "createdAt": "2037-03-02T09:10:00.000Z"}'::jsonb],
  'work by hand is a step, a choice is none'
);
select * from finish();
commit;
