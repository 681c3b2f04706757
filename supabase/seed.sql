-- Three months of a sales team, for a laptop: some forty companies, with what happens to meetings: booked, requested,
-- met, moved, cancelled, reopened, not attended, tried again, handed over, a weekly series, seats, personal addresses,
-- names that are an attack, today and to come, work by hand. Made only by handing Cal.com's events to
-- public.handle_calcom_event, in the order Cal.com sent them, as far as their moment is past; the log and the mails
-- then get the times at which all that would have been. Nothing is random: the dates count from the week of today.
-- A database that has the demo gets nothing again, so running this twice changes nothing.
-- The mails count as sent: the people are invented, and nobody is to be written to.

do $$
declare
  v_today timestamptz := date_trunc('day', now() at time zone 'UTC') at time zone 'UTC';
  v_week timestamptz := date_trunc('week', now() at time zone 'UTC') at time zone 'UTC';
  v_shift interval := date_trunc('week', now() at time zone 'UTC') - interval '14 days' - timestamp '2026-11-02';
  v_hosts text[] := array[
    'benjamin.crane@revenueengineer.com', 'kim@modernfull.com', 'ada@outboundsolutions.com',
    'sofia@everythingautomation.com', 'rui@revenueactivation.com', 'lee@substrate.build', 'noor@outboundsolutions.com',
    'pierre@modernfull.com'
  ];
  v_kinds text[] := array['Intro call', 'Product demo', 'Pricing call', 'Discovery call'];
  v_row record;
  v_event jsonb;
  v_answer jsonb;
  v_email_id uuid;
  v_company_id uuid;
