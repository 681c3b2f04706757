-- The table of scenarios: its language, what a scenario leaves behind as text, and the three ways in which each is run.
-- This file commits; all the others roll back.
--
-- A scenario is a sentence, its steps, and the bookings, deals and mails that it leaves behind; where it matters also
-- the answer to the last step and the names of people and companies. tests.check_scenario runs it in three ways.
--
-- A step is one body that Cal.com sends. Steps are separated by semicolons:
--   book a                     ada@lovelace.test books meeting a, with greta@host.test
--   book a by grace            a colleague; a full address books from elsewhere
--   book a at 16:00            meeting a is on 9 March, b on the 10th and so on, at 15:00 where nothing else is said
--   book a with piet           another organizer; a full address is one of another brand
--   book seat s1 of a          a seat; also: move seat s1 of a>b, cancel seat of a, cancel seats of a for ada, grace
--   request b, request a>b     a request that the organizer has to confirm, the second for a new time of a
--   confirm b, reject b        the organizer's answer
--   move a>b, move a at 16:00  the booking gets the uid b, and with it the time of b; or it keeps its uid
--   cancel a, ask a            the second asks the attendee for another time
--   end a                      the meeting is over: the steps after it come after its end
--   no-show a, show a          marked, and unmarked
--   BOOKING_PAID a             any other trigger, by its own name
--   copy of 1, copy of 1 17 ms later
--   book a without responses, attendees
--   book a {"title": "x"}      Cal.com's own keys, laid over the body
-- The first step is sent on 2 March at 9:00, each other ten minutes after the one before it; "08:30 cancel a" or
-- "03-05 08:30 cancel a" says when a step is sent that arrives early or late. A lost event is a step that is left out.
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
return substring(p_step from ' (?:' || p_words || ') (.*?)(?: (?:by|for|at|with|without) .*)?$');
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
  v_host text := tests.phrase(v_step, 'with');
  v_uid text := v_uids[cardinality(v_uids)];
  v_starts_at timestamptz := tests.meeting_time(v_uid, tests.phrase(v_step, 'at'));
  v_trigger text := coalesce(
    '{
      "book": "BOOKING_CREATED", "confirm": "BOOKING_CREATED", "request": "BOOKING_REQUESTED",
      "reject": "BOOKING_REJECTED", "move": "BOOKING_RESCHEDULED", "cancel": "BOOKING_CANCELLED",
      "ask": "BOOKING_CANCELLED", "end": "MEETING_ENDED", "no-show": "BOOKING_NO_SHOW_UPDATED",
      "show": "BOOKING_NO_SHOW_UPDATED"
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
return regexp_split_to_array(regexp_replace(p_steps, '\s+', ' ', 'g'), '; ');
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
  'The bodies that Cal.com sends for the steps of a scenario, in the order of the steps.';

-- What a scenario leaves behind. Only the functions from here to take_step know names of columns.

create function tests.empty_crm()
returns void
language sql
volatile
set search_path = ''
set client_min_messages = warning
as $$
  truncate public.calcom_events, public.companies, public.people, crm.stream_watermarks cascade;
$$;
comment on function tests.empty_crm() is
  'Takes every row away until the end of the test, so that nothing but a scenario counts.';

create view tests.numbered_deals as
select d.*, c.domain,
  row_number() over (partition by d.company_id order by d.sequence_number nulls first, d.created_at) as number
from public.deals as d
join public.companies as c on c.id = d.company_id;
comment on view tests.numbered_deals is
  'Every deal with its domain and its number within the company, the oldest first.';

create view tests.event_names as
select e.id, concat_ws(' ', e.payload ->> 'triggerEvent', 'of', e.payload ->> 'createdAt') as name
from public.calcom_events as e;
comment on view tests.event_names is 'What to call an event without its id.';

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
      concat_ws(' ', m.kind, m.calcom_uid, 'to ' || nullif(tests.short(m.to_address), 'ada')),
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
      select 'company' as kind, (to_jsonb(c) - '{id,created_at}'::text[])::text as content from public.companies as c
      union all
      select 'person', (to_jsonb(p) - '{id,created_at}'::text[] || jsonb_build_object('company_id', c.domain))::text
      from public.people as p
      left join public.companies as c on c.id = p.company_id
      union all
      select 'booking', (to_jsonb(b) - '{id,created_at}'::text[] || jsonb_build_object(
        'person_id', p.email, 'deal_id', d.number, 'met_deal_id', m.number, 'cancelled_deal_id', x.number,
        'last_event_id', e.name
      ))::text
      from public.bookings as b
      join public.people as p on p.id = b.person_id
      left join tests.numbered_deals as d on d.id = b.deal_id
      left join tests.numbered_deals as m on m.id = b.met_deal_id
      left join tests.numbered_deals as x on x.id = b.cancelled_deal_id
      left join tests.event_names as e on e.id = b.last_event_id
      union all
      select 'deal', (
        to_jsonb(d) - '{id,created_at,company_id}'::text[] || jsonb_build_object('opened_by_event_id', e.name)
      )::text
      from tests.numbered_deals as d
      left join tests.event_names as e on e.id = d.opened_by_event_id
      union all
      select distinct 'event', concat_ws(' ', e.outcome, e.trigger, e.uid)
      from public.calcom_events as e where e.outcome not in ('applied', 'duplicate', 'ignored')
    ) as r
  );
