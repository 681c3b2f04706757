-- Rule: outcome and time go together; what is not decided has no place among the events of a booking, so no replay can
--       apply it before its turn.
begin;
select plan(6);

-- Given a booking, and a cancellation of it that was stored and not decided
select tests.send('BOOKING_CREATED');
insert into public.calcom_events (payload) values (tests.calcom_event('BOOKING_CANCELLED'));
create temporary table pending as
select e.id from public.calcom_events as e where e.outcome = 'pending';
select results_eq(
  $$ select e.decided_at, e.attempts, e.uid, e.new_uid, e.booker_email, e.stream_key
     from public.calcom_events as e join pending as p using (id) $$,
  $$ values (null::timestamptz, 0, null, null, null, null) $$, 'it has no keys'
);

-- When an older event makes the company be replayed
select tests.send('BOOKING_CREATED', '{"uid": "uid-0", "createdAt": "2037-03-01T09:00:00Z"}');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-0 ACCEPTED, uid-a ACCEPTED', 'the cancellation is not applied');
select public.handle_pending_event('0');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-0 ACCEPTED, uid-a CANCELLED', 'before it is decided');

-- Then
select throws_ok(
  $$ update public.calcom_events as e set outcome = 'pending' from pending as p where p.id = e.id $$,
  '23514', 'new row for relation "calcom_events" violates check constraint "calcom_events_decided_has_its_time"',
  'what was decided at some time is not pending'
);
select throws_ok(
  $$ update public.calcom_events as e set decided_at = null from pending as p where p.id = e.id $$,
  '23514', 'new row for relation "calcom_events" violates check constraint "calcom_events_decided_has_its_time"',
  'what has an outcome was decided at some time'
);
select throws_ok(
  $$ update public.calcom_events as e set outcome = null from pending as p where p.id = e.id $$,
  '23502', 'null value in column "outcome" of relation "calcom_events" violates not-null constraint',
  'and there is always an outcome'
);

select * from finish();
rollback;
