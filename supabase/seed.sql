-- A fortnight of a sales team, for a laptop: booked, met, moved, cancelled, reopened, personal, a second booking, a
-- seminar with two seats, a no-show, a meeting to come. Made only by handing Cal.com's events to
-- public.handle_calcom_event, in the order Cal.com sent them. The dates below are moved so that the fortnight ends with
-- last week. An event that the log holds already is not handed over again, so running this twice changes nothing.
-- The mails count as sent: the people are invented, and nobody is to be written to.

do $$
declare
  v_shift interval := date_trunc('week', now() at time zone 'UTC') - interval '14 days' - timestamp '2026-11-02';
  v_row record;
  v_event jsonb;
  v_answer jsonb;
begin
  for v_row in
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
    ), events (created_at, trigger, uid, who, extras) as (
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
    )
    select
      e.trigger, e.uid, e.extras::jsonb as extras, p.name, p.email, p.time_zone, p.locale, m.organizer,
      e.created_at::timestamptz + v_shift as created_at,
      m.start_time::timestamptz + v_shift as start_time,
      m.start_time::timestamptz + v_shift + make_interval(mins => m.minutes) as end_time
    from events as e
    join people as p using (who)
    join meetings as m using (uid)
    order by e.created_at
  loop
    continue when exists (
      select from public.calcom_events as e
      where e.trigger = v_row.trigger and v_row.uid in (e.uid, e.new_uid)
        and e.payload::text like '%' || v_row.email || '%'
    );

    v_event := jsonb_build_object(
      'title', format('Intro call between %s and %s', initcap(substring(v_row.organizer from '^\w+')), v_row.name),
      'startTime', to_char(v_row.start_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'endTime', to_char(v_row.end_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
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
    perform public.finish_email_attempt((v_answer ->> 'email_id')::uuid, 0, 'sent', 'demo');
  end loop;
end;
$$;
