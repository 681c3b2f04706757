-- A fortnight of a sales team, for a laptop: booked, met, moved, cancelled, revived, personal, a second booking,
-- a seminar with two seats, a no-show. Made only by handing Cal.com's events to public.handle_calcom_event, in the
-- order Cal.com sent them. An event that the log holds already is not handed over again, so running this twice
-- changes nothing. The mails count as sent: the people are invented, and nobody is to be written to.

do $$
declare
  v_row record;
  v_event jsonb;
  v_answer jsonb;
begin
  for v_row in
    select *
    from (
      values
        -- Monday: a company books, and a colleague of the same company books too: one deal.
        ('2026-11-02T08:12:09.140Z', 'BOOKING_CREATED', 'demo-harbor-1', 'Ines Moreau', 'ines@harborlight.example', 'Europe/Paris', 'fr', 'benjamin.crane@revenueengineer.com', '2026-11-03T09:00:00Z', 30, '{"responses": {"company": {"label": "Company", "value": "Harborlight SAS"}}}'),
        ('2026-11-02T09:40:51.007Z', 'BOOKING_CREATED', 'demo-harbor-2', 'Luc Perrin', 'luc@harborlight.example', 'Europe/Paris', 'fr', 'benjamin.crane@revenueengineer.com', '2026-11-05T13:00:00Z', 45, '{}'),
        -- Somebody with a personal address: a person and a booking, no company, no deal.
        ('2026-11-02T15:05:33.612Z', 'BOOKING_CREATED', 'demo-personal', 'Sam Ortega', 'sam.ortega.demo+cal@gmail.com', 'America/Denver', 'en', 'kim@modernfull.com', '2026-11-04T17:00:00Z', 15, '{}'),
        ('2026-11-03T07:30:20.480Z', 'BOOKING_CREATED', 'demo-tallgrass', 'Priya Raman', 'priya@tallgrassfoods.example', 'America/Chicago', 'en', 'kim@modernfull.com', '2026-11-06T15:00:00Z', 30, '{"responses": {"company_name": {"label": "Your company", "value": "Tallgrass Foods"}}}'),
        ('2026-11-03T09:30:00.000Z', 'MEETING_ENDED', 'demo-harbor-1', 'Ines Moreau', 'ines@harborlight.example', 'Europe/Paris', 'fr', 'benjamin.crane@revenueengineer.com', '2026-11-03T09:00:00Z', 30, '{}'),
        ('2026-11-03T11:17:45.903Z', 'BOOKING_CREATED', 'demo-quill', 'Jonas Weber', 'jonas@quillpartners.example', 'Europe/Berlin', 'de', 'ada@outboundsolutions.com', '2026-11-05T08:00:00Z', 30, '{}'),
        ('2026-11-04T17:15:00.000Z', 'MEETING_ENDED', 'demo-personal', 'Sam Ortega', 'sam.ortega.demo+cal@gmail.com', 'America/Denver', 'en', 'kim@modernfull.com', '2026-11-04T17:00:00Z', 15, '{}'),
        -- Cancelled, and the deal with it; a week later the same company comes back and gets a new deal.
        ('2026-11-04T18:22:10.250Z', 'BOOKING_CANCELLED', 'demo-quill', 'Jonas Weber', 'jonas@quillpartners.example', 'Europe/Berlin', 'de', 'ada@outboundsolutions.com', '2026-11-05T08:00:00Z', 30, '{"cancellationReason": "Budget is frozen until next week", "requestReschedule": false}'),
        -- Moved by the attendee.
        ('2026-11-05T08:02:37.118Z', 'BOOKING_RESCHEDULED', 'demo-tallgrass-moved', 'Priya Raman', 'priya@tallgrassfoods.example', 'America/Chicago', 'en', 'kim@modernfull.com', '2026-11-10T15:00:00Z', 30, '{"rescheduleUid": "demo-tallgrass", "rescheduledBy": "priya@tallgrassfoods.example"}'),
        ('2026-11-05T13:45:00.000Z', 'MEETING_ENDED', 'demo-harbor-2', 'Luc Perrin', 'luc@harborlight.example', 'Europe/Paris', 'fr', 'benjamin.crane@revenueengineer.com', '2026-11-05T13:00:00Z', 45, '{}'),
        -- A seminar: one uid, two seats, two companies; one seat is given up.
        ('2026-11-06T10:00:02.000Z', 'BOOKING_CREATED', 'demo-seminar', 'Aiko Tanabe', 'aiko@northpine.example', 'Asia/Tokyo', 'ja', 'lee@substrate.build', '2026-11-12T08:00:00Z', 60, '{"seatsPerTimeSlot": 20, "attendeeSeatId": "demo-seat-1"}'),
        ('2026-11-06T10:26:48.731Z', 'BOOKING_CREATED', 'demo-seminar', 'Mateo Silva', 'mateo@riverstone.example', 'America/Sao_Paulo', 'pt', 'lee@substrate.build', '2026-11-12T08:00:00Z', 60, '{"seatsPerTimeSlot": 20, "attendeeSeatId": "demo-seat-2"}'),
        ('2026-11-09T07:55:12.044Z', 'BOOKING_CANCELLED', 'demo-seminar', 'Mateo Silva', 'mateo@riverstone.example', 'America/Sao_Paulo', 'pt', 'lee@substrate.build', '2026-11-12T08:00:00Z', 60, '{"seatsPerTimeSlot": 20, "cancellationReason": "Travelling that day"}'),
        -- The host asks for another time; the guest picks one, and the deal lives again.
        ('2026-11-09T09:10:30.300Z', 'BOOKING_CREATED', 'demo-maple', 'Nora Dahl', 'nora@maplecraft.example', 'Europe/Stockholm', 'sv', 'sofia@everythingautomation.com', '2026-11-11T12:00:00Z', 30, '{}'),
        ('2026-11-10T06:41:19.870Z', 'BOOKING_CANCELLED', 'demo-maple', 'Nora Dahl', 'nora@maplecraft.example', 'Europe/Stockholm', 'sv', 'sofia@everythingautomation.com', '2026-11-11T12:00:00Z', 30, '{"cancellationReason": "Please reschedule. I am ill this week", "requestReschedule": true, "rescheduleUid": "demo-maple"}'),
        ('2026-11-10T08:15:04.662Z', 'BOOKING_RESCHEDULED', 'demo-maple-moved', 'Nora Dahl', 'nora@maplecraft.example', 'Europe/Stockholm', 'sv', 'sofia@everythingautomation.com', '2026-11-17T12:00:00Z', 30, '{"rescheduleUid": "demo-maple"}'),
        ('2026-11-10T15:30:00.000Z', 'MEETING_ENDED', 'demo-tallgrass-moved', 'Priya Raman', 'priya@tallgrassfoods.example', 'America/Chicago', 'en', 'kim@modernfull.com', '2026-11-10T15:00:00Z', 30, '{}'),
        ('2026-11-11T10:33:27.519Z', 'BOOKING_CREATED', 'demo-quill-again', 'Jonas Weber', 'jonas@quillpartners.example', 'Europe/Berlin', 'de', 'ada@outboundsolutions.com', '2026-11-13T09:00:00Z', 30, '{}'),
        ('2026-11-12T09:00:00.000Z', 'MEETING_ENDED', 'demo-seminar', 'Aiko Tanabe', 'aiko@northpine.example', 'Asia/Tokyo', 'ja', 'lee@substrate.build', '2026-11-12T08:00:00Z', 60, '{}'),
        -- The timer says that the meeting ended; the host says that nobody came.
        ('2026-11-13T09:30:00.000Z', 'MEETING_ENDED', 'demo-quill-again', 'Jonas Weber', 'jonas@quillpartners.example', 'Europe/Berlin', 'de', 'ada@outboundsolutions.com', '2026-11-13T09:00:00Z', 30, '{}'),
        ('2026-11-13T09:41:55.206Z', 'BOOKING_NO_SHOW_UPDATED', 'demo-quill-again', 'Jonas Weber', 'jonas@quillpartners.example', 'Europe/Berlin', 'de', 'ada@outboundsolutions.com', '2026-11-13T09:00:00Z', 30, '{}'),
        ('2026-11-13T14:20:08.377Z', 'BOOKING_CREATED', 'demo-orchard', 'Tess Okafor', 'tess@orchardbank.example', 'Africa/Lagos', 'en', 'rui@revenueactivation.com', '2026-11-24T10:00:00Z', 30, '{"responses": {"organization": {"label": "Organisation", "value": "Orchard Bank"}}}')
    ) as d (created_at, trigger, uid, name, email, time_zone, locale, organizer, start_time, minutes, extras)
    order by d.created_at
  loop
    v_event := jsonb_build_object(
      'title', format('Intro call between %s and %s', initcap(split_part(split_part(v_row.organizer, '@', 1), '.', 1)), v_row.name),
      'startTime', v_row.start_time,
      'endTime', to_char((v_row.start_time::timestamptz + make_interval(mins => v_row.minutes)) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'organizer', jsonb_build_object(
        'name', initcap(replace(split_part(v_row.organizer, '@', 1), '.', ' ')), 'email', v_row.organizer, 'timeZone', 'Europe/London'
      ),
      'attendees', jsonb_build_array(jsonb_build_object(
        'name', v_row.name, 'email', v_row.email, 'timeZone', v_row.time_zone, 'language', jsonb_build_object('locale', v_row.locale)
      )),
      'location', 'integrations:daily',
      'iCalUID', v_row.uid || '@Cal.com',
      'metadata', jsonb_build_object('videoCallUrl', 'https://app.cal.com/video/' || v_row.uid),
      'uid', v_row.uid
    ) || v_row.extras::jsonb;

    v_event := case v_row.trigger
      when 'MEETING_ENDED' then v_event || '{"triggerEvent": "MEETING_ENDED", "status": "ACCEPTED"}'
      when 'BOOKING_NO_SHOW_UPDATED' then jsonb_build_object(
        'triggerEvent', v_row.trigger, 'createdAt', v_row.created_at,
        'payload', jsonb_build_object(
          'bookingUid', v_row.uid, 'attendees', jsonb_build_array(jsonb_build_object('email', v_row.email, 'noShow', true))
        )
      )
      else jsonb_build_object('triggerEvent', v_row.trigger, 'createdAt', v_row.created_at, 'payload', v_event)
    end;

    continue when exists (select from public.calcom_events as e where e.payload = v_event);
    v_answer := public.handle_calcom_event(v_event);
    perform public.record_email_sent((v_answer ->> 'email_id')::uuid, 'demo');
  end loop;
end;
$$;
