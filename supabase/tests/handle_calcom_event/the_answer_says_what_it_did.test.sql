-- Rule: event, trigger, outcome, reason, the ids it touched, and what happened to the deal and the mail.
begin;
select plan(5);

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
select results_eq(
  $$ select e.kind, e.status, e.attempts, e.to_address, e.event_id::text
     from public.emails as e where e.id = (select (a.value ->> 'email_id')::uuid from answer as a) $$,
  $$ select 'confirmation', 'due', 0, 'ada@lovelace.test', a.value ->> 'event_id' from answer as a $$,
  'the mail is due, to the booker, for this event'
);

-- When an event does nothing to a deal, and owes no mail
select is(
  (
    select jsonb_build_array(v.answer -> 'outcome', v.answer -> 'deal', v.answer -> 'email', v.answer -> 'email_id')
    from (
      select tests.send('BOOKING_REQUESTED', '{
        "uid": "uid-b", "rescheduleUid": "uid-a", "createdAt": "2037-03-02T10:00:00Z",
        "startTime": "2037-03-10T15:00:00Z"
      }') as answer
    ) as v
  ),
  '["applied", "unchanged", "none", null]'::jsonb,
  'the answer says so'
);

-- When an event is about two people
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-s", "email": "ada@lovelace.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"
}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-s", "email": "grace@hopper.test", "name": "Grace", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-2"
}');
create temporary table answer_about_two as
select tests.send('BOOKING_CANCELLED', '{
  "uid": "uid-s", "seatsPerTimeSlot": 10, "attendees": [{"email": "ada@lovelace.test"}, {"email": "grace@hopper.test"}]
}') as value;

-- Then
select results_eq(
  $$ select p.email, f.effect ->> 'deal', f.effect ->> 'email', a.value ->> 'reason'
     from answer_about_two as a
     cross join lateral jsonb_array_elements(a.value -> 'effects') as f (effect)
     join public.people as p on p.id = (f.effect ->> 'person_id')::uuid order by 1 $$,
  $$ select v.email, 'cancelled', 'cancellation',
       'Grace: Cancelled, and with it the deal of hopper.test. '
       'Ada Byron: Cancelled, and with it the deal of lovelace.test.'
     from (values ('ada@lovelace.test'), ('grace@hopper.test')) as v (email) $$,
  'it names both, and what happened to each'
);

select * from finish();
rollback;
