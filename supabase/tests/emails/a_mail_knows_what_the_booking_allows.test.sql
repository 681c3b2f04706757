-- Rule: links that the booking switches off are not offered, and what Cal.com is asked to hide stays hidden.
begin;
select plan(2);

-- When
select tests.send('BOOKING_CREATED', '{
  "disableRescheduling": true, "disableCancelling": true, "hideOrganizerEmail": true, "hideCalendarNotes": true
}');
select tests.send('BOOKING_CANCELLED', '{
  "requestReschedule": true, "rescheduleLink": "https://cal.com/greta/discovery-call?rescheduleUid=uid-a",
  "type": "Discovery call"
}');

-- Then
select is(
  (
    select jsonb_build_object(
      'is_reschedulable', crm.email_facts(e) -> 'is_reschedulable',
      'is_cancellable', crm.email_facts(e) -> 'is_cancellable',
      'organizer_email', crm.email_facts(e) -> 'organizer_email',
      'hides_notes', crm.email_facts(e) #> '{calendar,hides_notes}'
    )
    from public.emails as e where e.to_address = 'ada@lovelace.test' and e.kind = 'confirmation'
  ),
  '{"is_reschedulable": false, "is_cancellable": false, "organizer_email": null, "hides_notes": true}'::jsonb,
  'a confirmation knows what is switched off'
);
select is(
  (
    select jsonb_build_object(
      'is_asked_to_move', crm.email_facts(e) -> 'is_asked_to_move',
      'reschedule_url', crm.email_facts(e) -> 'reschedule_url',
      'event_page', crm.email_facts(e) -> 'event_page'
    )
    from public.emails as e where e.to_address = 'ada@lovelace.test' and e.kind = 'cancellation'
  ),
  '{
    "is_asked_to_move": true, "reschedule_url": "https://cal.com/greta/discovery-call?rescheduleUid=uid-a",
    "event_page": "discovery-call"
  }'::jsonb,
  'a cancellation knows where to pick another time; what it gives for the page is a title, so the old page stays'
);

select * from finish();
rollback;
