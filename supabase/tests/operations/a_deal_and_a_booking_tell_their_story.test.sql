-- Rule: one row per event that changed something, by the sender's time.
begin;
select plan(6);
select tests.empty_crm();

-- Given a deal with a story, told in the wrong order
create temporary table deal as select (tests.send('BOOKING_CREATED') ->> 'deal_id')::uuid as id;
select tests.send('BOOKING_RESCHEDULED');
select tests.send('BOOKING_CANCELLED', '{"requestReschedule": true, "createdAt": "2037-03-02T09:30:00Z"}');
select tests.send('MEETING_ENDED', '{"uid": "uid-b", "endTime": "2037-03-10T15:30:00Z"}');

-- Then
select results_eq(
  $$ select t.trigger, t.change, t.company, t.person
     from public.deal_timeline as t join deal as d on d.id = t.deal_id order by t.happened_at $$,
  $$ values
     ('BOOKING_CREATED', 'opened', 'lovelace.test', 'Ada Byron'),
     ('BOOKING_CANCELLED', 'cancelled', 'lovelace.test', 'Ada Byron'),
     ('BOOKING_RESCHEDULED', 'reopened', 'lovelace.test', 'Ada Byron'),
     ('MEETING_ENDED', 'met', 'lovelace.test', 'Ada Byron') $$,
  'opened, cancelled, reopened, met'
);
select results_eq(
  $$ select t.trigger, t.deal_change, t.person
     from public.booking_timeline as t join public.bookings as b on b.id = t.booking_id
     where b.calcom_uid = 'uid-b' order by t.happened_at $$,
  $$ values ('BOOKING_CREATED', 'opened', 'Ada Byron'), ('BOOKING_CANCELLED', 'cancelled', 'Ada Byron'),
     ('BOOKING_RESCHEDULED', 'reopened', 'Ada Byron'), ('MEETING_ENDED', 'met', 'Ada Byron') $$,
  'its booking tells the same'
);

-- When the booking is moved again, which leaves the deal as it is
select tests.send('BOOKING_RESCHEDULED', '{"uid": "uid-c", "rescheduleUid": "uid-b",
  "startTime": "2037-03-10T15:00:00Z", "endTime": "2037-03-10T15:30:00Z", "createdAt": "2037-03-11T10:00:00Z"}');

-- Then
select results_eq(
  $$ select t.change, b.deal_change, t.reason, b.reason
     from public.deal_timeline as t
     join deal as d on d.id = t.deal_id
     join public.booking_timeline as b using (event_id, booking_id)
     order by t.happened_at desc limit 1 $$,
  $$ values ('unchanged', 'unchanged', 'Moved to a new time.', 'Moved to a new time.') $$,
  'an event that leaves the deal as it was is part of the story'
);

-- When somebody closes the deal and renames the meeting
select set_config('request.headers', '{"x-editor": "sam@host.test"}', true);
update public.deals as d set status = 'cancelled' from deal where deal.id = d.id;
update public.bookings as b set title = 'Call' where b.calcom_uid = 'uid-c';
select results_eq(
  $$ select t.trigger, t.change, t.reason, t.person
     from public.deal_timeline as t join deal as d on d.id = t.deal_id where t.event_id is null $$,
  $$ values ('HAND_EDIT', 'cancelled', 'Closed by hand by sam@host.test.', 'sam@host.test') $$,
  'what somebody does by hand is part of the story of the deal'
);
select results_eq(
  $$ select t.trigger, t.reason from public.booking_timeline as t where t.event_id is null $$,
  $$ values ('HAND_EDIT', 'Booking changed by hand (title) by sam@host.test.') $$, 'and of the booking'
);

-- When nothing happens
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:01Z"}');
select is(
  (select count(*) from public.deal_timeline as t join deal as d on d.id = t.deal_id), 6::bigint,
  'a repeat is not'
);

select * from finish();
rollback;
