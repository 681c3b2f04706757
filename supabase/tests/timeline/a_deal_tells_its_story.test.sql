-- Rule: one row per event that changed something, by the sender's time.
begin;
select plan(2);

-- Given a deal with a story, told in the wrong order
create temporary table deal as select (tests.send('BOOKING_CREATED') ->> 'deal_id')::uuid as id;
select tests.send('BOOKING_RESCHEDULED');
select tests.send('BOOKING_CANCELLED', '{"requestReschedule": true, "createdAt": "2026-03-02T09:30:00Z"}');
select tests.send('MEETING_ENDED', '{"uid": "uid-b", "endTime": "2026-03-10T15:30:00Z"}');

-- Then
select results_eq(
  $$ select t.trigger, t.change, t.company, t.person
     from public.deal_timeline as t join deal as d on d.id = t.deal_id order by t.happened_at $$,
  $$ values
     ('BOOKING_CREATED', 'opened', 'lovelace.test', 'Ada Byron'), ('BOOKING_CANCELLED', 'cancelled', 'lovelace.test', 'Ada Byron'),
     ('BOOKING_RESCHEDULED', 'revived', 'lovelace.test', 'Ada Byron'), ('MEETING_ENDED', 'met', 'lovelace.test', 'Ada Byron') $$,
  'opened, cancelled, revived, met'
);
select results_eq(
  $$ select t.trigger from public.booking_timeline as t join public.bookings as b on b.id = t.booking_id
     where b.calcom_uid = 'uid-b' order by t.happened_at $$,
  $$ values ('BOOKING_CREATED'), ('BOOKING_CANCELLED'), ('BOOKING_RESCHEDULED'), ('MEETING_ENDED') $$,
  'its booking tells the same'
);

select * from finish();
rollback;
