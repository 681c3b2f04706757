-- What the tests of personal data share: where a text stands, a person of whom a lot is known, and what must stay.
-- This file commits; all the others roll back.
begin;
set local client_min_messages = warning;

-- Every column of every table is looked at, whatever its type; bytes as what they say, and a text also as the hex or
-- base64 of it.
create function tests.places_of(p_text text)
returns text[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_column record;
  v_found boolean;
  v_places text[] := '{}';
begin
  for v_column in
    select c.oid::regclass as table_name, a.attname as name, a.atttypid = 'bytea'::regtype as is_bytes
    from pg_catalog.pg_class as c
    join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace in ('public'::regnamespace, 'crm'::regnamespace) and c.relkind in ('r', 'p', 'm')
    order by 1, 2
  loop
    execute format(
      'select exists (
         select from %s as x
         where strpos(lower(%s), lower($1)) > 0 or strpos(x.%I::text, encode(convert_to($1, ''UTF8''), ''hex'')) > 0
           or strpos(x.%3$I::text, rtrim(encode(convert_to($1, ''UTF8''), ''base64''), ''='')) > 0
       )',
      v_column.table_name,
      format(case when v_column.is_bytes then 'encode(x.%I, ''escape'')' else 'x.%I::text' end, v_column.name),
      v_column.name
    )
    into v_found
    using p_text;
    if v_found then
      v_places := v_places || concat_ws('.', v_column.table_name, v_column.name);
    end if;
  end loop;
  return v_places;
end;
$$;
comment on function tests.places_of(text) is 'The columns in which a text stands, whatever its case.';

create function tests.standing(p_texts text[])
returns text[]
language sql
volatile
set search_path = ''
as $$
  select array(select t.text from unnest(p_texts) as t (text) where tests.places_of(t.text) <> '{}');
$$;
comment on function tests.standing(text[]) is 'Which of these texts stand anywhere.';

