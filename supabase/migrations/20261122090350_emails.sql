-- Emails: which mail is owed to whom, and from which brand. Each is a row of the outbox.

create table public.senders (
  organizer_domain text not null,
  from_address text not null,
  from_name text,
  logo_url text,
  color text,
  footer text,
  attaches_calendar boolean not null default true,
  is_default boolean not null default false,
  constraint senders_pkey primary key (organizer_domain),
  constraint "organizer_domain must be a lower-case domain, like example.com"
    check (organizer_domain = lower(organizer_domain) and organizer_domain ~ '^[^@\s]+$'),
  constraint "from_address must be an address alone, like team@example.com"
    check (from_address ~ '^[^@\s<>",;]+@[^@\s<>",;]+$'),
  constraint "logo_url must begin with https://" check (logo_url ~ '^https://[^\s<>"]+$'),
  constraint "color must be # and six hex digits, like #1d4ed8" check (color ~ '^#[0-9A-Fa-f]{6}$'),
  constraint "footer must have at most 1000 characters" check (length(footer) <= 1000)
);
comment on table public.senders is
  'One row per brand: whose meetings its mails speak for, and the address they come from.';
comment on column public.senders.organizer_domain is 'The domain of the organizer''s mail address.';
comment on column public.senders.from_name is 'Shown before the address; null shows the address alone.';
comment on column public.senders.logo_url is
  'A picture on the web, shown 40 pixels high above each mail; null shows the name instead.';
comment on column public.senders.color is
  'Of the buttons and the line above a mail, like #1d4ed8; null is a dark grey.';
comment on column public.senders.footer is
  'Small print below each mail: the company''s address, who to write to. Lines stay lines.';
comment on column public.senders.attaches_calendar is 'Whether its mails bring a calendar file (.ics) along.';
comment on column public.senders.is_default is
  'Speaks for every organizer whose domain has no row, and where there is no organizer.';
create unique index senders_one_default_idx on public.senders (is_default) where is_default;
alter table public.senders enable row level security;

-- Here and not in seed.sql: no mail can go out without these rows, in production too.
insert into public.senders (organizer_domain, from_address, is_default)
values
  ('revenueactivation.com', 'team@revenueactivation.com', false),
  ('outboundsolutions.com', 'team@outboundsolutions.com', true),
  ('revenueengineer.com', 'benjamin.crane@revenueengineer.com', false),
  ('modernfull.com', 'team@modernfull.com', false),
  ('everythingautomation.com', 'team@everythingautomation.com', false),
  ('substrate.build', 'team@substrate.build', false);

-- Rule: whoever may book may have mails written, so their number has a limit.
alter table public.settings add constraint "value must be a whole number from 1 up for a limit of mails"
  check (name not in ('mails_per_address_and_day', 'mails_per_hour') or value ~ '^[1-9]\d{0,8}$');

insert into public.settings (name, value, description)
values
  (
    'mails_per_address_and_day', '10',
    'How many mails one address is sent within 24 hours. What is over that is kept in emails as dropped.'
  ),
  (
    'mails_per_hour', '500',
    'How many mails are sent to all addresses together within an hour. What is over that is kept as dropped.'
  );