end;
$$;
comment on function tests.all_rows() is 'The rows of the projection, and the events that could not be applied to it.';

create function tests.mail_name(p_mail public.emails)
returns text
language sql
stable
set search_path = ''
return concat_ws(
  ' ', p_mail.kind, case when p_mail.kind <> 'cancellation' then p_mail.calcom_uid end, 'to', p_mail.to_address
);
comment on function tests.mail_name(public.emails) is 'What a mail tells, and whom.';

-- A cancellation may be told under the uid that was known by then. Not asked of seats: an event about several people
-- owes its mails when the first of them is known, and one that waited may be applied to another seat of the person.
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
--       nothing is told twice.
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
      where not exists (select from public.emails as m where tests.mail_name(m) = l.mail)
    ),
    (
      select string_agg(format('told twice: %s %s to %s', m.kind, m.calcom_uid, m.to_address), e'\n')
      from (
        select m.kind, m.calcom_uid, m.to_address
        from public.emails as m
        group by m.to_address, m.kind, m.calcom_uid, m.seat_id, m.template_data ->> 'start_time'
        having count(*) > 1
      ) as m
    )
  ), '');
end;
$$;
comment on function tests.difference(text[], text[]) is
  'How the tables differ from these rows, and who was told twice or not at all; null when all is well.';

create function tests.take_step(p_event jsonb)
returns jsonb
language sql
volatile
set search_path = ''
as $$
  select public.handle_calcom_event(p_event);
$$;
comment on function tests.take_step(jsonb) is 'Does what a step says, and returns the answer.';

-- Takes the steps as they are given, looks, and takes everything back, so that each run begins from nothing.
create function tests.run_in_order(p_events jsonb[])
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_event jsonb;
  v_answer jsonb;
  v_result jsonb;
begin
  foreach v_event in array p_events loop
    v_answer := tests.take_step(v_event);
  end loop;
  set constraints all immediate;
  v_result := jsonb_build_object(
    'bookings', tests.all_bookings(), 'deals', tests.all_deals(), 'mails', tests.all_mails(),
    'names', tests.all_names(),
    'answer', concat_ws(
      ': ', concat_ws(' ', v_answer ->> 'outcome', nullif(v_answer ->> 'deal', 'unchanged')), v_answer ->> 'reason'
    ),
    'rows', tests.all_rows(), 'mails_of_the_end', tests.mails_of_the_end()
  );
  raise exception using errcode = 'TS001', message = 'This run is over: nothing of it may stay';
exception
  when sqlstate 'TS001' then return v_result;
end;
$$;
comment on function tests.run_in_order(jsonb[]) is
  'What the events leave behind, and what is answered to the last of them.';

-- Up to four events arrive in every order there is: at every place each of those that are left, taken back before the
-- next of them has its turn. Of five, three are tried at every place; of more, two, and from the sixth place on, one.
-- Always the same ones, the last step first, so that the reverse is among the orders.
create function tests.run_in_every_order(
  p_steps text[], p_events jsonb[], p_rows text[], p_mails_of_the_end text[], p_arrived integer[] default '{}'
)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_length integer := cardinality(p_events);
  v_place integer;
  v_problem text;
