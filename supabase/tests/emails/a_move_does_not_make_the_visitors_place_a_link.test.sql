-- Rule: what a body leaves out is as it was, so is who has typed the place.
begin;
select plan(4);

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

-- When it is moved again, with the question asked anew and left empty
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-c", "rescheduleUid": "uid-b", "createdAt": "2037-03-02T10:30:00Z", "location": "https://evil.test/x",
  "metadata": null, "startTime": "2037-03-11T15:00:00Z", "endTime": "2037-03-11T15:30:00Z",
  "responses": {"location": {"label": "location", "value": {"value": "attendeeInPerson", "optionValue": ""}}}
}');
select is(
  (select crm.email_facts(e) -> 'join_url' from public.emails as e where e.calcom_uid = 'uid-c'), 'null'::jsonb,
  'nor is it then'
);

-- When it is moved on and on
select tests.send('BOOKING_RESCHEDULED', jsonb_build_object(
  'uid', 'uid-' || n, 'rescheduleUid', case n when 1 then 'uid-c' else 'uid-' || n - 1 end,
  'createdAt', '2037-03-03T10:00:00Z'::timestamptz + n * interval '1 hour', 'location', 'https://evil.test/x',
  'metadata', null, 'startTime', '2037-04-01T10:00:00Z'::timestamptz + n * interval '1 day',
  'endTime', '2037-04-01T11:00:00Z'::timestamptz + n * interval '1 day'
))
from generate_series(1, 25) as n;
select results_eq(
  $$ select crm.email_facts(e) -> 'join_url' from public.emails as e where e.calcom_uid = 'uid-25' $$,
  array['null'::jsonb], 'nor after many moves'
);

select * from finish();
rollback;