begin
  if exists (select from public.calcom_events as e where e.uid = 'demo-harbor-1') then
    return;
  end if;

  for v_row in
    -- The last fortnight in detail.
    with people (who, name, email, time_zone, locale) as (
      values
        ('ines', 'Ines Moreau', 'ines@harborlight.example', 'Europe/Paris', 'fr'),
        ('luc', 'Luc Perrin', 'luc@harborlight.example', 'Europe/Paris', 'fr'),
        ('sam', 'Sam Ortega', 'sam.ortega.demo+cal@gmail.com', 'America/Denver', 'en'),
        ('priya', 'Priya Raman', 'priya@tallgrassfoods.example', 'America/Chicago', 'en'),
        ('jonas', 'Jonas Weber', 'jonas@quillpartners.example', 'Europe/Berlin', 'de'),
        ('aiko', 'Aiko Tanabe', 'aiko@northpine.example', 'Asia/Tokyo', 'ja'),
        ('mateo', 'Mateo Silva', 'mateo@riverstone.example', 'America/Sao_Paulo', 'pt'),
        ('nora', 'Nora Dahl', 'nora@maplecraft.example', 'Europe/Stockholm', 'sv'),
        ('tess', 'Tess Okafor', 'tess@orchardbank.example', 'Africa/Lagos', 'en')
    ), meetings (uid, organizer, start_time, minutes) as (
      values
        ('demo-harbor-1', 'benjamin.crane@revenueengineer.com', '2026-11-03T09:00Z', 30),
        ('demo-harbor-2', 'benjamin.crane@revenueengineer.com', '2026-11-05T13:00Z', 45),
        ('demo-personal', 'kim@modernfull.com', '2026-11-04T17:00Z', 15),
        ('demo-tallgrass', 'kim@modernfull.com', '2026-11-06T15:00Z', 30),
        ('demo-tallgrass-moved', 'kim@modernfull.com', '2026-11-10T15:00Z', 30),
        ('demo-quill', 'ada@outboundsolutions.com', '2026-11-05T08:00Z', 30),
        ('demo-quill-again', 'ada@outboundsolutions.com', '2026-11-13T09:00Z', 30),
        ('demo-seminar', 'lee@substrate.build', '2026-11-12T08:00Z', 60),
        ('demo-maple', 'sofia@everythingautomation.com', '2026-11-11T12:00Z', 30),
        ('demo-maple-moved', 'sofia@everythingautomation.com', '2026-11-20T12:00Z', 30),
        ('demo-orchard', 'rui@revenueactivation.com', '2026-11-24T10:00Z', 30)
    ), fortnight (created_at, trigger, uid, who, extras) as (
      values
        -- A company books, and a colleague of the same company books too: one deal.
        ('2026-11-02T08:12:09.140Z', 'BOOKING_CREATED', 'demo-harbor-1', 'ines',
          '{"responses": {"company": {"label": "Company", "value": "Harborlight SAS"}}}'),
        ('2026-11-02T09:40:51.007Z', 'BOOKING_CREATED', 'demo-harbor-2', 'luc', '{}'),
        -- Somebody with a personal address: a person and a booking, no company, no deal.
        ('2026-11-02T15:05:33.612Z', 'BOOKING_CREATED', 'demo-personal', 'sam', '{}'),
        ('2026-11-03T07:30:20.480Z', 'BOOKING_CREATED', 'demo-tallgrass', 'priya',
          '{"responses": {"company_name": {"label": "Your company", "value": "Tallgrass Foods"}}}'),
        ('2026-11-03T09:30:00.000Z', 'MEETING_ENDED', 'demo-harbor-1', 'ines', '{}'),
        ('2026-11-03T11:17:45.903Z', 'BOOKING_CREATED', 'demo-quill', 'jonas', '{}'),
        ('2026-11-04T17:15:00.000Z', 'MEETING_ENDED', 'demo-personal', 'sam', '{}'),
        -- Cancelled, and the deal with it; a week later the same company comes back and gets a new deal.
        ('2026-11-04T18:22:10.250Z', 'BOOKING_CANCELLED', 'demo-quill', 'jonas',
          '{"cancellationReason": "Budget is frozen until next week", "requestReschedule": false}'),
        -- Moved by the attendee.
        ('2026-11-05T08:02:37.118Z', 'BOOKING_RESCHEDULED', 'demo-tallgrass-moved', 'priya',
          '{"rescheduleUid": "demo-tallgrass", "rescheduledBy": "priya@tallgrassfoods.example"}'),
        ('2026-11-05T13:45:00.000Z', 'MEETING_ENDED', 'demo-harbor-2', 'luc', '{}'),
        -- A seminar: one uid, two seats, two companies; one seat is given up.
        ('2026-11-06T10:00:02.000Z', 'BOOKING_CREATED', 'demo-seminar', 'aiko',
          '{"seatsPerTimeSlot": 20, "attendeeSeatId": "demo-seat-1"}'),
        ('2026-11-06T10:26:48.731Z', 'BOOKING_CREATED', 'demo-seminar', 'mateo',
          '{"seatsPerTimeSlot": 20, "attendeeSeatId": "demo-seat-2"}'),
        ('2026-11-09T07:55:12.044Z', 'BOOKING_CANCELLED', 'demo-seminar', 'mateo',
          '{"seatsPerTimeSlot": 20, "cancellationReason": "Travelling that day"}'),
        -- The organizer asks for another time; the guest picks one, and the deal lives again.
        ('2026-11-09T09:10:30.300Z', 'BOOKING_CREATED', 'demo-maple', 'nora', '{}'),
        ('2026-11-10T06:41:19.870Z', 'BOOKING_CANCELLED', 'demo-maple', 'nora',
          '{"cancellationReason": "Please reschedule. I am ill this week", "requestReschedule": true}'),
        ('2026-11-10T08:15:04.662Z', 'BOOKING_RESCHEDULED', 'demo-maple-moved', 'nora',
          '{"rescheduleUid": "demo-maple"}'),
        ('2026-11-10T15:30:00.000Z', 'MEETING_ENDED', 'demo-tallgrass-moved', 'priya', '{}'),
        ('2026-11-11T10:33:27.519Z', 'BOOKING_CREATED', 'demo-quill-again', 'jonas', '{}'),
        ('2026-11-12T09:00:00.000Z', 'MEETING_ENDED', 'demo-seminar', 'aiko', '{}'),
        -- The timer says that the meeting ended; the organizer says that nobody came.
        ('2026-11-13T09:30:00.000Z', 'MEETING_ENDED', 'demo-quill-again', 'jonas', '{}'),
        ('2026-11-13T09:41:55.206Z', 'BOOKING_NO_SHOW_UPDATED', 'demo-quill-again', 'jonas', '{}'),
        -- To come next week.
        ('2026-11-13T14:20:08.377Z', 'BOOKING_CREATED', 'demo-orchard', 'tess',
          '{"responses": {"organization": {"label": "Organisation", "value": "Orchard Bank"}}}')
    ),
    -- Three months by what happens to a company, counted in working days from its first booking.
    steps (story, step, trigger, who, meeting, day, meeting_day, extras) as (
      values
        ('met', 1, 'BOOKING_CREATED', 1, 1, 0, 4, '{}'),
        ('met', 2, 'MEETING_ENDED', 1, 1, 4, 4, '{}'),
        -- A colleague books the follow-up.
        ('follow-up', 1, 'BOOKING_CREATED', 1, 1, 0, 3, '{}'),
        ('follow-up', 2, 'MEETING_ENDED', 1, 1, 3, 3, '{}'),
        ('follow-up', 3, 'BOOKING_CREATED', 2, 2, 5, 9, '{}'),
        ('follow-up', 4, 'MEETING_ENDED', 2, 2, 9, 9, '{}'),
        ('moved', 1, 'BOOKING_CREATED', 1, 1, 0, 3, '{}'),
        ('moved', 2, 'BOOKING_RESCHEDULED', 1, 2, 2, 7, '{}'),
        ('moved', 3, 'MEETING_ENDED', 1, 2, 7, 7, '{}'),
        ('moved twice', 1, 'BOOKING_CREATED', 1, 1, 0, 3, '{}'),
        ('moved twice', 2, 'BOOKING_RESCHEDULED', 1, 2, 1, 6, '{}'),
        ('moved twice', 3, 'BOOKING_RESCHEDULED', 1, 3, 4, 12, '{}'),
        ('moved twice', 4, 'MEETING_ENDED', 1, 3, 12, 12, '{}'),
        ('cancelled', 1, 'BOOKING_CREATED', 1, 1, 0, 8, '{}'),
        ('cancelled', 2, 'BOOKING_CANCELLED', 1, 1, 4, 8,
          '{"cancellationReason": "We went with somebody else", "requestReschedule": false}'),
        -- A colleague comes back, and the company gets a new deal.
        ('came back', 1, 'BOOKING_CREATED', 1, 1, 0, 4, '{}'),
        ('came back', 2, 'BOOKING_CANCELLED', 1, 1, 2, 4,
          '{"cancellationReason": "No budget this month", "requestReschedule": false}'),
        ('came back', 3, 'BOOKING_CREATED', 2, 2, 8, 15, '{}'),
        ('came back', 4, 'MEETING_ENDED', 2, 2, 15, 15, '{}'),
        -- The timer says that the meeting ended; the organizer says that nobody came.
        ('no-show', 1, 'BOOKING_CREATED', 1, 1, 0, 3, '{}'),
        ('no-show', 2, 'MEETING_ENDED', 1, 1, 3, 3, '{}'),
        ('no-show', 3, 'BOOKING_NO_SHOW_UPDATED', 1, 1, 3, 3, '{}'),
        ('second try', 1, 'BOOKING_CREATED', 1, 1, 0, 2, '{}'),
        ('second try', 2, 'MEETING_ENDED', 1, 1, 2, 2, '{}'),
        ('second try', 3, 'BOOKING_NO_SHOW_UPDATED', 1, 1, 2, 2, '{}'),
        ('second try', 4, 'BOOKING_CREATED', 1, 2, 4, 8, '{}'),
        ('second try', 5, 'MEETING_ENDED', 1, 2, 8, 8, '{}'),
        -- The organizer has to confirm it, and a colleague takes it over.
        ('request', 1, 'BOOKING_REQUESTED', 1, 1, 0, 9, '{"status": "PENDING", "requiresConfirmation": true}'),
        ('request', 2, 'BOOKING_CREATED', 1, 1, 1, 9, '{"requiresConfirmation": true}'),
        ('request', 3, 'BOOKING_REASSIGNED', 1, 1, 3, 9, '{}'),
        ('request', 4, 'MEETING_ENDED', 1, 1, 9, 9, '{}'),
        -- Four weeks, booked in one go.
        ('series', 1, 'BOOKING_CREATED', 1, 1, 0, 3, '{"recurringEvent": {"freq": 2, "count": 4, "interval": 1}}'),
        ('series', 2, 'BOOKING_CREATED', 1, 2, 0, 8, '{"recurringEvent": {"freq": 2, "count": 4, "interval": 1}}'),
        ('series', 3, 'BOOKING_CREATED', 1, 3, 0, 13, '{"recurringEvent": {"freq": 2, "count": 4, "interval": 1}}'),
        ('series', 4, 'BOOKING_CREATED', 1, 4, 0, 18, '{"recurringEvent": {"freq": 2, "count": 4, "interval": 1}}'),
        ('series', 5, 'MEETING_ENDED', 1, 1, 3, 3, '{}'),
        ('series', 6, 'MEETING_ENDED', 1, 2, 8, 8, '{}'),
        ('series', 7, 'MEETING_ENDED', 1, 3, 13, 13, '{}'),
        ('series', 8, 'MEETING_ENDED', 1, 4, 18, 18, '{}')
    ),
    -- Where it begins, in working days from the Monday of this week; null: so that it meets today.
    companies (place, domain, stated_name, story, first_day, time_zone, locale, people) as (
      values
        (1, 'harveststone.example', null, 'met', -60, 'America/Denver', 'en',
          array['Dana Whitfield|dana', 'Cole Reeves|cole']),
        (2, 'brightquay.example', 'Brightquay Ltd', 'follow-up', -59, 'Europe/London', 'en',
          array['Olive Marsh|olive', 'Theo Banks|theo']),
        (3, 'lindholmstal.example', 'Lindholm Stål AB', 'moved', -57, 'Europe/Stockholm', 'sv',
          array['Åsa Lindholm|asa', 'Björn Ek|bjorn', 'Maja Öberg|maja']),
        (4, 'gmail.com', null, 'met', -56, 'America/New_York', 'en', array['Ruth Adeyemi|ruth.adeyemi.demo']),
        (5, 'verdantmills.example', 'Verdant Mills', 'cancelled', -55, 'America/Chicago', 'en', array['Gus Patel|gus']),
        (6, 'kestrelworks.example', null, 'no-show', -53, 'Europe/Dublin', 'en', array['Niamh Daly|niamh']),
        (7, 'ferrolane.example', null, 'follow-up', -52, 'Europe/Madrid', 'es',
          array['Lucía Ferrer|lucia', 'Marc Soler|marc']),
        (8, 'cedarpoint.example', 'Cedarpoint', 'came back', -50, 'America/Toronto', 'en',
          array['Wes Tremblay|wes', 'Anouk Roy|anouk']),
        (9, 'tanakaseiki.example', '田中精機株式会社', 'met', -48, 'Asia/Tokyo', 'ja', array['田中 愛子|aiko.tanaka']),
        (10, 'openridge.example', 'Openridge', 'series', -47, 'America/Los_Angeles', 'en', array['Jules Kim|jules']),
        (11, 'zolcfabryka.example', 'Fabryka Żółć', 'moved twice', -45, 'Europe/Warsaw', 'pl',
          array['Łukasz Żółć|lukasz', 'Ewa Mróz|ewa']),
        (12, 'outlook.com', null, 'no-show', -44, 'Africa/Nairobi', 'en', array['Amani Otieno|amani.otieno.demo']),
        (13, 'silverfen.example', null, 'second try', -42, 'Europe/Amsterdam', 'nl', array['Sanne de Wit|sanne']),
        (14, 'palomamedia.example', 'Paloma Media', 'met', -40, 'America/Bogota', 'es',
          array['Iván Rojas|ivan', 'Carla Peña|carla']),
        (15, 'ironbarkgroup.example', 'Ironbark Group', 'request', -39, 'Australia/Sydney', 'en',
          array['Mia Nguyen|mia', 'Jack Doyle|jack']),
        -- What somebody may type into a form. None of it may be more than text, wherever it is shown.
        (16, 'bluefinch.example', '<script>alert("Bluefinch")</script>', 'met', -37, 'Europe/London', 'en',
          array['<img src=x onerror=alert(1)>|pat', 'Robert"); drop table deals; --|robert']),
        (17, 'quietharbour.example', '=HYPERLINK("https://evil.example","Open")', 'cancelled', -36,
          'Europe/Paris', 'fr', array['+33 6 12 34 56 78|contact']),
        (18, 'longfield.example',
          'Longfield and Partners International Consulting, Procurement, Logistics and Warehousing of Northern Europe',
          'came back', -34, 'Europe/Helsinki', 'en',
          array['Wolfeschlegelsteinhausenbergerdorff Aleksandrovitch-Montgomery the Third|wolf', 'Al|al']),
        (19, 'nilebridge.example', 'جسر النيل', 'follow-up', -32, 'Africa/Cairo', 'ar',
          array['محمد فاروق|m.farouk', 'ليلى حسن|layla']),
        (20, 'alpenglow.example', 'Alpenglow GmbH', 'met', -30, 'Europe/Zurich', 'de',
          array['Reto Baumann|reto', 'Lea Frei|lea', 'Urs Keller|urs']),
        (21, 'icloud.com', null, 'moved', -29, 'Europe/Rome', 'it', array['Chiara Bruni|chiara.bruni.demo']),
        (22, 'copperleaf.example', null, 'no-show', -27, 'America/Phoenix', 'en', array['Hank Ortiz|hank']),
        (23, 'stellarfoundry.example', 'Stellar Foundry', 'series', -24, 'Europe/Berlin', 'de',
          array['Jana Vogt|jana', 'Till Brandt|till']),
        (24, 'mistralcloud.example', 'Mistral Cloud', 'cancelled', -22, 'Europe/Paris', 'fr', array['Zoé Garnier|zoe']),
        (25, 'bayoubrands.example', 'Bayou Brands', 'moved', -20, 'America/Chicago', 'en',
          array['Remy Fontenot|remy', 'Etta James|etta']),
        (26, 'saltmarsh.example', null, 'second try', -18, 'Europe/Lisbon', 'pt', array['Rui Salgado|rui']),
        (27, 'hanseatic.example', 'Hanseatic Freight', 'follow-up', -16, 'Europe/Berlin', 'de',
          array['Antje Peters|antje', 'Ole Hansen|ole']),
        (28, 'juniperlabs.example', 'Juniper Labs', 'came back', -14, 'America/New_York', 'en',
          array['Priya Nair|priya', 'Max Stone|max']),
        (29, 'fjordenergi.example', 'Fjord Energi', 'met', -13, 'Europe/Oslo', 'en', array['Søren Ågaard|soren']),
        (30, 'terranova.example', 'Terra Nova', 'no-show', -11, 'America/Sao_Paulo', 'pt', array['Bia Costa|bia']),
        (31, 'moorlandtextiles.example', null, 'moved twice', -9, 'Europe/London', 'en', array['Edith Shaw|edith']),
        (32, 'sunbirdair.example', 'Sunbird Air', 'request', -7, 'Asia/Singapore', 'en',
          array['Wei Ling Tan|weiling', 'Arun Menon|arun']),
        (33, 'granitebay.example', 'Granite Bay', 'cancelled', -6, 'America/Los_Angeles', 'en', array['Tom Hale|tom']),
        (34, 'cloverfield.example', null, 'follow-up', -5, 'Europe/Dublin', 'en',
          array['Cian Walsh|cian', 'Orla Burke|orla']),
        (35, 'polarstern.example', 'Polarstern', 'moved', -3, 'Europe/Vienna', 'de', array['Heidi Moser|heidi']),
        (36, 'redwoodlegal.example', 'Redwood Legal', 'met', -3, 'America/Los_Angeles', 'en', array['Ana Flores|ana']),
        (37, 'kiteandanchor.example', 'Kite & Anchor', 'series', -2, 'Pacific/Auckland', 'en',
          array['Aroha Tane|aroha']),
        (38, 'novaclinic.example', 'Nova Clinic', 'met', -1, 'Europe/Istanbul', 'en', array['Deniz Kaya|deniz']),
        (39, 'larkspur.example', 'Larkspur', 'met', null, 'Europe/London', 'en', array['Holly Vance|holly']),
        (40, 'basaltdata.example', 'Basalt Data', 'met', null, 'Atlantic/Reykjavik', 'en', array['Jón Sigurðsson|jon']),
        (41, 'ambercoast.example', null, 'met', null, 'Europe/Vilnius', 'en', array['Rasa Petrauskas|rasa']),
        (42, 'truenorth.example', 'True North', 'met', null, 'America/New_York', 'en', array['Sam Birch|sam'])
    ), dated as (
      select
        c.*, s.step, s.trigger, s.meeting, s.extras::jsonb as extras, s.day,
        split_part(c.people[s.who], '|', 1) as name,
        split_part(c.people[s.who], '|', 2) || '@' || c.domain as email,
        v_hosts[1 + (c.place + (s.story = 'request' and s.step > 2)::integer) % cardinality(v_hosts)] as organizer,
        t.created_on,
        t.held_on + make_interval(mins => (8 + (c.place * 7 + s.meeting * 3) % 9) * 60 + c.place % 2 * 30) as start_time
      from companies as c
      join steps as s using (story)
      cross join lateral (
        select
          case
            when c.first_day is null then v_today + make_interval(days => s.day - 4)
            else v_week + make_interval(
              days => (floor((c.first_day + s.day) / 5.0) * 7)::integer + (c.first_day + s.day + 100) % 5
            )
          end as created_on,
          case
            when c.first_day is null then v_today + make_interval(days => s.meeting_day - 4)
            else v_week + make_interval(
              days => (floor((c.first_day + s.meeting_day) / 5.0) * 7)::integer
                + (c.first_day + s.meeting_day + 100) % 5
            )
          end as held_on
      ) as t
    ), all_events as (
      select
        f.trigger, f.uid, f.extras::jsonb as extras, p.name, p.email, p.time_zone, p.locale, m.organizer,
        f.created_at::timestamptz + v_shift as created_at,
        m.start_time::timestamptz + v_shift as start_time,
        m.minutes, 'Intro call' as kind
      from fortnight as f
      join people as p using (who)
      join meetings as m using (uid)
      union all
      select
        d.trigger, format('demo-%s-%s', d.place, d.meeting),
        d.extras
          || case d.trigger
            when 'BOOKING_RESCHEDULED' then jsonb_build_object(
              'rescheduleUid', format('demo-%s-%s', d.place, d.meeting - 1), 'rescheduledBy', d.email
            )
            else '{}'
          end
          || case
            when d.stated_name is null then '{}'
            else jsonb_build_object('responses', jsonb_build_object(
              'company', jsonb_build_object('label', 'Company', 'value', d.stated_name)
            ))
          end,
        d.name, d.email, d.time_zone, d.locale, d.organizer,
        case d.trigger
          when 'MEETING_ENDED' then d.start_time + make_interval(mins => 30)
          when 'BOOKING_NO_SHOW_UPDATED' then d.start_time + make_interval(mins => 42, secs => d.place)
          else d.created_on + make_interval(
            mins => (7 + d.place * 5 % 9) * 60 + d.place * 13 % 60 + d.day * 37 % 120, secs => d.step * 1.313
          )
        end,
        d.start_time, 30, v_kinds[1 + d.place % cardinality(v_kinds)]
      from dated as d
      -- A webinar next week, with a seat for each, and one given back.
      union all
      select
        w.trigger, 'demo-webinar',
        jsonb_build_object('seatsPerTimeSlot', 50, 'attendeeSeatId', 'demo-webinar-seat-' || c.place),
        split_part(c.people[cardinality(c.people)], '|', 1),
        split_part(c.people[cardinality(c.people)], '|', 2) || '@' || c.domain, c.time_zone, c.locale, v_hosts[6],
        v_week - make_interval(days => w.days_before, mins => c.place * 11),
        v_week + interval '9 days 15 hours', 60, 'Webinar'
      from companies as c
      join (
        values ('BOOKING_CREATED', 4, null), ('BOOKING_CANCELLED', 2, 14)
      ) as w (trigger, days_before, place) on coalesce(w.place, c.place) = c.place
      where c.place in (3, 9, 14, 16, 20, 27)
    )
    select * from all_events as a where a.created_at <= now() order by a.created_at, a.uid
  loop
    v_event := jsonb_build_object(
      'title', format('%s between %s and %s', v_row.kind, initcap(substring(v_row.organizer from '^\w+')), v_row.name),
      'type', lower(replace(v_row.kind, ' ', '-')),
      'startTime', to_char(v_row.start_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'endTime', to_char(
        (v_row.start_time + make_interval(mins => v_row.minutes)) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
      ),
      'organizer', jsonb_build_object(
        'name', initcap(replace(split_part(v_row.organizer, '@', 1), '.', ' ')), 'email', v_row.organizer,
        'timeZone', 'Europe/London'
      ),
      'attendees', jsonb_build_array(jsonb_build_object(
        'name', v_row.name, 'email', v_row.email, 'timeZone', v_row.time_zone,
        'language', jsonb_build_object('locale', v_row.locale)
      )),
      'location', 'integrations:daily',
      'iCalUID', v_row.uid || '@Cal.com',
      'metadata', jsonb_build_object('videoCallUrl', 'https://app.cal.com/video/' || v_row.uid),
      'uid', v_row.uid
    ) || v_row.extras;

    v_event := case v_row.trigger
      when 'MEETING_ENDED' then v_event || '{"triggerEvent": "MEETING_ENDED", "status": "ACCEPTED"}'
      when 'BOOKING_NO_SHOW_UPDATED' then jsonb_build_object(
        'bookingUid', v_row.uid,
        'attendees', jsonb_build_array(jsonb_build_object('email', v_row.email, 'noShow', true))
      )
      else v_event
    end;
    if v_row.trigger <> 'MEETING_ENDED' then
      v_event := jsonb_build_object(
        'triggerEvent', v_row.trigger,
        'createdAt', to_char(v_row.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'payload', v_event
      );
    end if;

    v_answer := public.handle_calcom_event(v_event);
    update public.calcom_events as e
    set received_at = v_row.created_at, decided_at = v_row.created_at
    where e.id = (v_answer ->> 'event_id')::uuid;

    for v_email_id in select m.id from public.emails as m where m.event_id = (v_answer ->> 'event_id')::uuid loop
      perform public.finish_email_attempt(v_email_id, 0, 'sent', 'demo-' || v_email_id);
      update public.emails as m
      set created_at = v_row.created_at, sent_at = v_row.created_at + interval '2 seconds'
      where m.id = v_email_id;
    end loop;
  end loop;

  -- What Resend reports: most arrive, one does not.
  for v_row in
    select
      m.resend_id, m.sent_at + interval '4 seconds' as at,
      case m.to_address
        when 'ole@hanseatic.example'
          then '{"type": "email.bounced", "data": {"bounce": {"type": "Permanent", "message": "No such mailbox"}}}'
        else '{"type": "email.delivered", "data": {}}'
      end::jsonb as report
    from public.emails as m
    where m.sent_at < now() - interval '1 minute'
    order by m.sent_at, m.id
  loop
    perform public.handle_resend_event(
      'report-' || v_row.resend_id,
      v_row.report || jsonb_build_object(
        'created_at', v_row.at, 'data', v_row.report -> 'data' || jsonb_build_object('email_id', v_row.resend_id)
      )
    );
    update public.email_deliveries as v set received_at = v_row.at where v.id = 'report-' || v_row.resend_id;
  end loop;

  -- What is in every log: a ping, and a cancellation whose booking is not known.
  perform public.handle_calcom_event(jsonb_build_object(
    'triggerEvent', 'PING', 'createdAt', now(), 'payload', '{}'::jsonb
  ));
  perform public.handle_calcom_event(jsonb_build_object(
    'triggerEvent', 'BOOKING_CANCELLED', 'createdAt', now(),
    'payload', jsonb_build_object(
      'uid', 'demo-unknown', 'attendees', jsonb_build_array(jsonb_build_object('email', 'lena@cloverfield.example'))
    )
  ));

  -- Work by hand, of this moment: a name, a person with a personal address who works at a company, somebody who did not
  -- come, a deal that is closed, and one that began with a call.
  perform set_config('request.headers', '{"x-editor": "kim@modernfull.com"}', true);
  update public.companies set name = 'Ferrolane Works' where domain = 'ferrolane.example';
  update public.people
  set company_id = (select c.id from public.companies as c where c.domain = 'cedarpoint.example')
  where email = 'ruth.adeyemi.demo@gmail.com';
  update public.people set name = 'Dana Whitfield-Moss' where email = 'dana@harveststone.example';
  perform set_config('request.headers', '{"x-editor": "sofia@everythingautomation.com"}', true);
  update public.bookings set is_no_show = true where calcom_uid = 'demo-29-1' and attended;
  update public.deals set status = 'cancelled'
  where status = 'active'
    and company_id = (select c.id from public.companies as c where c.domain = 'kestrelworks.example');
  insert into public.companies (domain, name) values ('wildthyme.example', 'Wild Thyme') returning id into v_company_id;
  insert into public.deals (company_id) values (v_company_id);
  perform set_config('request.headers', '', true);
end;
$$;