create table public.emails (
  id uuid not null default gen_random_uuid(),
  number bigint not null generated always as identity,
  event_id uuid not null,
  booking_id uuid,
  kind text not null,
  calcom_uid text not null,
  seat_id text,
  start_time timestamptz,
  series_event_type text,
  organizer_domain text,
  from_address text,
  from_name text,
  reply_to text,
  to_address text not null,
  template_data jsonb not null,
  request_body jsonb,
  status text not null default 'due',
  reason text,
  is_over_limit boolean not null default false,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  retried_at timestamptz,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  finalized_at timestamptz,
  resend_id text,
  delivery text,
  delivery_at timestamptz,
  delivery_reason text,
  constraint emails_pkey primary key (id),
  constraint emails_booking_id_fkey foreign key (booking_id) references public.bookings (id) on delete set null,
  constraint emails_number_key unique (number),
  constraint emails_once_per_person_kind_and_state
    unique nulls not distinct (to_address, kind, calcom_uid, seat_id, start_time),
  constraint emails_kind_is_known check (kind in ('confirmation', 'reschedule', 'cancellation')),
  constraint emails_status_has_its_time check (
    case status
      when 'due' then sent_at is null and finalized_at is null
      when 'sent' then sent_at is not null and finalized_at is null
      when 'failed' then sent_at is null and finalized_at is not null and reason is not null
      when 'dropped' then sent_at is null and finalized_at is not null and reason is not null
      else false
    end
  ),
  constraint emails_written_has_its_sender check (from_address is not null or request_body is null),
  constraint emails_over_limit_is_dropped check (not is_over_limit or status = 'dropped'),
  constraint emails_delivery_has_its_time check ((delivery is null) = (delivery_at is null))
);
comment on table public.emails is 'One row per mail owed to one attendee, and what became of it. The outbox.';
comment on column public.emails.id is
  'Also the idempotency key: Resend sends a key once, however often it is asked.';
comment on column public.emails.booking_id is 'Null when a replay found that the booking never was.';
comment on column public.emails.number is 'Counts the mails as they are written; it may skip.';
comment on column public.emails.start_time is 'The start that it tells of.';
comment on column public.emails.series_event_type is
  'The event type of the series that it confirms; null when it is about a single meeting.';
comment on column public.emails.organizer_domain is
  'The domain of the organizer''s mail address, which decides the sender; null when there is none.';
comment on column public.emails.from_address is 'Null while no sender is configured that could write it.';
comment on column public.emails.is_over_limit is
  'Dropped because there were too many mails; see settings, mails_per_address_and_day and mails_per_hour.';
comment on column public.emails.template_data is
  'What the mail has to say, as it was decided; the text is written when it is sent.';
comment on column public.emails.request_body is
  'What Resend is asked to send, fixed by the first attempt: a key must never carry two texts.';
comment on column public.emails.status is
  'due: to be sent. sent: Resend has taken it. failed: it cannot be sent. dropped: it was not to be sent any more.';
comment on column public.emails.reason is 'Why it waits, or why it will not be sent, in plain words.';
comment on column public.emails.attempts is
  'How often a sender has claimed it, which is the number of the last attempt.';
comment on column public.emails.next_attempt_at is
  'When it may be claimed next. A claim moves this two minutes ahead, so a sender that dies loses its claim, no mail.';
comment on column public.emails.retried_at is 'When somebody asked for it again; attempts before that do not count.';
comment on column public.emails.finalized_at is 'When it failed or was dropped.';
comment on column public.emails.delivery is
  'The furthest that Resend has reported: sent, delayed, delivered, opened, clicked, failed, suppressed, bounced or '
  'complained.';
comment on column public.emails.delivery_reason is
  'Why it did not arrive, in the words of Resend or of the other mail server.';
create index emails_event_id_idx on public.emails (event_id);
create index emails_booking_id_idx on public.emails (booking_id);
create index emails_resend_id_idx on public.emails (resend_id) where resend_id is not null;
create index emails_due_idx on public.emails (next_attempt_at) where status = 'due';
create index emails_created_at_number_idx on public.emails (created_at, number) where not is_over_limit;
create index emails_to_address_created_at_idx on public.emails (to_address, created_at) where not is_over_limit;
create index emails_series_idx on public.emails (to_address, series_event_type) where series_event_type is not null;
alter table public.emails enable row level security;

-- Rule: the brand of the organizer's domain; the default brand for any other domain, or none.
create function crm.pick_sender(p_organizer_domain text)
returns public.senders
language plpgsql
stable
set search_path = ''
as $$
declare
  v_sender public.senders;
begin
  select s.* into v_sender
  from public.senders as s
  where s.organizer_domain = p_organizer_domain or s.is_default
  order by s.organizer_domain = p_organizer_domain desc nulls last
  limit 1;
  return v_sender;