create function tests.book_as_ada(p_overrides jsonb default '{}')
returns jsonb
language sql
volatile
set search_path = ''
as $$
  select tests.send('BOOKING_CREATED', tests.merge('{
    "email": "Ada@Lovelace.test",
    "title": "Intro between Greta Host and Ada Byron",
    "description": "I have gout and need a chair",
    "additionalNotes": "I have gout and need a chair",
    "location": "+44 20 7946 0958",
    "metadata": {"videoCallUrl": "https://app.cal.com/video/uid-a", "referrer": "https://diary.test/ada"},
    "customInputs": {"Who sent you?": "Babbage of Dorset Street"},
    "responses": {
      "attendeePhoneNumber": {"label": "phone_number", "value": "+442079460958"},
      "budget": {"label": "Budget", "value": "Nine hundred guineas"},
      "website": {"label": "Website", "value": "https://countess.test/engine"},
      "location": {"label": "location", "value": {"value": "phone", "optionValue": "+44 20 7946 0958"}},
      "company": {"label": "Company", "value": "Analytical Engines"},
      "notes": {"label": "additional_notes", "value": "I have gout and need a chair"}
    },
    "userFieldsResponses": {"budget": {"label": "Budget", "value": "Nine hundred guineas"}},
    "videoCallData": {"type": "daily_video", "password": "hush-hush-token", "url": "https://video.test/ada-room"}
  }'::jsonb, p_overrides));
$$;
comment on function tests.book_as_ada(jsonb) is 'Ada books, and tells everything about herself that a form asks for.';

create function tests.tell_of_ada()
returns text[]
language sql
immutable
set search_path = ''
return array[
  'ada@lovelace.test', 'ada%40lovelace.test', 'Ada Byron', 'Countess Ada', '7946 0958', '79460958', 'gout', 'guineas',
  'countess.test', 'diary.test', 'Babbage', 'hush-hush', 'ada-room', 'unwell today', 'reads Menabrea', 'Mozilla',
  '203.0.113.7'
];
comment on function tests.tell_of_ada() is 'What tells of Ada, once she has lived through tests.live_as_ada.';

-- Booked twice, moved, attended, cancelled, renamed by hand, written to, bounced, talked about.
create function tests.live_as_ada()
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_email public.emails;
begin
  perform tests.quiet_outbox();
  perform tests.book_as_ada();
  select c.* into v_email from public.claim_email() as c;
  perform public.start_email_attempt(
    v_email.id, v_email.attempts, '{"to": "ada@lovelace.test", "html": "<p>Hello Ada Byron, gout?</p>"}'
  );
  perform public.finish_email_attempt(v_email.id, v_email.attempts, 'sent', 're_ada');
  perform public.handle_resend_event('msg_ada', '{"type": "email.clicked", "data": {
    "email_id": "re_ada", "to": ["ada@lovelace.test"], "subject": "Confirmed: Ada Byron",
    "click": {"ipAddress": "203.0.113.7", "userAgent": "Mozilla/5.0", "link": "https://countess.test/engine"}
  }}');
  perform tests.send('BOOKING_RESCHEDULED', '{
    "responses": {"rescheduleReason": {"value": "I am unwell today"}}, "rescheduledBy": "ADA@lovelace.test"
  }');
  select c.* into v_email from public.claim_email() as c;
  perform public.start_email_attempt(v_email.id, v_email.attempts, '{"to": "ada@lovelace.test"}');
  perform public.finish_email_attempt(
    v_email.id, v_email.attempts, 'unknown', error => 'no answer about ada@lovelace.test'
  );
  perform tests.send('MEETING_ENDED', '{
    "uid": "uid-b", "startTime": "2037-03-10T15:00:00.000Z", "endTime": "2037-03-10T15:30:00.000Z"
  }');
  perform tests.book_as_ada('{
    "uid": "uid-c", "createdAt": "2037-03-02T13:00:00Z", "startTime": "2037-03-20T15:00:00Z"
  }');
  perform tests.send('BOOKING_CANCELLED', '{
    "uid": "uid-c", "createdAt": "2037-03-02T14:00:00Z", "cancellationReason": "Ada Byron is unwell today",
    "cancelledBy": "ada@lovelace.test"
  }');
  perform tests.send('FORM_SUBMITTED', '{
    "responses": {"Hobby": {"value": "reads Menabrea, says ada@lovelace.test"}}
  }');
  perform tests.send('BOOKING_CREATED', '{
    "uid": "uid-g", "email": "grace@lovelace.test", "name": "Grace Hopper", "createdAt": "2037-03-02T15:00:00Z",
    "title": "Pitch between Greta Host and Grace Hopper", "additionalNotes": "Ada Byron joins (ada@lovelace.test)",
    "attendees": [
      {"email": "grace@lovelace.test", "name": "Grace Hopper", "timeZone": "Europe/Paris"},
      {"email": "ada@lovelace.test", "name": "Ada Byron", "phoneNumber": "+442079460958", "timeZone": "Europe/London"}
    ]
  }');
  update public.people as p set name = 'Countess Ada' where p.email = 'ada@lovelace.test';
  update public.bookings as b set title = 'Call of Countess Ada' where b.calcom_uid = 'uid-b';
  insert into public.calcom_events (payload, raw_body)
  values ('"hello ada@lovelace.test"', convert_to('hello Ada Byron <ada@lovelace.test>', 'UTF8'));
  perform public.handle_pending_event(interval '0');
end;
$$;
comment on function tests.live_as_ada() is 'Ada does everything that leaves a trace.';

create function tests.facts()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'companies', (select jsonb_agg(to_jsonb(c) order by c.id) from public.companies as c),
    'deals', (select jsonb_agg(to_jsonb(d) order by d.id) from public.deals as d),
    'bookings', (
      select jsonb_agg(to_jsonb(b) - '{title,attendee_email,stream_key}'::text[] order by b.id)
      from public.bookings as b
    ),
    'effects', (
      select jsonb_agg(to_jsonb(f) - 'stream_key' order by f.event_id, f.booking_id) from public.event_effects as f
    ),
    'order', (
      select jsonb_agg(jsonb_build_array(e.id, e.position) order by e.position, e.id) from public.calcom_events as e
    )
  );
$$;
comment on function tests.facts() is 'All about companies, meetings and deals that does not say who somebody is.';

create function tests.changes_of_rebuild()
returns text
language sql
volatile
set search_path = ''
as $$
  select string_agg(concat_ws(' ', t.key, c.key, c.value), ', ' order by t.key, c.key)
  from jsonb_each(public.rebuild_everything()) as t
  cross join lateral jsonb_each(t.value) as c
  where c.value <> '0';
$$;
comment on function tests.changes_of_rebuild() is 'What a rebuild of everything changes; null when nothing.';

create function tests.pseudonym()
returns text
language sql
stable
set search_path = ''
as $$
  select e.pseudonym from crm.erased_people as e order by e.erased_at desc limit 1;
$$;
comment on function tests.pseudonym() is 'The address that stands for whoever was erased last.';

select plan(1);
select has_function('tests', 'places_of', 'the helpers are there for the files that follow');
select * from finish();
commit;
