-- Rule: from the booking as it was, not from what the event calls rescheduleStartTime.
begin;
select plan(1);

-- Given
select tests.send('BOOKING_CREATED');

-- When
select public.handle_calcom_event(
  tests.calcom_event('BOOKING_RESCHEDULED') #- '{payload,rescheduleStartTime}' #- '{payload,rescheduleEndTime}'
);

-- Then
select results_eq(
  $$ select (crm.email_facts(e) ->> d.key)::timestamptz
     from public.emails as e cross join unnest(array['old_start_time', 'old_end_time', 'start_time', 'end_time'])
       with ordinality as d (key, place)
     where e.to_address = 'ada@lovelace.test' and e.kind = 'reschedule' order by d.place $$,
  $$ values
     ('2037-03-09 15:00+00'::timestamptz), ('2037-03-09 15:30+00'::timestamptz),
     ('2037-03-10 15:00+00'::timestamptz), ('2037-03-10 15:30+00'::timestamptz) $$,
  'it has both'
);

select * from finish();
rollback;
