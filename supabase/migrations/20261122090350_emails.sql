-- Emails: which mail is owed to whom, and from which brand. Each is a row of the outbox, which says what it is about;
-- the facts that a mail puts into words are read when it is sent. One kind is about no booking: an alarm to whoever
-- runs all this (see the chapter on health).

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
    'How many mails one mailbox is sent within 24 hours. What is over that is kept in emails as dropped.'
  ),
  (
    'mails_per_hour', '500',
    'How many mails are sent to all addresses together within an hour. What is over that is kept as dropped.'
  );

-- Time: each event that owes a mail writes a row here while Cal.com waits. Every constraint is parsed again and every
--       index written for each row, so there are few.
create sequence public.emails_number_seq;
create table public.emails (
  id uuid not null default gen_random_uuid(),
  number bigint,
  mailbox_hash bigint,
  event_id uuid,
  booking_id uuid,
  kind text not null,
  calcom_uid text,
  seat_id text,
  start_time timestamptz,
  end_time timestamptz,
  old_start_time timestamptz,
  old_end_time timestamptz,
  told_before integer not null default 0,
  series_event_type text,
  calendar_sequence integer not null default 0,
  organizer_email text,
  hides_organizer boolean not null default false,
  from_address text,
  from_name text,
  reply_to text,
  to_address text not null,
  template_data jsonb,
  request_body jsonb,
  status text not null default 'due',
  reason text,
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
  constraint emails_number_key unique (number),
  constraint emails_once_per_person_kind_and_state
    unique nulls not distinct (to_address, kind, calcom_uid, seat_id, start_time, told_before),
  constraint emails_alarm_is_about_no_booking
    check (num_nonnulls(event_id, calcom_uid) = case when kind = 'alarm' then 0 else 2 end),
  constraint emails_status_has_its_time check (
    status in ('due', 'sent', 'failed', 'dropped')
    and (status = 'sent') = (sent_at is not null)
    and (status in ('failed', 'dropped')) = (finalized_at is not null)
    and (finalized_at is null or reason is not null)
  ),
  constraint emails_written_has_its_sender check (from_address is not null or request_body is null),
  constraint emails_delivery_has_its_time check ((delivery is null) = (delivery_at is null))
);
alter sequence public.emails_number_seq owned by public.emails.number;
comment on table public.emails is
  'One row per mail owed to one attendee, or alarm to whoever runs this, and what became of it. The outbox.';
comment on column public.emails.id is
  'Also the idempotency key: Resend sends a key once, however often it is asked.';
comment on column public.emails.number is
  'Counts the mails as they are written; it may skip. Null when there were too many, and it was dropped for that; see '
  'settings, mails_per_address_and_day and mails_per_hour. Null for an alarm, too: it counts towards no limit.';
comment on column public.emails.mailbox_hash is 'By which the mails to one mailbox are counted; null like number.';
comment on column public.emails.event_id is
  'The event that owes it; null for an alarm. No foreign key: no event is ever deleted, and every mail would look it '
  'up once more.';
comment on column public.emails.booking_id is
  'Null when the booking was deleted, or a replay found that it never was, and for an alarm. No foreign key, as above.';
comment on column public.emails.kind is 'confirmation, reschedule, cancellation or alarm.';
comment on column public.emails.start_time is
  'The start that it tells of; with calcom_uid, seat_id and end_time the state of the booking that it is about. Of an '
  'alarm the moment at which it was written.';
comment on column public.emails.old_start_time is 'The start that the booking had before its event.';
comment on column public.emails.told_before is
  'How often the booking had been moved to this very state before, and away again.';
comment on column public.emails.series_event_type is
  'The event type of the series that it confirms; null when it is about a single meeting.';
comment on column public.emails.calendar_sequence is
  'How often the calendar entry had changed when the mail was decided: one that is sent late stays the older one.';
comment on column public.emails.organizer_email is
  'For whom it speaks; the domain decides the sender. Null when there is none.';
comment on column public.emails.hides_organizer is 'The organizer keeps the address from the attendees.';
comment on column public.emails.from_address is 'Null while no sender is configured that could write it.';
comment on column public.emails.template_data is
  'What the mail has to say, read when it is claimed for the first time; null before. An alarm is written with it.';
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
create index emails_booking_id_idx on public.emails (booking_id);
create index emails_resend_id_idx on public.emails (resend_id) where resend_id is not null;
create index emails_due_idx on public.emails (next_attempt_at) where status = 'due';
create index emails_mailbox_hash_created_at_idx on public.emails (mailbox_hash, created_at);
create index emails_series_idx on public.emails (to_address, series_event_type) where series_event_type is not null;
alter table public.emails enable row level security;