end;
$$;
comment on function crm.pick_sender(text) is
  'The brand that writes for the organizers of a domain; null when none is configured that could.';

create function crm.no_sender_reason() returns text
language sql immutable set search_path = ''
return 'No sender is configured for this organizer. It goes out as soon as there is one: insert into senders '
  '(organizer_domain, from_address, is_default) values (''example.com'', ''team@example.com'', true).';
comment on function crm.no_sender_reason() is 'Why a mail waits that no brand could write, and what to do.';

------------------------------------------------------------------------------------------------- what a mail has to say

create function crm.sender_style(p_sender public.senders) returns jsonb
language sql stable
return jsonb_build_object(
  'logo_url', p_sender.logo_url,
  'color', p_sender.color,
  'footer', p_sender.footer,
  'attaches_calendar', p_sender.attaches_calendar
);
comment on function crm.sender_style(public.senders) is 'How the mails of a sender look.';

-- Rule: read where it belongs. Cal.com keeps the answers of the form: a cancellation repeats the reason of a move long
--       ago, and a seated event holds the answers of somebody else.
create function crm.change_reason(p_event crm.event)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when p_event.trigger in ('BOOKING_CANCELLED', 'BOOKING_REJECTED') then crm.cancellation_reason(p_event.body)
    when p_event.trigger = 'BOOKING_RESCHEDULED' and not p_event.is_seated
      then crm.jsonb_text(p_event.body #> '{responses,rescheduleReason,value}')
  end;
end;
$$;
comment on function crm.change_reason(crm.event) is
  'Why a booking was cancelled, rejected or moved, when somebody said so.';

-- Rule: Cal.com puts "Please reschedule. " before the organizer's words and writes "undefined" when there were none.
create function crm.cancellation_reason(p_body jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_given text := coalesce(
    crm.jsonb_text(p_body -> 'cancellationReason'), crm.jsonb_text(p_body -> 'rejectionReason')
  );
begin
  return nullif(nullif(btrim(regexp_replace(v_given, '^Please reschedule\.\s*', '')), 'undefined'), '');
end;
$$;
comment on function crm.cancellation_reason(jsonb) is
  'Why a booking was cancelled or rejected, without the words that Cal.com adds.';

-------------------------------------------------------------------------------------------------- who is in a mail

-- Rule: a cancellation names its own organizer. Any other mail speaks for the organizer that the booking has now.
create function crm.mail_organizer(p_event crm.event, p_booking public.bookings)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return coalesce(
    case
      when p_event.trigger in ('BOOKING_CANCELLED', 'BOOKING_REJECTED') then p_event.organizer_email
    end,
    p_booking.organizer_email
  );
end;
$$;
comment on function crm.mail_organizer(crm.event, public.bookings) is
  'The address of the organizer for whom a mail speaks; null when there is none.';

create function crm.earlier_template_data(p_booking_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select e.template_data
    from public.emails as e
    where e.booking_id = p_booking_id
    order by e.number desc
    limit 1
  );
end;
$$;
comment on function crm.earlier_template_data(uuid) is
  'What the last mail about a booking was made of; null before the first one.';

-- Rule: some bodies leave it out (a request for another time, for one); then the booking is as it was.
create function crm.hides_organizer(p_body jsonb, p_earlier jsonb) returns boolean
language sql immutable
return coalesce(p_body ->> 'hideOrganizerEmail', p_earlier ->> 'hides_organizer', 'false') = 'true';
comment on function crm.hides_organizer(jsonb, jsonb) is
  'Whether the organizer keeps the mail address from the attendees.';

create function crm.pick_reply_to(p_body jsonb, p_template_data jsonb) returns text
language sql immutable
return case
  when p_template_data -> 'hides_organizer' = 'true' then crm.jsonb_email(p_body -> 'customReplyToEmail')
  else p_template_data ->> 'organizer_email'
end;
comment on function crm.pick_reply_to(jsonb, jsonb) is 'Where answers to a mail go; null when nowhere.';

-- Rule: a hidden address appears nowhere. Cal.com's titles hold the name of the organizer, which may be an address.
create function crm.mask_addresses(p_text text, p_addresses text[])
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_address text;
begin
  foreach v_address in array array_remove(p_addresses, null) loop
    p_text := replace(p_text, v_address, '…');
  end loop;
  return nullif(p_text, '…');
end;
$$;
comment on function crm.mask_addresses(text, text[]) is
  'A text without these addresses; null when it says nothing else.';

-- Rule: the name in the body is that of the organizer in the body, who may have been replaced since.
create function crm.organizer_name(p_body jsonb, p_organizer_email text, p_hidden_addresses text[])
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when coalesce(crm.jsonb_email(p_body #> '{organizer,email}'), p_organizer_email)
      is not distinct from p_organizer_email
      then crm.mask_addresses(
        nullif(crm.jsonb_text(p_body #> '{organizer,name}'), 'Nameless'), p_hidden_addresses
      )
  end;
end;
$$;
comment on function crm.organizer_name(jsonb, text, text[]) is 'The name of the organizer; null when it is not known.';

create function crm.attendee_with_email(p_body jsonb, p_email text)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select a.attendee
    from jsonb_array_elements(crm.jsonb_list(p_body -> 'attendees')) with ordinality as a (attendee, place)
    where crm.jsonb_email(a.attendee -> 'email') = p_email
    order by a.place
    limit 1
  );
end;
$$;
comment on function crm.attendee_with_email(jsonb, text) is
  'The entry of an address among the attendees that a body lists; null when it is not there.';

-- Rule: the entry with the address under which it was booked; else what an earlier event of the booking said. Whoever
--       moves a booking may type another address, and that person's name, zone and language are not the attendee's. The
--       first entry counts only where the event itself says that this person is the booker.
create function crm.find_attendee(p_event crm.event, p_booking public.bookings)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce(
    crm.attendee_with_email(p_event.body, p_booking.attendee_email),
    (
      select a.attendee
      from public.event_effects as f
      join public.calcom_events as e on e.id = f.event_id
      cross join lateral (
        select
          crm.attendee_with_email(coalesce(e.payload -> 'payload', e.payload), p_booking.attendee_email) as attendee
      ) as a
      where f.booking_id = p_booking.id and f.event_id <> p_event.id and a.attendee is not null
      order by e.position desc
      limit 1
    ),
    case
      when p_event.booker_email = p_booking.attendee_email and not p_event.is_seated
        then p_event.body #> '{attendees,0}'
    end
  );
end;
$$;
comment on function crm.find_attendee(crm.event, public.bookings) is
  'What Cal.com says about an attendee: name, zone, language; null when it says nothing.';

-- Rule: an event's own name for the attendee comes first, so that a mail greets whoever booked. It is the booker's only
--       when the event says that this person booked.
create function crm.attendee_name(p_event crm.event, p_booking public.bookings, p_person public.people)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return coalesce(
    case when p_event.booker_email = p_booking.attendee_email then p_event.booker_name end,
    crm.full_name(crm.attendee_with_email(p_event.body, p_booking.attendee_email) -> 'name'),
    p_person.name
  );
end;
$$;
comment on function crm.attendee_name(crm.event, public.bookings, public.people) is 'How a mail greets its attendee.';

-- Rule: who comes along, as the event lists them: neither the attendee, nor whoever typed an own address to move the
--       booking, nor the hosts. On seated events the others are strangers to each other.
create function crm.list_guests(p_event crm.event, p_emails text[], p_organizer_email text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_attendees jsonb := crm.jsonb_list(p_event.body -> 'attendees');
  v_hosts text[];
begin
  if p_event.is_seated or jsonb_array_length(v_attendees) < 2 then
    return jsonb_build_array();
  end if;
  v_hosts := p_emails || array[
    p_event.booker_email, p_organizer_email, p_event.organizer_email
  ] || array(
    select crm.jsonb_email(m.member -> 'email')
    from jsonb_array_elements(crm.jsonb_list(p_event.body #> '{team,members}')) as m (member)
  );

  return (
    select coalesce(jsonb_agg(g.guest order by g.place), '[]')
    from (
      select
        jsonb_build_object('name', crm.jsonb_text(a.attendee -> 'name'), 'email', a.attendee_email) as guest,
        a.place
      from (
        select l.attendee, crm.jsonb_email(l.attendee -> 'email') as attendee_email, l.place
        from jsonb_array_elements(v_attendees) with ordinality as l (attendee, place)
      ) as a
      where a.attendee_email <> all (array_remove(v_hosts, null))
      order by a.place
      limit 50
    ) as g
  );
end;
$$;
comment on function crm.list_guests(crm.event, text[], text) is
  'The people whom the booker brings along, as name and address.';

-- Rule: Cal.com's titles name the booker. Where a move names somebody else, the mail calls the meeting what it was
--       called before.
create function crm.mail_title(p_event crm.event, p_booking public.bookings, p_earlier jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when p_event.booker_email <> p_booking.attendee_email and not p_event.is_seated
      then coalesce(p_earlier ->> 'title', crm.jsonb_text(p_event.body -> 'eventTitle'), p_booking.title)
    else p_booking.title
  end;
end;
$$;
comment on function crm.mail_title(crm.event, public.bookings, jsonb) is
  'What a mail calls the meeting.';

create function crm.read_series(p_body jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_series jsonb := p_body -> 'recurringEvent';
begin
  if jsonb_typeof(v_series) is distinct from 'object'
    or crm.jsonb_text(v_series -> 'count') is not distinct from '1'
  then
    return null;
  end if;
  return jsonb_build_object(
    'count', substring(crm.jsonb_text(v_series -> 'count') from '^\d{1,4}$')::integer,
    'freq', left(crm.jsonb_text(v_series -> 'freq'), 20),
    'interval', substring(crm.jsonb_text(v_series -> 'interval') from '^\d{1,4}$')::integer
  );
end;
$$;
comment on function crm.read_series(jsonb) is
  'How often a meeting repeats, and in what rhythm (Cal.com''s number or name of it); null for a single one.';

-- Rule: the entry in the attendee's calendar is Cal.com's own, so a mail names it by Cal.com's id (which, where an
--       event leaves it out, is made of the uid it was booked under). A calendar takes a newer number only, and Cal.com
--       repeats its numbers: so it is at least the count of changes, and always above what was told before. A series
--       may be one entry, which a file about one of its meetings would replace: its mails name none.
create function crm.calendar_entry(p_event crm.event, p_booking public.bookings)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_body jsonb := p_event.body;
begin
  return jsonb_build_object(
    'uid', case
      when crm.read_series(v_body) is null then coalesce(
        p_booking.ical_uid, split_part(coalesce(p_booking.original_key, p_booking.calcom_uid), '/', 1) || '@Cal.com'
      )
    end,
    'sequence', greatest(
      (select count(*) - 1 from public.event_effects as f where f.booking_id = p_booking.id),
      (
        select max((e.template_data #>> '{calendar,sequence}')::integer) + 1
        from public.emails as e where e.booking_id = p_booking.id
      ),
      case when v_body ->> 'iCalSequence' ~ '^\d{1,6}$' then (v_body ->> 'iCalSequence')::integer end,
      0
    ),
    'hides_notes',
    coalesce('true' in (v_body ->> 'hideCalendarNotes', v_body ->> 'hideCalendarEventDetails'), false)
  );
end;
$$;
comment on function crm.calendar_entry(crm.event, public.bookings) is
  'Which calendar entry a mail is about, and how often that has changed.';

-- Rule: what a body leaves out (a request for another time has no bookerUrl, for one) is as it was. An event of a team
--       names neither the address nor the identifier of its page, only the name of the team.
create function crm.booking_pages(p_body jsonb, p_earlier jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_is_team boolean := jsonb_typeof(p_body -> 'team') = 'object' or p_earlier ->> 'team_name' is not null;
begin
  return jsonb_build_object(
    'booker_url', coalesce(crm.jsonb_text(p_body -> 'bookerUrl'), p_earlier ->> 'booker_url'),
    'reschedule_url', crm.jsonb_text(p_body -> 'rescheduleLink'),
    'host_page', case
      when v_is_team is not true then coalesce(
        crm.jsonb_text(p_body #> '{organizer,usernameInOrg}'), crm.jsonb_text(p_body #> '{organizer,username}')
      )
    end,
    'team_name', coalesce(crm.jsonb_text(p_body #> '{team,name}'), p_earlier ->> 'team_name'),
    'event_page', coalesce(
      substring(crm.jsonb_text(p_body -> 'type') from '^[a-z0-9][a-z0-9-]*$'), p_earlier ->> 'event_page'
    )
  );
end;
$$;
comment on function crm.booking_pages(jsonb, jsonb) is
  'Of what the addresses of Cal.com''s pages for a booking are made.';

-- What a mail needs to be written, from the event and from the booking as it now stands.
-- Rule: of a seated booking that is moved or cancelled, notes and answers may be somebody else's.
create function crm.email_template_data(
  p_event crm.event, p_booking public.bookings, p_effect crm.effect, p_person public.people, p_sender public.senders
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_body jsonb := p_event.body;
  v_earlier jsonb := crm.earlier_template_data(p_booking.id);
  v_attendee jsonb := crm.find_attendee(p_event, p_booking);
  v_organizer_email text := crm.mail_organizer(p_event, p_booking);
  v_hides_organizer boolean := crm.hides_organizer(v_body, v_earlier);
  v_hidden text[] := case
    when v_hides_organizer then array[crm.jsonb_text(v_body #> '{organizer,email}'), v_organizer_email]
    else array[]::text[]
  end;
  v_is_moved boolean := p_effect.old_start_time is distinct from p_booking.start_time
    or p_effect.old_end_time is distinct from p_booking.end_time;
  v_tells_notes boolean := p_event.trigger = 'BOOKING_CREATED' or not (p_booking.is_seated or p_event.is_seated);
begin
  return jsonb_build_object(
    'uid', p_booking.calcom_uid,
    'title', crm.mask_addresses(crm.mail_title(p_event, p_booking, v_earlier), v_hidden),
    'start_time', p_booking.start_time,
    'end_time', p_booking.end_time,
    'old_start_time', case when v_is_moved then p_effect.old_start_time end,
    'old_end_time', case when v_is_moved then p_effect.old_end_time end,
    'recurring', case
      when crm.series_event_type(p_event, p_effect, p_booking) is not null then crm.read_series(v_body)
    end,
    'time_zone', crm.jsonb_text(v_attendee -> 'timeZone'),
    'locale', coalesce(crm.jsonb_text(v_attendee #> '{language,locale}'), crm.jsonb_text(v_attendee -> 'locale')),
    'attendee_name', crm.attendee_name(p_event, p_booking, p_person),
    'organizer_name', crm.organizer_name(v_body, v_organizer_email, v_hidden),
    'organizer_email', case when not v_hides_organizer then v_organizer_email end,
    'hides_organizer', v_hides_organizer,
    'organizer_time_zone', crm.jsonb_text(v_body #> '{organizer,timeZone}'),
    'guests', crm.list_guests(p_event, array[p_person.email, p_booking.attendee_email], v_organizer_email),
    'location', crm.mask_addresses(crm.jsonb_text(v_body -> 'location'), v_hidden),
    'join_url', coalesce(
      crm.jsonb_text(v_body #> '{metadata,videoCallUrl}'),
      crm.jsonb_text(v_body #> '{videoCallData,url}'),
      substring(crm.jsonb_text(v_body -> 'location') from '^https?://.*$')
    ),
    'notes', case when v_tells_notes then crm.mask_addresses(crm.jsonb_text(v_body -> 'additionalNotes'), v_hidden) end,
    'reason', crm.mask_addresses(crm.change_reason(p_event), v_hidden)
  ) || crm.booking_pages(v_body, v_earlier) || jsonb_build_object(
    'is_seated', p_booking.is_seated,
    'is_reschedulable', v_body -> 'disableRescheduling' is distinct from 'true',
    'is_cancellable', v_body -> 'disableCancelling' is distinct from 'true',
    'is_asked_to_move', v_body -> 'requestReschedule' is not distinct from 'true',
    'calendar', crm.calendar_entry(p_event, p_booking),
    'brand', crm.sender_style(p_sender)
  );
end;
$$;
comment on function crm.email_template_data(
  crm.event, public.bookings, crm.effect, public.people, public.senders
) is 'What, when, where, with whom and in whose name: the facts that a mail puts into words.';

------------------------------------------------------------------------------------------------------- what is owed

-- Rule: never to the made-up address of a booking by phone, never about a meeting that is over or for history that was
--       brought in later, and never when the booking has changed again since: a mail says only what is still true.
create function crm.no_email_reason(
  p_event crm.event, p_effect crm.effect, p_booking public.bookings, p_person public.people
)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when p_event.is_backfill then 'No mail: it was brought in later.'
    when p_booking.last_event_id is distinct from p_event.id then 'No mail: the booking has changed since.'
    when p_person.email like '%@sms.cal.com' then 'No mail: booked by phone number.'
    when coalesce(p_booking.end_time, p_booking.start_time) <= now() then 'No mail: the meeting is over.'
    when crm.is_series_confirmed(p_event, crm.series_event_type(p_event, p_effect, p_booking), p_person.email)
      then 'No mail: the series was confirmed with its first meeting.'
  end;
end;
$$;
comment on function crm.no_email_reason(crm.event, crm.effect, public.bookings, public.people) is
  'Why an event owes no mail about a booking; null when it does.';

-- Rule: a series is confirmed once. A new time for one of its meetings is about that one alone.
create function crm.series_event_type(p_event crm.event, p_effect crm.effect, p_booking public.bookings)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when p_event.trigger = 'BOOKING_CREATED' and crm.read_series(p_event.body) is not null
      and p_effect.old_start_time is not distinct from p_booking.start_time
      then left(coalesce(
        p_event.event_type_id, crm.jsonb_text(p_event.body -> 'type'), 'unknown'
      ), 200)
  end;
end;
$$;
comment on function crm.series_event_type(crm.event, crm.effect, public.bookings) is
  'The event type of the series that a mail confirms; null when it is about a single meeting.';

-- Rule: Cal.com names no series. Its meetings are those that one person books of one type within a few minutes, by the
--       sender's clock.
-- Time: by index, as in load_scope.
create function crm.is_series_confirmed(p_event crm.event, p_series_event_type text, p_email text)
returns boolean
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
begin
  return p_series_event_type is not null and exists (
    select
    from public.emails as m
    join public.calcom_events as e on e.id = m.event_id
    where m.to_address = p_email and m.series_event_type = p_series_event_type
      and (e.position).happened_at between (p_event.position).happened_at - interval '5 minutes'
        and (p_event.position).happened_at + interval '5 minutes'
  );
end;
$$;
comment on function crm.is_series_confirmed(crm.event, text, text) is
  'Whether another meeting of the same series has its confirmation already.';

-- Rule: what was dropped for a limit does not count towards it.
-- Race: mails to one address are written one after the other; of all mails, a few more than the limit may pass at once.
-- Time: by index, as in load_scope, and no more rows than the limit.
create function crm.limit_reason(p_to_address text)
returns text
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_day_limit integer := crm.setting('mails_per_address_and_day')::integer;
  v_hour_limit integer := crm.setting('mails_per_hour')::integer;
  v_count integer;
begin
  select count(*) into v_count
  from (
    select from public.emails as e
    where e.to_address = p_to_address and e.created_at > now() - interval '24 hours' and not e.is_over_limit
    limit v_day_limit
  ) as m;
  if v_count >= v_day_limit then
    return format('more than %s mails within a day to one address (setting mails_per_address_and_day).', v_day_limit);
  end if;

  -- Numbers may skip but never repeat, so most of the time they show without counting that there are not too many.
  select
    (select max(l.number) from public.emails as l)
    - (
      select f.number from public.emails as f
      where f.created_at > now() - interval '1 hour' and not f.is_over_limit
      order by f.created_at, f.number
      limit 1
    )
  into v_count;
  if v_count >= v_hour_limit - 1 then
    select count(*) into v_count
    from (
      select from public.emails as e
      where e.created_at > now() - interval '1 hour' and not e.is_over_limit
      limit v_hour_limit
    ) as m;
    if v_count >= v_hour_limit then
      return format('more than %s mails within an hour (setting mails_per_hour).', v_hour_limit);
    end if;
  end if;
  return null;
end;
$$;
comment on function crm.limit_reason(text) is 'Which limit one more mail to an address would pass; null for none.';

-- Rule: to the attendee, from the organizer's brand, replies to the organizer. An organizer who hides the address gets
--       replies where the event type says, or none. One per person, kind and state (uid, seat and time) of a booking.
--       That no brand could write it is no reason not to owe it: it waits.
-- Race: two deliveries of one booking owe one mail; the unique key decides.
create function crm.queue_email(
  p_event crm.event, p_effect crm.effect, p_person public.people, out email_id uuid, out reason text
)
language plpgsql
set search_path = ''
as $$
declare
  v_booking public.bookings;
  v_email public.emails;
  v_sender public.senders;
  v_limit_reason text;
begin
  select b.* into v_booking from public.bookings as b where b.id = p_effect.booking_id;
  reason := crm.no_email_reason(p_event, p_effect, v_booking, p_person);
  if reason is not null then
    return;
  end if;

  v_email.organizer_domain := split_part(crm.mail_organizer(p_event, v_booking), '@', 2);
  v_sender := crm.pick_sender(v_email.organizer_domain);
  v_email.template_data := crm.email_template_data(p_event, v_booking, p_effect, p_person, v_sender);
  v_limit_reason := crm.limit_reason(p_person.email);

  insert into public.emails as e (
    event_id, booking_id, kind, calcom_uid, seat_id, start_time, series_event_type, organizer_domain,
    from_address, from_name, reply_to, to_address, template_data, status, reason, is_over_limit, finalized_at
  )
  values (
    p_event.id, v_booking.id, p_effect.email_kind, v_booking.calcom_uid, v_booking.seat_id, v_booking.start_time,
    crm.series_event_type(p_event, p_effect, v_booking), v_email.organizer_domain,
    v_sender.from_address, v_sender.from_name, crm.pick_reply_to(p_event.body, v_email.template_data), p_person.email,
    v_email.template_data,
    case when v_limit_reason is null then 'due' else 'dropped' end,
    case
      when v_limit_reason is not null then format('Too many: %s retry_email() sends it all the same.', v_limit_reason)
      when v_sender.from_address is null then crm.no_sender_reason()
    end,
    v_limit_reason is not null,
    case when v_limit_reason is not null then now() end
  )
  on conflict on constraint emails_once_per_person_kind_and_state do nothing
  returning e.id into email_id;

  if email_id is null then
    reason := 'No mail: it has been written before.';
  elsif v_limit_reason is not null then
    email_id := null;
    reason := 'No mail: ' || v_limit_reason;
  elsif v_sender.from_address is null then
    reason := 'Its mail waits: no sender is configured.';
  end if;
end;
$$;
comment on function crm.queue_email(crm.event, crm.effect, public.people) is
  'Puts the mail that an event owes into the outbox; says why when none is owed, or why it waits.';
