-- Migration: emails
-- Purpose:   which mail is owed to whom and from which brand; the outbox
-- Needs:     bookings, cancelled and met
-- Creates:   public.senders, public.emails, crm.sender_of(), crm.brand_of(), crm.reason_given(), crm.guests_of(),
--            crm.calendar_of(), crm.email_details(), crm.queue_email()
-- Tests:     supabase/tests/emails/

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
  constraint senders_organizer_domain_is_lower_case check (organizer_domain = lower(organizer_domain)),
  constraint senders_from_address_is_an_address check (from_address ~ '^[^@\s<>",;]+@[^@\s<>",;]+$'),
  constraint senders_logo_url_is_a_web_address check (logo_url ~ '^https://[^\s<>"]+$'),
  constraint senders_color_has_six_digits check (color ~ '^#[0-9A-Fa-f]{6}$'),
  constraint senders_footer_fits check (length(footer) <= 1000)
);
comment on table public.senders is 'One row per brand: whose meetings its mails speak for, and the address they come from.';
comment on column public.senders.organizer_domain is 'The domain of the organizer''s mail address.';
comment on column public.senders.from_name is 'Shown before the address; null shows the address alone.';
comment on column public.senders.logo_url is 'A picture on the web, shown 40 pixels high above each mail; null shows the name instead.';
comment on column public.senders.color is 'Of the buttons and the line above a mail, like #1d4ed8; null is a dark grey.';
comment on column public.senders.footer is 'Small print below each mail: the company''s address, who to write to. Lines stay lines.';
comment on column public.senders.attaches_calendar is 'Whether its mails bring a calendar file (.ics) along.';
comment on column public.senders.is_default is 'Speaks for every organizer whose domain has no row, and where there is none.';
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
  details jsonb not null,
  message jsonb,
  status text not null default 'due',
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  leased_until timestamptz,
  last_error text,
  resend_id text,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  given_up_at timestamptz,
  reason text,
  excused integer not null default 0,
  doubtful_since timestamptz,
  doubtful_attempt integer,
  delivery text,
  delivery_at timestamptz,
  delivery_reason text,
  constraint emails_pkey primary key (id),
  constraint emails_event_id_fkey
    foreign key (event_id) references public.calcom_events (id) deferrable initially deferred,
  constraint emails_booking_id_fkey foreign key (booking_id) references public.bookings (id) on delete set null,
  constraint emails_once_per_booking_kind_and_uid unique nulls not distinct (to_address, kind, calcom_uid, seat_id),
  constraint emails_kind_is_known check (kind in ('confirmation', 'reschedule', 'cancellation')),
  constraint emails_status_is_known check (status in ('due', 'sent', 'failed', 'dropped')),
  constraint emails_sent_has_its_time check ((status = 'sent') = (sent_at is not null)),
  constraint emails_given_up_has_its_time check ((status in ('failed', 'dropped')) = (given_up_at is not null)),
  constraint emails_given_up_says_why check (given_up_at is null or reason is not null),
  constraint emails_doubt_has_its_attempt check ((doubtful_since is null) = (doubtful_attempt is null)),
  constraint emails_delivery_has_its_time check ((delivery is null) = (delivery_at is null))
);
comment on table public.emails is 'One row per mail owed to one attendee, and what became of it. The outbox.';
comment on column public.emails.id is 'Also the idempotency key: Resend sends a key once, however often it is asked.';
comment on column public.emails.booking_id is 'Null when a rebuild found that the booking never was.';
comment on column public.emails.details is 'What the mail has to say, as it was decided; the words are put to it when it is sent.';
comment on column public.emails.message is 'What is sent, frozen before the first attempt: a key must never carry two texts.';
comment on column public.emails.leased_until is 'A sender is at it until then; after that another may take it.';
comment on column public.emails.last_error is 'Why the last attempt failed, in Resend''s words.';
comment on column public.emails.status is
  'due: to be sent. sent: Resend has taken it. failed: it cannot be sent. dropped: it was not to be sent any more.';
comment on column public.emails.reason is 'Why it waits, or why it will not be sent, in plain words.';
comment on column public.emails.excused is 'The attempts that do not count: Resend took no mail at all, whatever it was.';
comment on column public.emails.doubtful_since is
  'When the first attempt began whose outcome nobody knows; the key protects from a second copy for a day from then.';
comment on column public.emails.delivery is
  'The furthest that Resend has reported: sent, delayed, delivered, opened, clicked, failed, suppressed, bounced, complained.';