-- Rule: a mail whose booking is gone tells of nothing.
create function crm.detach_emails()
returns trigger
language plpgsql
security definer -- whoever may delete a booking may not change mails
set search_path = ''
as $$
begin
  update public.emails as e set booking_id = null where e.booking_id in (select b.id from deleted_bookings as b);
  return null;
end;
$$;
comment on function crm.detach_emails() is 'Takes its booking from a mail when the booking is deleted.';
create trigger detach_emails after delete on public.bookings
  referencing old table as deleted_bookings
  for each statement execute function crm.detach_emails();

-- Rule: what stands behind a + names no other person, nor does a dot at Gmail. Only for counting: a mail goes to the
--       address as it was given.
create function crm.mailbox_hash(p_address text) returns bigint
language sql immutable
return hashtextextended(
  case
    when p_address ~ '@(gmail|googlemail)\.com$'
      then replace(split_part(split_part(p_address, '@', 1), '+', 1), '.', '')
    else split_part(split_part(p_address, '@', 1), '+', 1) || '@' || split_part(p_address, '@', 2)
  end,
  0
);
comment on function crm.mailbox_hash(text) is 'Where the mail to an address ends up, as a number to count by.';

-- Rule: the brand of the organizer's domain; the default brand for any other domain, or none.
create function crm.pick_sender(p_organizer_email text)
returns public.senders
language plpgsql
stable
set search_path = ''
as $$
declare
  v_sender public.senders;
begin
  select s.* into v_sender from public.senders as s where s.organizer_domain = split_part(p_organizer_email, '@', 2);
  if not found then
    select s.* into v_sender from public.senders as s where s.is_default;
  end if;
  return v_sender;
end;
$$;
comment on function crm.pick_sender(text) is
  'The brand that writes for an organizer; null when none is configured that could.';

create function crm.no_sender_reason() returns text
language sql immutable set search_path = ''
return 'No sender is configured for this organizer. It goes out as soon as there is one: insert into senders '
  '(organizer_domain, from_address, is_default) values (''example.com'', ''team@example.com'', true).';
comment on function crm.no_sender_reason() is 'Why a mail waits that no brand could write, and what to do.';

-------------------------------------------------------------------------------------------- what earlier events said

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

-- Rule: what a body leaves out (a request for another time, for one) is as it was. A title names the booker: only that
--       of an event by the attendee counts.
-- Time: an event that made its booking has nothing before it, and most events do.
create function crm.earlier_facts(p_booking public.bookings, p_position crm.position)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_event record;
  v_body jsonb;
  v_facts jsonb := jsonb_build_object();
