-- Rule: what the body of an event leaves out is what the events before it said, not those after it; a title is the
--       attendee's own, however often somebody else moves the booking.
begin;
select plan(2);

-- Given a booking that somebody else moves twice, each time naming less, and that is cancelled at once
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_RESCHEDULED', '{
  "bookerUrl": null, "type": null, "email": "eve@evil.test", "name": "Eve", "title": "Discovery call with Eve"
}');
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-c", "rescheduleUid": "uid-b", "createdAt": "2037-03-02T10:30:00Z", "startTime": "2037-03-11T15:00:00Z",
  "bookerUrl": null, "type": null, "email": "eve@evil.test", "name": "Eve", "title": "Another call with Eve"
}');
select tests.send('BOOKING_CANCELLED', '{
  "uid": "uid-c", "bookerUrl": "https://later.test", "type": "later", "title": "Later"
}');

-- Then
select results_eq(
  $$ select e.calcom_uid, crm.email_facts(e) ->> 'booker_url', crm.email_facts(e) ->> 'event_page'
     from public.emails as e where e.kind = 'reschedule' and e.to_address = 'ada@lovelace.test' order by 1 $$,
  $$ values ('uid-b', 'https://cal.com', 'discovery-call'), ('uid-c', 'https://cal.com', 'discovery-call') $$,
  'the pages are those of before'
);
select is(
  array(
    select distinct crm.email_facts(e) ->> 'title'
    from public.emails as e where e.kind = 'reschedule' and e.to_address = 'ada@lovelace.test'
  ),
  array['Discovery call between Greta Host and Ada Byron'], 'the title is that of her own booking'
);

select * from finish();
rollback;