comment on column public.emails.delivery_reason is 'Why it did not arrive, in the words of Resend or of the other mail server.';
create index emails_event_id_idx on public.emails (event_id);
create index emails_booking_id_idx on public.emails (booking_id);
create index emails_resend_id_idx on public.emails (resend_id) where resend_id is not null;
create index emails_due_idx on public.emails (next_attempt_at) where status = 'due';
alter table public.emails enable row level security;

-- Rule: the brand of the organizer's domain; the default brand for any other domain, or none.
create function crm.sender_of(p_organizer_email text)
returns public.senders
language plpgsql
stable
security invoker
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
comment on function crm.sender_of(text) is 'The brand that writes for an organizer.';

create function crm.brand_of(p_sender public.senders)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'logo_url', p_sender.logo_url,
    'color', p_sender.color,
    'footer', p_sender.footer,
    'attaches_calendar', p_sender.attaches_calendar
  );
end;
$$;
comment on function crm.brand_of(public.senders) is 'How the mails of a sender look.';

-- Rule: Cal.com puts "Please reschedule. " before the host's words and writes "undefined" when there were none.
create function crm.reason_given(p_body jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return nullif(nullif(
    btrim(regexp_replace(
      coalesce(
        crm.text_of(p_body -> 'cancellationReason'), crm.text_of(p_body -> 'rejectionReason'),
        crm.text_of(p_body #> '{responses,rescheduleReason,value}'), ''
      ),
      '^Please reschedule\.\s*', ''
    )),
    'undefined'
  ), '');
end;
$$;
comment on function crm.reason_given(jsonb) is 'Why a booking was cancelled, rejected or moved, when somebody said so.';

-- Rule: who comes along, as the event lists them: neither the booker nor the hosts. On seated events the others are
--       strangers to each other.
create function crm.guests_of(p_body jsonb, p_email text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_hosts text[] := array[p_email, crm.address_of(p_body #> '{organizer,email}')];
begin
  if crm.is_seated(p_body) or jsonb_typeof(p_body -> 'attendees') is distinct from 'array' then
    return jsonb_build_array();
  end if;
  if jsonb_typeof(p_body #> '{team,members}') = 'array' then
    v_hosts := v_hosts || (
      select array_agg(crm.address_of(m.member -> 'email')) from jsonb_array_elements(p_body #> '{team,members}') as m (member)
    );
  end if;

  return (
    select coalesce(jsonb_agg(g.guest order by g.place), '[]')
    from (
      select
        jsonb_build_object('name', crm.text_of(a.attendee -> 'name'), 'email', crm.address_of(a.attendee -> 'email')) as guest,
        a.place
      from jsonb_array_elements(p_body -> 'attendees') with ordinality as a (attendee, place)
      where crm.address_of(a.attendee -> 'email') <> all (array_remove(v_hosts, null))
      order by a.place
      limit 50
    ) as g
  );
end;
$$;
comment on function crm.guests_of(jsonb, text) is 'The people whom the booker brings along, as name and address.';

-- Rule: the entry in the attendee's calendar is Cal.com's own, so a mail names it by Cal.com's id (which, where an
--       event leaves it out, is made of the uid it was booked under). A calendar takes a newer number only, and Cal.com
--       repeats its numbers: so it is at least the count of changes, and always above what was told before.
create function crm.calendar_of(p_body jsonb, p_booking public.bookings)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'uid', coalesce(p_booking.ical_uid, split_part(coalesce(p_booking.first_uid, p_booking.calcom_uid), '/', 1) || '@Cal.com'),
    'sequence', greatest(
      (select count(*) - 1 from public.event_effects as f where f.booking_id = p_booking.id),
      (
        select max((e.details #>> '{calendar,sequence}')::integer) + 1
        from public.emails as e where e.booking_id = p_booking.id
      ),
      case when p_body ->> 'iCalSequence' ~ '^\d{1,6}$' then (p_body ->> 'iCalSequence')::integer end,
      0
    ),
    'hides_notes', coalesce('true' in (p_body ->> 'hideCalendarNotes', p_body ->> 'hideCalendarEventDetails'), false)
  );
end;
$$;
comment on function crm.calendar_of(jsonb, public.bookings) is 'Which calendar entry a mail is about, and how often that has changed.';

-- What a mail needs to be written, from the event and from the booking as it now stands.
-- Rule: of a seated booking that is moved or cancelled, notes and answers may be somebody else's.
create function crm.email_details(
  p_event public.calcom_events, p_booking public.bookings, p_effect crm.effect, p_person public.people,
  p_sender public.senders
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_body jsonb := crm.body_of(p_event.payload);
  v_attendee jsonb := v_body #> '{attendees,0}';
  v_tells_notes boolean := p_event.trigger = 'BOOKING_CREATED' or not (p_booking.is_seated or crm.is_seated(v_body));
begin
  if crm.address_of(v_attendee -> 'email') is distinct from p_person.email and jsonb_typeof(v_body -> 'attendees') = 'array' then
    select coalesce(a.attendee, v_attendee) into v_attendee
    from jsonb_array_elements(v_body -> 'attendees') as a (attendee)
    where crm.address_of(a.attendee -> 'email') = p_person.email
    limit 1;
  end if;

  return jsonb_build_object(
    'uid', p_booking.calcom_uid,
    'title', p_booking.title,
    'start_time', p_booking.start_time,
    'end_time', p_booking.end_time,
    'old_start_time', p_effect.old_start_time,
    'old_end_time', p_effect.old_end_time,
    'time_zone', crm.text_of(v_attendee -> 'timeZone'),
    'locale', coalesce(crm.text_of(v_attendee #> '{language,locale}'), crm.text_of(v_attendee -> 'locale')),
    'attendee_name', p_person.name,
    'organizer_name', nullif(crm.text_of(v_body #> '{organizer,name}'), 'Nameless'),
    'organizer_email', case when v_body -> 'hideOrganizerEmail' is distinct from 'true' then p_booking.organizer_email end,
    'organizer_time_zone', crm.text_of(v_body #> '{organizer,timeZone}'),
    'guests', crm.guests_of(v_body, p_person.email),
    'location', crm.text_of(v_body -> 'location'),
    'join_url', coalesce(
      crm.text_of(v_body #> '{metadata,videoCallUrl}'),
      crm.text_of(v_body #> '{videoCallData,url}'),
      substring(crm.text_of(v_body -> 'location') from '^https?://.*$')
    ),
    'notes', case when v_tells_notes then crm.text_of(v_body -> 'additionalNotes') end,
    'reason', crm.reason_given(v_body)
  ) || jsonb_build_object(
    'booker_url', crm.text_of(v_body -> 'bookerUrl'),
    'is_seated', p_booking.is_seated,
    'is_reschedulable', v_body -> 'disableRescheduling' is distinct from 'true',
    'is_cancellable', v_body -> 'disableCancelling' is distinct from 'true',
    'is_asked_to_move', v_body -> 'requestReschedule' is not distinct from 'true',
    'reschedule_url', crm.text_of(v_body -> 'rescheduleLink'),
    'host_page', case
      when jsonb_typeof(v_body -> 'team') is distinct from 'object'
        then coalesce(crm.text_of(v_body #> '{organizer,usernameInOrg}'), crm.text_of(v_body #> '{organizer,username}'))
    end,
    'event_page', substring(crm.text_of(v_body -> 'type') from '^[a-z0-9][a-z0-9-]*$'),
    'calendar', crm.calendar_of(v_body, p_booking),
    'brand', crm.brand_of(p_sender)
  );
end;
$$;
comment on function crm.email_details(public.calcom_events, public.bookings, crm.effect, public.people, public.senders) is
  'What, when, where, with whom and in whose name: the facts that a mail puts into words.';

-- Rule: to the attendee, from the organizer's brand, replies to the organizer; one per booking, kind and uid (a seat
--       booked again counts anew). Never to the made-up address of a booking by phone, and never when the booking
--       has changed again since: a mail says only what is still true.
-- Race: two deliveries of one booking owe one mail; the unique key decides.
create function crm.queue_email(
  p_event public.calcom_events, p_effect crm.effect, p_person public.people, out email_id uuid, out reason text
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_booking public.bookings;
  v_sender public.senders;
begin
  select b.* into v_booking from public.bookings as b where b.id = p_effect.booking_id;
  if v_booking.changed_by is distinct from p_event.id then
    reason := 'No mail: the booking has changed since.';
    return;
  elsif p_person.email like '%@sms.cal.com' then
    reason := 'No mail: booked by phone number.';
    return;
  end if;

  v_sender := crm.sender_of(v_booking.organizer_email);
  insert into public.emails as e (
    event_id, booking_id, kind, calcom_uid, seat_id, from_address, from_name, reply_to, to_address, details
  )
  values (
    p_event.id, v_booking.id, p_effect.mail, v_booking.calcom_uid, v_booking.seat_id,
    v_sender.from_address, v_sender.from_name, v_booking.organizer_email, p_person.email,
    crm.email_details(p_event, v_booking, p_effect, p_person, v_sender)
  )
  on conflict on constraint emails_once_per_booking_kind_and_uid do nothing
  returning e.id into email_id;
  if email_id is null then
    reason := 'No mail: it has been written before.';
  end if;
end;
$$;
comment on function crm.queue_email(public.calcom_events, crm.effect, public.people) is
  'Puts the mail that an event owes into the outbox; says why when none is owed.';