begin
  if p_booking.made_at = p_position then
    return v_facts;
  end if;
  for v_event in
    select e.payload, e.booker_email
    from public.event_effects as f
    join public.calcom_events as e on e.id = f.event_id
    where f.booking_id = p_booking.id and e.position < p_position
    order by e.position desc
    limit 20
  loop
    v_body := coalesce(v_event.payload -> 'payload', v_event.payload);
    -- From the newest to the oldest: what is known already stays.
    v_facts := jsonb_strip_nulls(jsonb_build_object(
      'title', case when v_event.booker_email = p_booking.attendee_email then crm.jsonb_text(v_body -> 'title') end,
      'attendee', crm.attendee_with_email(v_body, p_booking.attendee_email),
      'organizer', crm.jsonb_text(v_body #> '{organizer,email}'),
      'hides_organizer', v_body ->> 'hideOrganizerEmail',
      'booker_url', crm.jsonb_text(v_body -> 'bookerUrl'),
      'team_name', crm.jsonb_text(v_body #> '{team,name}'),
      'event_page', crm.event_page(v_body)
    )) || v_facts;
  end loop;
  return v_facts;
end;
$$;
comment on function crm.earlier_facts(public.bookings, crm.position) is
  'What the events of a booking before a position said that later ones may leave out.';

create function crm.event_page(p_body jsonb) returns text
language sql immutable set search_path = ''
return substring(crm.jsonb_text(p_body -> 'type') from '^[a-z0-9][a-z0-9-]*$');
comment on function crm.event_page(jsonb) is 'The identifier of an event type in the address of its page.';

------------------------------------------------------------------------------------------------------- what is owed

-- Rule: a cancellation names its own organizer. Any other mail speaks for the organizer that the booking has now.
create function crm.mail_organizer(p_event crm.event, p_booking public.bookings)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return coalesce(
    case when p_event.trigger in ('BOOKING_CANCELLED', 'BOOKING_REJECTED') then p_event.organizer_email end,
    p_booking.organizer_email
  );
end;
$$;
comment on function crm.mail_organizer(crm.event, public.bookings) is
  'The address of the organizer for whom a mail speaks; null when there is none.';

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

-- Rule: a series is confirmed once. A new time for one of its meetings is about that one alone.
create function crm.series_event_type(p_event crm.event, p_effect crm.effect, p_booking public.bookings)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when p_event.is_recurring and p_event.trigger = 'BOOKING_CREATED'
      and p_effect.old_start_time is not distinct from p_booking.start_time
      and crm.read_series(p_event.body) is not null
      then left(coalesce(p_event.event_type_id, crm.jsonb_text(p_event.body -> 'type'), 'unknown'), 200)
  end;
end;
$$;
comment on function crm.series_event_type(crm.event, crm.effect, public.bookings) is
  'The event type of the series that a mail confirms; null when it is about a single meeting.';

-- Rule: Cal.com names no series. Its meetings are those that one person books of one type within a few minutes, by the
--       sender's clock. A mail that was dropped has confirmed nothing, unless it was dropped for a limit.
create function crm.is_series_confirmed(p_event crm.event, p_series_event_type text, p_email text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select
    from public.emails as m
    where m.to_address = p_email and m.series_event_type = p_series_event_type
      and (m.status <> 'dropped' or m.number is null)
      and (select (e.position).happened_at from public.calcom_events as e where e.id = m.event_id)
        between (p_event.position).happened_at - interval '5 minutes'
        and (p_event.position).happened_at + interval '5 minutes'
  );
end;
$$;
comment on function crm.is_series_confirmed(crm.event, text, text) is
  'Whether another meeting of the same series has its confirmation already.';

-- Rule: never to the made-up address of a booking by phone, never about a meeting that is over or for history that was
--       brought in later, and never when the booking has changed again since: a mail says only what is still true.
create function crm.no_email_reason(
  p_event crm.event, p_booking public.bookings, p_email text, p_series_event_type text
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
    when p_email like '%@sms.cal.com' then 'No mail: booked by phone number.'
    when coalesce(p_booking.end_time, p_booking.start_time) <= now() then 'No mail: the meeting is over.'
    when p_series_event_type is not null and crm.is_series_confirmed(p_event, p_series_event_type, p_email)
      then 'No mail of its own: one mail confirms the series.'
  end;
end;
$$;
comment on function crm.no_email_reason(crm.event, public.bookings, text, text) is
  'Why an event owes no mail about a booking; null when it does.';

-- Rule: a calendar takes a newer number only, and Cal.com repeats its numbers. So the number is at least the count of
--       changes, and always above what was told before.
create function crm.count_calendar_changes(p_booking_id uuid)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  return greatest(
    (select count(*) - 1 from public.event_effects as f where f.booking_id = p_booking_id),
    (select max(e.calendar_sequence) + 1 from public.emails as e where e.booking_id = p_booking_id)
  );
end;
$$;
comment on function crm.count_calendar_changes(uuid) is
  'The number that the next change of the calendar entry of a booking has at least.';

-- Rule: what was dropped for a limit does not count towards it.
-- Race: mails to one address are written one after the other. To several addresses of one mailbox, and to all together,
--       a few more than the limit may be written at once.
-- Time: two look-ups by index, and no more rows than a limit. Numbers may skip but never repeat: while the mail of so
--       many numbers ago is older than an hour, nothing needs to be counted.
create function crm.limit_reason(p_mailbox_hash bigint, p_number bigint)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_day_limit integer;
  v_hour_limit integer;
  v_day_count integer;
  v_created_at timestamptz;
  v_latest no scroll cursor for -- planned for its first rows, so always by index
    select e.created_at from public.emails as e where e.number < p_number order by e.number desc;
begin
  select
    l.per_day,
    l.per_hour,
    (
      select count(*)
      from (
        select from public.emails as e
        where e.mailbox_hash = p_mailbox_hash and e.created_at > now() - interval '24 hours'
        limit l.per_day
      ) as m
    ),
    (
      select e.created_at from public.emails as e
      where e.number <= p_number - l.per_hour
      order by e.number desc
      limit 1
    )
  into v_day_limit, v_hour_limit, v_day_count, v_created_at
  from (
    select
      (select s.value::integer from public.settings as s where s.name = 'mails_per_address_and_day') as per_day,
      (select s.value::integer from public.settings as s where s.name = 'mails_per_hour') as per_hour
    offset 0
  ) as l;

  if v_day_count >= v_day_limit then
    return format('more than %s mails within a day to one address (setting mails_per_address_and_day).', v_day_limit);
  elsif v_created_at > now() - interval '1 hour' then
    open v_latest;
    fetch relative v_hour_limit from v_latest into v_created_at;
    close v_latest;
    if v_created_at > now() - interval '1 hour' then
      return format('more than %s mails within an hour (setting mails_per_hour).', v_hour_limit);
    end if;
  end if;
  return null;
end;
$$;
comment on function crm.limit_reason(bigint, bigint) is
  'Which limit one more mail to a mailbox would pass, the mail of this number; null for none.';

-- Rule: a meeting that is moved in place may come back to a time that it had before. Its attendee was told of another
--       one since, and is told again; any other mail about the same state is the same mail.
create function crm.count_told_before(p_booking public.bookings, p_kind text, p_email text)
returns integer
language plpgsql
stable
set search_path = ''
as $$
declare
  v_last public.emails;
begin
  select m.* into v_last
  from public.emails as m
  join public.calcom_events as e on e.id = m.event_id
  where m.booking_id = p_booking.id and m.to_address = p_email
  order by e.position desc
  limit 1;
  if p_kind = 'reschedule' and (v_last.kind, v_last.start_time) <> (p_kind, p_booking.start_time) then
    return (
      select max(m.told_before) + 1
      from public.emails as m
      where m.to_address = p_email and m.kind = p_kind and m.calcom_uid = p_booking.calcom_uid
        and m.seat_id is not distinct from p_booking.seat_id and m.start_time = p_booking.start_time
    );
  end if;
  return null;
end;
$$;
comment on function crm.count_told_before(public.bookings, text, text) is
  'How often a mail has told of a time to which a booking comes back; null when the last mail has told it.';

-- Rule: to the attendee, from the organizer's brand, replies to the organizer. An organizer who hides the address gets
--       replies where the event type says, or none. One per person, kind and state (uid, seat and time) of a booking.
--       That no brand could write it is no reason not to owe it: it waits.
-- Race: two deliveries of one booking owe one mail; the unique key decides.
-- Time: Cal.com waits for this. Only what others look at, or what can change until the mail is sent, is read here.
create function crm.queue_email(
  p_event crm.event, p_effect crm.effect, p_person public.people, out email_id uuid, out reason text
)
language plpgsql
set search_path = ''
as $$
declare
  v_booking public.bookings;
  v_has_earlier_events boolean;
  v_series_event_type text;
  v_organizer_email text;
  v_hides_organizer boolean;
  v_sender public.senders;
  v_number bigint;
  v_mailbox_hash bigint;
  v_limit_reason text;
  v_told_before integer := 0;
  v_is_written boolean;
begin
  select b.* into v_booking from public.bookings as b where b.id = p_effect.booking_id;
  v_series_event_type := crm.series_event_type(p_event, p_effect, v_booking);
  reason := crm.no_email_reason(p_event, v_booking, p_person.email, v_series_event_type);
  if reason is not null then
    return;
  end if;

  v_has_earlier_events := v_booking.made_at is distinct from p_event.position;
  v_organizer_email := crm.mail_organizer(p_event, v_booking);
  v_sender := crm.pick_sender(v_organizer_email);
  v_hides_organizer := coalesce(
    p_event.body ->> 'hideOrganizerEmail',
    case when v_has_earlier_events then crm.earlier_facts(v_booking, p_event.position) ->> 'hides_organizer' end,
    'false'
  ) = 'true';
  v_number := nextval('public.emails_number_seq');
  v_mailbox_hash := crm.mailbox_hash(p_person.email);
  v_limit_reason := crm.limit_reason(v_mailbox_hash, v_number);

  loop
    insert into public.emails as e (
      number, mailbox_hash, event_id, booking_id, kind, calcom_uid, seat_id, start_time, end_time, old_start_time,
      old_end_time, told_before, series_event_type, calendar_sequence, organizer_email, hides_organizer, from_address,
      from_name, reply_to, to_address, status, reason, finalized_at
    )
    values (
      case when v_limit_reason is null then v_number end, case when v_limit_reason is null then v_mailbox_hash end,
      p_event.id, v_booking.id, p_effect.email_kind, v_booking.calcom_uid, v_booking.seat_id,
      v_booking.start_time, v_booking.end_time, p_effect.old_start_time, p_effect.old_end_time, v_told_before,
      v_series_event_type,
      greatest(
        case when p_event.body ->> 'iCalSequence' ~ '^\d{1,6}$' then (p_event.body ->> 'iCalSequence')::integer end,
        case when v_has_earlier_events then crm.count_calendar_changes(v_booking.id) end,
        0
      ),
      v_organizer_email, v_hides_organizer, v_sender.from_address, v_sender.from_name,
      case when v_hides_organizer then crm.jsonb_email(p_event.body -> 'customReplyToEmail') else v_organizer_email end,
      p_person.email,
      case when v_limit_reason is null then 'due' else 'dropped' end,
      case
        when v_limit_reason is not null then format('Too many: %s retry_email() sends it all the same.', v_limit_reason)
        when v_sender.from_address is null then crm.no_sender_reason()
      end,
      case when v_limit_reason is not null then now() end
    )
    on conflict on constraint emails_once_per_person_kind_and_state do nothing
    returning case when v_limit_reason is null then e.id end into email_id;
    v_is_written := found;
    exit when v_is_written;
    v_told_before := crm.count_told_before(v_booking, p_effect.email_kind, p_person.email);
    exit when v_told_before is null;
  end loop;

  reason := case
    when not v_is_written then 'No mail: it has been written before.'
    when v_limit_reason is not null then 'No mail: ' || v_limit_reason
    when v_sender.from_address is null then 'Its mail waits: no sender is configured.'
  end;
end;
$$;
comment on function crm.queue_email(crm.event, crm.effect, public.people) is
  'Puts the mail that an event owes into the outbox; says why when none is owed, or why it waits.';

-- Rule: a series whose confirmation was dropped, because the meeting that it was about had changed before it went out,
--       is confirmed with the next of its meetings. Who cancels all that remain says so in the event, and is told of no
--       other.
create function crm.confirm_rest_of_series(p_email public.emails)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_booked_at timestamptz;
  v_item record;
begin
  select (e.position).happened_at into v_booked_at from public.calcom_events as e where e.id = p_email.event_id;
  if exists (
    select
    from public.bookings as b
    join public.calcom_events as e on e.id = b.last_event_id
    where b.id = p_email.booking_id and b.status = 'CANCELLED'
      and jsonb_typeof(e.payload #> '{payload,recurringEvent}') = 'object'
      and e.trigger in ('BOOKING_CANCELLED', 'BOOKING_REJECTED')
  ) then
    return;
  end if;

  for v_item in
    select
      p as person, b as booking, o as event,
      crm.make_effect(o, b, 'applied', e.reason, null, null, 'confirmation') as effect
    from public.people as p
    join public.bookings as b on b.person_id = p.id
    join public.calcom_events as e on e.id = b.last_event_id
    cross join lateral crm.parse_event(e) as o
    where p.email = p_email.to_address and b.is_recurring and b.status = 'ACCEPTED' and e.trigger = 'BOOKING_CREATED'
      and (e.position).happened_at between v_booked_at - interval '5 minutes' and v_booked_at + interval '5 minutes'
    order by b.start_time
  loop
    -- Once for all of them: the others find the series confirmed.
    if crm.series_event_type(v_item.event, v_item.effect, v_item.booking) = p_email.series_event_type then
      perform crm.queue_email(v_item.event, v_item.effect, v_item.person);
    end if;
  end loop;
end;
$$;
comment on function crm.confirm_rest_of_series(public.emails) is
  'Puts another confirmation of a series into the outbox in the place of one that was dropped.';

------------------------------------------------------------------------------------------- what a mail says: in words

create function crm.sender_style(p_sender public.senders) returns jsonb
language sql stable set search_path = ''
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

-------------------------------------------------------------------------------------------- what a mail says: who

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
    p_text := regexp_replace(p_text, crm.escape_pattern(v_address), '…', 'gi');
  end loop;
  return nullif(p_text, '…');
end;
$$;
comment on function crm.mask_addresses(text, text[]) is
  'A text without these addresses, however they are typed; null when it says nothing else.';

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

-- Rule: the entry with the address under which it was booked; else what an earlier event of the booking said. Whoever
--       moves a booking may type another address, and that person's name, zone and language are not the attendee's. The
--       first entry counts only where the event itself says that this person is the booker.
create function crm.find_attendee(p_event crm.event, p_booking public.bookings, p_earlier jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return coalesce(
    crm.attendee_with_email(p_event.body, p_booking.attendee_email),
    p_earlier -> 'attendee',
    case
      when p_event.booker_email = p_booking.attendee_email and not p_event.is_seated
        then p_event.body #> '{attendees,0}'
    end
  );
end;
$$;
comment on function crm.find_attendee(crm.event, public.bookings, jsonb) is
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
  return coalesce(
    case
      when p_event.booker_email <> p_booking.attendee_email and not p_event.is_seated
        then coalesce(p_earlier ->> 'title', crm.jsonb_text(p_event.body -> 'eventTitle'))
      else p_event.title
    end,
    p_booking.title
  );
end;
$$;
comment on function crm.mail_title(crm.event, public.bookings, jsonb) is
  'What a mail calls the meeting.';

-------------------------------------------------------------------------------------------- what a mail says: links

-- Rule: a name that could be read in two ways ("cal.com@evil.example", a backslash) is none.
create function crm.url_host(p_url text) returns text
language sql immutable set search_path = ''
return substring(lower(p_url) from '^https://([a-z0-9.-]+)(?::[0-9]+)?(?:[/?#]|$)');
comment on function crm.url_host(text) is 'The host of a web address that begins with https; null for anything else.';

create function crm.is_host_of(p_host text, p_domains text[]) returns boolean
language sql immutable set search_path = ''
return p_host = any (p_domains) or exists (
  select from unnest(p_domains) as d where right(p_host, length(d) + 1) = '.' || d
);
comment on function crm.is_host_of(text, text[]) is 'Whether a host is one of these domains, or below one.';

-- Rule: only a room, and no other page: services forward from some to wherever the address says ("linkredirect").
create function crm.is_room(p_url text, p_location text) returns boolean
language sql immutable set search_path = ''
return exists (
  select
  from (
    values
      ('integrations:google:meet', '^https://meet\.google\.com/[a-z0-9]+-[a-z0-9-]+([?#]|$)'),
      ('integrations:zoom', '^https://([a-z0-9-]+\.)*(zoom\.us|zoom\.com|zoomgov\.com)/(j|w|s|my)/[^/]+$'),
      (
        'integrations:office365_video',
        '^https://teams\.(microsoft\.com|live\.com|cloud\.microsoft)/(l/meetup-join|meet)/'
      ),
      ('integrations:webex_video', '^https://([a-z0-9-]+\.)*webex\.com/(meet/|[a-z0-9.-]+/j\.php\?MTID=)')
  ) as r (location, pattern)
  where p_url ~ r.pattern and (r.location = p_location or p_location is null)
);
comment on function crm.is_room(text, text) is
  'Whether a link leads into a room of the service that a location of Cal.com names, or of any that is known for null.';

create function crm.call_page_uid(p_url text) returns text
language sql immutable set search_path = ''
return substring(p_url from '^[^:]+://[^/]+/video/([^/?#]+)$');
comment on function crm.call_page_uid(text) is 'Of which booking a page for calls, as Cal.com has them, is.';

-- Rule: anybody may book, and a visitor can add to the metadata of a booking, also over what Cal.com wrote there. So a
--       link in it counts only where it leads to where Cal.com says that the call is: Cal.com's page of this very
--       booking; or, where Cal.com gives no link in videoCallData (which no visitor can write), a room of the service
--       that the location names. Whose room, nobody can tell then.
create function crm.is_own_call(p_url text, p_body jsonb, p_booker_url text, p_uid text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_host text := crm.url_host(p_url);
  v_booker_host text := crm.url_host(p_booker_url);
begin
  return coalesce(
    (crm.is_host_of(v_host, array['cal.com', v_booker_host]) or crm.is_host_of(v_booker_host, array[v_host]))
      and crm.call_page_uid(p_url) in (p_uid, p_body ->> 'uid', p_body ->> 'rescheduleUid')
    or crm.jsonb_text(p_body #> '{videoCallData,url}') is null
      and crm.is_room(p_url, coalesce(p_body ->> 'location', '')),
    false
  );
end;
$$;
comment on function crm.is_own_call(text, jsonb, text, text) is
  'Whether a link of the metadata leads into the call that Cal.com set up for the booking.';

-- Rule: an answer to "where?" is the visitor's own text: an address, a telephone number, a link. For a place that the
--       host has set, the answer is only the name of a kind of place ("link"). Neither the form of the answer nor the
--       question matters.
create function crm.is_answer(p_text text, p_body jsonb) returns boolean
language sql immutable set search_path = ''
return exists (
  select
  from jsonb_path_query(
    jsonb_build_array(p_body -> 'responses', p_body -> 'userFieldsResponses', p_body -> 'customInputs'),
    'strict $.** ? (@.type() == "string")'
  ) as a (answer)
  where lower(btrim(a.answer #>> '{}')) = lower(p_text)
);
comment on function crm.is_answer(text, jsonb) is 'Whether the visitor has typed a text anywhere in the form.';

-- Rule: a booking that is moved keeps its place, also where the question is asked again and left empty: any answer that
--       was ever given counts.
create function crm.is_visitors_place(p_location text, p_body jsonb, p_booking_id uuid) returns boolean
language sql stable set search_path = ''
return crm.is_answer(p_location, p_body)
  or crm.jsonb_text(p_body #> '{responses,location,value,optionValue}') is not null
  or exists (
    select
    from public.event_effects as f
    join public.calcom_events as e on e.id = f.event_id
    where f.booking_id = p_booking_id and crm.is_answer(p_location, coalesce(e.payload -> 'payload', e.payload))
  );
comment on function crm.is_visitors_place(text, jsonb, uuid) is
  'Whether the visitor has typed where a meeting is, now or in an earlier event of the booking.';

-- Rule: the link into the call is Cal.com's or the host's, never the visitor's.
create function crm.join_url(p_body jsonb, p_earlier jsonb, p_uid text, p_booking_id uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_location text := crm.jsonb_text(p_body -> 'location');
  v_told_url text := crm.jsonb_text(p_body #> '{metadata,videoCallUrl}');
  v_call_url text := crm.jsonb_text(p_body #> '{videoCallData,url}');
begin
  if v_location like 'integrations:%' then
    return case
      when crm.is_own_call(
        v_told_url, p_body, coalesce(crm.jsonb_text(p_body -> 'bookerUrl'), p_earlier ->> 'booker_url'), p_uid
      ) then v_told_url
      else v_call_url
    end;
  elsif v_location is null then
    return v_call_url;
  elsif v_location ~* '^https?://' and not crm.is_visitors_place(v_location, p_body, p_booking_id) then
    return v_location;
  end if;
  return null;
end;
$$;
comment on function crm.join_url(jsonb, jsonb, text, uuid) is
  'The link into the call that Cal.com or the host has set; null when there is none.';

-- Rule: the pages are those of the host that Cal.com names for the booker; a link to move the booking leads there or to
--       cal.com. What a body leaves out (a request for another time has no bookerUrl, for one) is as it was. An event
--       of a team names neither the address nor the identifier of its page, only the name of the team.
create function crm.booking_pages(p_body jsonb, p_earlier jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_is_team boolean := jsonb_typeof(p_body -> 'team') = 'object' or p_earlier ->> 'team_name' is not null;
  v_booker_url text := coalesce(crm.jsonb_text(p_body -> 'bookerUrl'), p_earlier ->> 'booker_url');
  v_booker_host text := crm.url_host(v_booker_url);
  v_reschedule_url text := crm.jsonb_text(p_body -> 'rescheduleLink');
begin
  return jsonb_build_object(
    'booker_url', case when v_booker_host is not null then v_booker_url end,
    'reschedule_url', case
      when crm.is_host_of(crm.url_host(v_reschedule_url), array_remove(array['cal.com', v_booker_host], null))
        then v_reschedule_url
    end,
    'host_page', case
      when v_is_team is not true then coalesce(
        crm.jsonb_text(p_body #> '{organizer,usernameInOrg}'), crm.jsonb_text(p_body #> '{organizer,username}')
      )
    end,
    'team_name', coalesce(crm.jsonb_text(p_body #> '{team,name}'), p_earlier ->> 'team_name'),
    'event_page', coalesce(crm.event_page(p_body), p_earlier ->> 'event_page')
  );
end;
$$;
comment on function crm.booking_pages(jsonb, jsonb) is
  'Of what the addresses of Cal.com''s pages for a booking are made.';

------------------------------------------------------------------------------------------- what a mail says: all of it

-- Rule: the entry in the attendee's calendar is Cal.com's own, so a mail names it by Cal.com's id (which, where an
--       event leaves it out, is made of the uid it was booked under). A series may be one entry, which a file about one
--       of its meetings would replace: its mails name none.
create function crm.calendar_entry(p_email public.emails, p_event crm.event, p_booking public.bookings)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'uid', case
      when crm.read_series(p_event.body) is null then coalesce(
        p_event.ical_uid, p_booking.ical_uid,
        split_part(coalesce(p_booking.original_key, p_email.calcom_uid), '/', 1) || '@Cal.com'
      )
    end,
    'sequence', p_email.calendar_sequence,
    'hides_notes',
    coalesce('true' in (p_event.body ->> 'hideCalendarNotes', p_event.body ->> 'hideCalendarEventDetails'), false)
  );
end;
$$;
comment on function crm.calendar_entry(public.emails, crm.event, public.bookings) is
  'Which calendar entry a mail is about, and how often that has changed.';

-- What a mail needs to be written. The event says it, and what the event leaves out the events before it; the row of
-- the outbox has the state that the mail is about, for the booking may have changed since.
-- Rule: of a seated booking that is moved or cancelled, notes and answers may be somebody else's.
create function crm.email_facts(p_email public.emails)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_row public.calcom_events;
  v_booking public.bookings;
  v_person public.people;
  v_event crm.event;
  v_body jsonb;
  v_earlier jsonb;
  v_attendee jsonb;
  v_hidden text[] := array[]::text[];
  v_is_moved boolean := p_email.old_start_time is distinct from p_email.start_time
    or p_email.old_end_time is distinct from p_email.end_time;
  v_tells_notes boolean;
begin
  select e.* into v_row from public.calcom_events as e where e.id = p_email.event_id;
  select b.* into v_booking from public.bookings as b where b.id = p_email.booking_id;
  select p.* into v_person from public.people as p where p.id = v_booking.person_id;
  v_event := crm.parse_event(v_row);
  v_body := v_event.body;
  v_earlier := crm.earlier_facts(v_booking, v_event.position);
  v_attendee := crm.find_attendee(v_event, v_booking, v_earlier);
  v_tells_notes := v_event.trigger = 'BOOKING_CREATED' or not (v_booking.is_seated or v_event.is_seated);
  if p_email.hides_organizer then
    v_hidden := array[
      crm.jsonb_text(v_body #> '{organizer,email}'), p_email.organizer_email, v_earlier ->> 'organizer'
    ];
  end if;

  return jsonb_build_object(
    'uid', p_email.calcom_uid,
    'title', crm.mask_addresses(crm.mail_title(v_event, v_booking, v_earlier), v_hidden),
    'start_time', p_email.start_time,
    'end_time', p_email.end_time,
    'old_start_time', case when v_is_moved then p_email.old_start_time end,
    'old_end_time', case when v_is_moved then p_email.old_end_time end,
    'recurring', case when p_email.series_event_type is not null then crm.read_series(v_body) end,
    'time_zone', crm.jsonb_text(v_attendee -> 'timeZone'),
    'locale', coalesce(crm.jsonb_text(v_attendee #> '{language,locale}'), crm.jsonb_text(v_attendee -> 'locale')),
    'attendee_name', crm.attendee_name(v_event, v_booking, v_person),
    'organizer_name', crm.organizer_name(v_body, p_email.organizer_email, v_hidden),
    'organizer_email', case when not p_email.hides_organizer then p_email.organizer_email end,
    'hides_organizer', p_email.hides_organizer,
    'organizer_time_zone', crm.jsonb_text(v_body #> '{organizer,timeZone}'),
    'guests', crm.list_guests(
      v_event, array[p_email.to_address, v_person.email, v_booking.attendee_email], p_email.organizer_email
    ),
    'location', crm.mask_addresses(crm.jsonb_text(v_body -> 'location'), v_hidden),
    'is_visitors_place', crm.is_visitors_place(crm.jsonb_text(v_body -> 'location'), v_body, p_email.booking_id),
    'join_url', crm.join_url(v_body, v_earlier, p_email.calcom_uid, p_email.booking_id),
    'notes', case
      when v_tells_notes then crm.mask_addresses(crm.jsonb_text(v_body -> 'additionalNotes'), v_hidden)
    end,
    'reason', crm.mask_addresses(crm.change_reason(v_event), v_hidden)
  ) || crm.booking_pages(v_body, v_earlier) || jsonb_build_object(
    'is_seated', v_booking.is_seated,
    'is_reschedulable', v_body -> 'disableRescheduling' is distinct from 'true',
    'is_cancellable', v_body -> 'disableCancelling' is distinct from 'true',
    'is_asked_to_move', v_body -> 'requestReschedule' is not distinct from 'true',
    'calendar', crm.calendar_entry(p_email, v_event, v_booking),
    'brand', crm.sender_style(crm.pick_sender(p_email.organizer_email))
  );
end;
$$;
comment on function crm.email_facts(public.emails) is
  'What, when, where, with whom and in whose name: the facts that a mail puts into words.';
