-- Rule: uid, person, title, times, organizer; accepted, and not attended yet. A new time replaces all but the person.
begin;
select plan(6);

-- Given
create temporary table answer as
select tests.send('BOOKING_CREATED', '{"organizer": {"email": "Greta@Host.test"}}') as value;
create temporary view booking as
select b.calcom_uid, p.email, b.title, b.start_time, b.end_time, b.status, b.attended, b.organizer_email
from public.bookings as b
join public.people as p on p.id = b.person_id
where b.id = (select (a.value ->> 'booking_id')::uuid from answer as a);

-- Then
select results_eq(
  'table booking',
  $$ values (
       'uid-a', 'ada@lovelace.test', 'Discovery call between Greta Host and Ada Byron',
       '2037-03-09 15:00+00'::timestamptz, '2037-03-09 15:30+00'::timestamptz, 'ACCEPTED', false, 'greta@host.test'
     ) $$,
  'the row is what the event said'
);
select is(
  (select b.deal_id::text from public.bookings as b where b.calcom_uid = 'uid-a'),
  (select a.value ->> 'deal_id' from answer as a),
  'it knows the deal that it counts for'
);

-- When another host takes a new time
select tests.send('BOOKING_RESCHEDULED', '{"title": "New title", "organizer": {"email": "Piet@host.test"}}');

-- Then
select results_eq(
  'table booking',
  $$ values (
       'uid-b', 'ada@lovelace.test', 'New title',
       '2037-03-10 15:00+00'::timestamptz, '2037-03-10 15:30+00'::timestamptz, 'ACCEPTED', false, 'piet@host.test'
     ) $$,
  'the same row is what the new event says'
);

-- When the next new time says nothing but its uid
select public.handle_calcom_event(
  tests.calcom_event(
    'BOOKING_RESCHEDULED', '{"uid": "uid-c", "rescheduleUid": "uid-b", "createdAt": "2037-03-02T10:10:00Z"}'
  )
  #- '{payload,title}' #- '{payload,startTime}' #- '{payload,endTime}' #- '{payload,organizer}'
);

-- Then
select results_eq(
  'table booking',
  $$ values (
       'uid-c', 'ada@lovelace.test', 'New title',
       '2037-03-10 15:00+00'::timestamptz, '2037-03-10 15:30+00'::timestamptz, 'ACCEPTED', false, 'piet@host.test'
     ) $$,
  'what the event does not say stays'
);
select throws_ok(
  $$ update public.bookings as b set status = 'PENDING' where b.calcom_uid = 'uid-c' $$,
  '23514',
  'new row for relation "bookings" violates check constraint "bookings_status_is_known"',
  'a status is ACCEPTED or CANCELLED'
);
select throws_ok(
  $$ update public.bookings as b set attended = null where b.calcom_uid = 'uid-c' $$,
  '23502',
  'null value in column "attended" of relation "bookings" violates not-null constraint',
  'attended is true or false'
);

select * from finish();
rollback;
