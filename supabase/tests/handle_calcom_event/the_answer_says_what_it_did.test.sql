-- Rule: event, outcome, reason, the ids it touched, and what happened to the deal and the mail.
begin;
select plan(2);

-- When
create temporary table answer as select tests.send('BOOKING_CREATED') as value;

-- Then
select results_eq(
  $$ select c.id::text, p.id::text, b.id::text, d.id::text, e.id::text, v.id::text
     from public.bookings as b
     join public.people as p on p.id = b.person_id
     join public.companies as c on c.id = p.company_id
     join public.deals as d on d.company_id = c.id
     join public.emails as e on e.booking_id = b.id
     join public.calcom_events as v on v.payload #>> '{payload,uid}' = b.calcom_uid
     where b.calcom_uid = 'uid-a' $$,
  $$ select a.value ->> 'company_id', a.value ->> 'person_id', a.value ->> 'booking_id', a.value ->> 'deal_id',
       a.value ->> 'email_id', a.value ->> 'event_id'
     from answer as a $$,
  'the ids are those of the rows'
);
select is(
  (select a.value - array['company_id', 'person_id', 'booking_id', 'deal_id', 'email_id', 'event_id'] from answer as a),
  '{
    "trigger": "BOOKING_CREATED", "outcome": "applied", "reason": "Booked; lovelace.test has a new deal.",
    "deal": "opened", "email": "confirmation"
  }'::jsonb,
  'the rest says what happened'
);

select * from finish();
rollback;
