-- Rule: uid, person, title, times, organizer; accepted, and not attended yet.
begin;
select plan(4);

-- Given
create temporary table answer as
select tests.send('BOOKING_CREATED', '{"organizer": {"email": "Greta@Host.test"}}') as value;

-- Then
select results_eq(
  $$ select b.calcom_uid, p.email, b.title, b.start_time, b.end_time, b.status, b.attended, b.organizer_email
     from public.bookings as b join public.people as p on p.id = b.person_id
     where b.id = (select (a.value ->> 'booking_id')::uuid from answer as a) $$,
  $$ values (
       'uid-a', 'ada@lovelace.test', 'Discovery call between Greta Host and Ada Byron',
       '2026-03-09 15:00+00'::timestamptz, '2026-03-09 15:30+00'::timestamptz, 'ACCEPTED', false, 'greta@host.test'
     ) $$,
  'the row is what the event said'
);
select is(
  (select b.deal_id::text from public.bookings as b where b.calcom_uid = 'uid-a'),
  (select a.value ->> 'deal_id' from answer as a),
  'it knows the deal that it counts for'
);
select throws_ok(
  $$ update public.bookings as b set status = 'PENDING' where b.calcom_uid = 'uid-a' $$,
  '23514',
  'new row for relation "bookings" violates check constraint "bookings_status_is_known"',
  'a status is ACCEPTED or CANCELLED'
);
select throws_ok(
  $$ update public.bookings as b set attended = null where b.calcom_uid = 'uid-a' $$,
  '23502',
  'null value in column "attended" of relation "bookings" violates not-null constraint',
  'attended is true or false'
);

select * from finish();
rollback;
