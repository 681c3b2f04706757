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

create table public.emails (
  id uuid not null default gen_random_uuid(),
  event_id uuid not null,
  booking_id uuid,
  kind text not null,
  calcom_uid text not null,
  seat_id text,
  from_address text not null,
  from_name text,
  reply_to text,
  to_address text not null,
  template_data jsonb not null,
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
  constraint emails_event_id_fkey foreign key (event_id) references public.calcom_events (id),
  constraint emails_booking_id_fkey foreign key (booking_id) references public.bookings (id) on delete set null,
  constraint emails_once_per_booking_kind_and_uid unique nulls not distinct (to_address, kind, calcom_uid, seat_id),
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
  constraint emails_delivery_has_its_time check ((delivery is null) = (delivery_at is null))
);
comment on table public.emails is 'One row per mail owed to one attendee, and what became of it. The outbox.';
comment on column public.emails.id is
  'Also the idempotency key: Resend sends a key once, however often it is asked.';
comment on column public.emails.booking_id is 'Null when a replay found that the booking never was.';
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
alter table public.emails enable row level security;

-- Rule: the brand of the organizer's domain; the default brand for any other domain, or none.
create function crm.pick_sender(p_organizer_email text)
returns public.senders
language plpgsql
stable
set search_path = ''
as $$
declare
  v_domain text := split_part(p_organizer_email, '@', 2);
  v_sender public.senders;
begin
  select s.* into v_sender
  from public.senders as s
  where s.organizer_domain = v_domain or s.is_default
  order by s.organizer_domain = v_domain desc nulls last
  limit 1;
  return v_sender;
end;
$$;
comment on function crm.pick_sender(text) is 'The brand that writes for an organizer.';

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