begin
  for v_place in
    select g.place
    from generate_series(1, v_length) as g (place)
    where g.place <> all (p_arrived)
    order by g.place < max(g.place) over (), md5(concat(p_arrived, g.place))
    limit case when v_length <= 4 then 4 when v_length = 5 then 3 when cardinality(p_arrived) < 5 then 2 else 1 end
  loop
    begin
      perform tests.take_step(p_events[v_place]);
      if cardinality(p_arrived) + 1 < v_length then
        v_problem := tests.run_in_every_order(p_steps, p_events, p_rows, p_mails_of_the_end, p_arrived || v_place);
      else
        set constraints all immediate;
        v_problem := (
          select format(e'arrived:  %s\n', string_agg(p_steps[o.place], '; ' order by o.arrival))
            || tests.difference(p_rows, p_mails_of_the_end)
          from unnest(p_arrived || v_place) with ordinality as o (place, arrival)
        );
      end if;
      raise exception using errcode = 'TS001', message = 'This order is over: nothing of it may stay';
    exception
      when sqlstate 'TS001' then null;
    end;
    if v_problem is not null then
      return v_problem;
    end if;
  end loop;
  return null;
end;
$$;
comment on function tests.run_in_every_order(text[], jsonb[], text[], text[], integer[]) is
  'The first order of arrival that leaves other rows, and which; null when there is none.';

-- Every event as it is, again, and as the copy that a second webhook sends; then all of that once more, the last first.
create function tests.run_again_and_again(p_events jsonb[], p_rows text[], p_mails text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_events jsonb[] := '{}';
  v_event jsonb;
  v_problem text;
begin
  foreach v_event in array p_events loop
    v_events := v_events || v_event || v_event || (
      v_event || jsonb_build_object('createdAt', tests.iso((v_event ->> 'createdAt')::timestamptz + interval '17 ms'))
    );
  end loop;
  for v_event in
    select e.event
    from (
      select u.event, u.place from unnest(v_events) with ordinality as u (event, place)
      union all
      select u.event, 1000 - u.place from unnest(v_events) with ordinality as u (event, place)
    ) as e
    order by e.place
  loop
    perform tests.take_step(v_event);
  end loop;
  set constraints all immediate;
  v_problem := nullif(concat_ws(
    e'\n', tests.difference(p_rows, '{}'),
    'mails:    ' || nullif(tests.all_mails(), p_mails) || e'\ninstead:  ' || p_mails
  ), '');
  raise exception using errcode = 'TS001', message = 'This run is over: nothing of it may stay';
exception
  when sqlstate 'TS001' then return v_problem;
end;
$$;
comment on function tests.run_again_and_again(jsonb[], text[], text) is
  'What is different when every event comes again and again; null when nothing is.';

create function tests.check_scenario(
  p_sentence text, p_steps text, p_bookings text, p_deals text, p_mails text,
  p_answer text default null, p_names text default null
)
returns setof text
language plpgsql
volatile
as $$
declare
  v_events jsonb[] := tests.read_steps(p_steps);
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
  v_result := tests.run_in_order(v_events);
  v_rows := array(select jsonb_array_elements_text(v_result -> 'rows'));
  return next is(
    jsonb_pretty((select jsonb_object_agg(k.key, v_result -> k.key) from jsonb_object_keys(v_expected) as k (key))),
    jsonb_pretty(v_expected), p_sentence
  );

  v_problem := tests.run_in_every_order(
    tests.split_steps(p_steps), v_events, v_rows,
    array(select jsonb_array_elements_text(v_result -> 'mails_of_the_end'))
  );
  return next ok(v_problem is null, p_sentence || ': the same in every order')
    || coalesce(e'\n' || diag(v_problem), '');

  v_problem := tests.run_again_and_again(v_events, v_rows, v_result ->> 'mails');
  return next ok(v_problem is null, p_sentence || ': the same when every event comes again')
    || coalesce(e'\n' || diag(v_problem), '');
end;
$$;
comment on function tests.check_scenario(text, text, text, text, text, text, text) is
  'Three assertions: in order; in every order; and again and again. A failing one names its sentence and its order.';

select plan(2);
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
select * from finish();
commit;
