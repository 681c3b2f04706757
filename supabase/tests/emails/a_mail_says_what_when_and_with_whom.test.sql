-- Rule: the details hold what the words are made of, and nothing that Cal.com keeps secret.
begin;
select plan(2);

-- When
select tests.send('BOOKING_CREATED', '{
  "attendees": [{
    "email": "Ada@Lovelace.test", "name": "Ada Byron", "timeZone": "America/Chicago", "language": {"locale": "es"}
  }],
  "videoCallData": {"type": "daily_video", "password": "redacted-token", "url": "https://daily.test/room"}
}');

-- Then
select is(
  (
    select crm.email_facts(e) - array['start_time', 'end_time'] from public.emails as e
    where e.to_address = 'ada@lovelace.test'
  ),
  '{
    "uid": "uid-a", "title": "Discovery call between Greta Host and Ada Byron", "time_zone": "America/Chicago",
    "locale": "es",
    "attendee_name": "Ada Byron", "organizer_name": "Greta Host", "organizer_email": "greta@host.test",
    "hides_organizer": false, "recurring": null, "team_name": null,
    "organizer_time_zone": "Europe/Stockholm", "location": "integrations:daily",
    "join_url": "https://app.cal.com/video/uid-a", "notes": "About the first quarter", "reason": null,
    "old_start_time": null, "old_end_time": null, "booker_url": "https://cal.com", "guests": [], "is_seated": false,
    "is_visitors_place": false, "is_reschedulable": true, "is_cancellable": true, "is_asked_to_move": false,
    "reschedule_url": null,
    "host_page": "greta", "event_page": "discovery-call",
    "calendar": {"uid": "uid-a@Cal.com", "sequence": 0, "hides_notes": false},
    "brand": {"logo_url": null, "color": null, "footer": null, "attaches_calendar": true}
  }'::jsonb,
  'the facts are there'
);
select results_eq(
  $$ select (crm.email_facts(e) ->> 'start_time')::timestamptz, (crm.email_facts(e) ->> 'end_time')::timestamptz
     from public.emails as e where e.to_address = 'ada@lovelace.test' $$,
  $$ values ('2037-03-09 15:00+00'::timestamptz, '2037-03-09 15:30+00'::timestamptz) $$,
  'so are the times'
);

select * from finish();
rollback;
