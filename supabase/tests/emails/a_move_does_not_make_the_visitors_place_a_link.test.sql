-- Rule: what a body leaves out is as it was, so is who has typed the place.
begin;
select plan(2);

-- Given a booking at a place that the visitor has typed
select tests.send('BOOKING_CREATED', '{
  "location": "https://evil.test/x", "metadata": null,
  "responses": {"location": {"value": {"value": "attendeeInPerson", "optionValue": "https://evil.test/x"}}}
}');

-- When it is moved by an event that does not repeat the answer
select tests.send('BOOKING_RESCHEDULED', '{"location": "https://evil.test/x", "metadata": null}');

-- Then
select is(
  (select crm.email_facts(e) -> 'join_url' from tests.email('reschedule') as e), 'null'::jsonb, 'it is no link'
);
select is(
  (select crm.email_facts(e) ->> 'location' from tests.email('reschedule') as e), 'https://evil.test/x', 'but the place'
);

select * from finish();
rollback;