-- Rule: Cal.com puts "Please reschedule. " before the organizer's words and writes "undefined" when there were none.
create function crm.cancellation_reason(p_body jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_given text := coalesce(
    crm.jsonb_text(p_body -> 'cancellationReason'), crm.jsonb_text(p_body -> 'rejectionReason'),
    crm.jsonb_text(p_body #> '{responses,rescheduleReason,value}'), ''
  );
begin
  if v_given = '' then
    return null;
  end if;
  return nullif(nullif(btrim(regexp_replace(v_given, '^Please reschedule\.\s*', '')), 'undefined'), '');
end;
$$;
comment on function crm.cancellation_reason(jsonb) is
  'Why a booking was cancelled, rejected or moved, when somebody said so.';

-- Rule: who comes along, as the event lists them: neither the booker nor the hosts. On seated events the others are
--       strangers to each other.
create function crm.list_guests(p_event crm.event, p_email text)
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
  v_hosts := array[p_email, crm.jsonb_email(p_event.body #> '{organizer,email}')] || array(
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
comment on function crm.list_guests(crm.event, text) is
  'The people whom the booker brings along, as name and address.';

-- Rule: the entry in the attendee's calendar is Cal.com's own, so a mail names it by Cal.com's id (which, where an
--       event leaves it out, is made of the uid it was booked under). A calendar takes a newer number only, and Cal.com
--       repeats its numbers: so it is at least the count of changes, and always above what was told before.
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
    'uid', coalesce(
      p_booking.ical_uid, split_part(coalesce(p_booking.original_key, p_booking.calcom_uid), '/', 1) || '@Cal.com'
    ),
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
  v_attendee jsonb := v_body #> '{attendees,0}';
  v_is_moved boolean := p_effect.old_start_time is distinct from p_booking.start_time
    or p_effect.old_end_time is distinct from p_booking.end_time;
  v_tells_notes boolean := p_event.trigger = 'BOOKING_CREATED' or not (p_booking.is_seated or p_event.is_seated);
begin
  if crm.jsonb_email(v_attendee -> 'email') is distinct from p_person.email then
    v_attendee := coalesce(
      (
        select a.attendee
        from jsonb_array_elements(crm.jsonb_list(v_body -> 'attendees')) as a (attendee)
        where crm.jsonb_email(a.attendee -> 'email') = p_person.email
        limit 1
      ),
      v_attendee
    );
  end if;

  return jsonb_build_object(
    'uid', p_booking.calcom_uid,
    'title', p_booking.title,
    'start_time', p_booking.start_time,
    'end_time', p_booking.end_time,
    'old_start_time', case when v_is_moved then p_effect.old_start_time end,
    'old_end_time', case when v_is_moved then p_effect.old_end_time end,
    'time_zone', crm.jsonb_text(v_attendee -> 'timeZone'),
    'locale', coalesce(crm.jsonb_text(v_attendee #> '{language,locale}'), crm.jsonb_text(v_attendee -> 'locale')),
    'attendee_name', p_person.name,
    'organizer_name', nullif(crm.jsonb_text(v_body #> '{organizer,name}'), 'Nameless'),
    'organizer_email', case
      when v_body -> 'hideOrganizerEmail' is distinct from 'true' then p_booking.organizer_email
    end,
    'organizer_time_zone', crm.jsonb_text(v_body #> '{organizer,timeZone}'),
    'guests', crm.list_guests(p_event, p_person.email),
    'location', crm.jsonb_text(v_body -> 'location'),
    'join_url', coalesce(
      crm.jsonb_text(v_body #> '{metadata,videoCallUrl}'),
      crm.jsonb_text(v_body #> '{videoCallData,url}'),
      substring(crm.jsonb_text(v_body -> 'location') from '^https?://.*$')
    ),
    'notes', case when v_tells_notes then crm.jsonb_text(v_body -> 'additionalNotes') end,
    'reason', crm.cancellation_reason(v_body)
  ) || jsonb_build_object(
    'booker_url', crm.jsonb_text(v_body -> 'bookerUrl'),
    'is_seated', p_booking.is_seated,
    'is_reschedulable', v_body -> 'disableRescheduling' is distinct from 'true',
    'is_cancellable', v_body -> 'disableCancelling' is distinct from 'true',
    'is_asked_to_move', v_body -> 'requestReschedule' is not distinct from 'true',
    'reschedule_url', crm.jsonb_text(v_body -> 'rescheduleLink'),
    'host_page', case
      when jsonb_typeof(v_body -> 'team') is distinct from 'object' then coalesce(
        crm.jsonb_text(v_body #> '{organizer,usernameInOrg}'), crm.jsonb_text(v_body #> '{organizer,username}')
      )
    end,
    'event_page', substring(crm.jsonb_text(v_body -> 'type') from '^[a-z0-9][a-z0-9-]*$'),
    'calendar', crm.calendar_entry(p_event, p_booking),
    'brand', crm.sender_style(p_sender)
  );
end;
$$;
comment on function crm.email_template_data(
  crm.event, public.bookings, crm.effect, public.people, public.senders
) is 'What, when, where, with whom and in whose name: the facts that a mail puts into words.';

------------------------------------------------------------------------------------------------------- what is owed

-- Rule: to the attendee, from the organizer's brand, replies to the organizer; one per booking, kind and uid (a seat
--       booked again counts again). Never to the made-up address of a booking by phone, and never when the booking
--       has changed again since: a mail says only what is still true.
-- Race: two deliveries of one booking owe one mail; the unique key decides.
create function crm.queue_email(
  p_event crm.event, p_effect crm.effect, p_person public.people, out email_id uuid, out reason text
)
language plpgsql
set search_path = ''
as $$
declare
  v_booking public.bookings;
  v_sender public.senders;
begin
  select b.* into v_booking from public.bookings as b where b.id = p_effect.booking_id;
  if v_booking.last_event_id is distinct from p_event.id then
    reason := 'No mail: the booking has changed since.';
    return;
  elsif p_person.email like '%@sms.cal.com' then
    reason := 'No mail: booked by phone number.';
    return;
  end if;

  v_sender := crm.pick_sender(v_booking.organizer_email);
  insert into public.emails as e (
    event_id, booking_id, kind, calcom_uid, seat_id, from_address, from_name, reply_to, to_address, template_data
  )
  values (
    p_event.id, v_booking.id, p_effect.email_kind, v_booking.calcom_uid, v_booking.seat_id,
    v_sender.from_address, v_sender.from_name, v_booking.organizer_email, p_person.email,
    crm.email_template_data(p_event, v_booking, p_effect, p_person, v_sender)
  )
  on conflict on constraint emails_once_per_booking_kind_and_uid do nothing
  returning e.id into email_id;
  if email_id is null then
    reason := 'No mail: it has been written before.';
  end if;
end;
$$;
comment on function crm.queue_email(crm.event, crm.effect, public.people) is
  'Puts the mail that an event owes into the outbox; says why when none is owed.';
