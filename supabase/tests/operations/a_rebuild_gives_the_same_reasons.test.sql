-- Rule: outcome and reason are made in one place, so the log reads after a rebuild as after the first decision.
begin;
select plan(5);

-- Given a seated event that was cancelled for two people of one company
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'seatsPerTimeSlot', 10, 'attendeeSeatId', 'seat of ' || n, 'name', n, 'email', lower(n) || '@lovelace.test'
))
from unnest(array['Ada', 'Grace']) as n;
create temporary table cancelled as
select (tests.send('BOOKING_CANCELLED', '{"seatsPerTimeSlot": 10, "attendees": [
  {"email": "ada@lovelace.test", "name": "Ada"}, {"email": "grace@lovelace.test", "name": "Grace"}
]}') ->> 'event_id')::uuid as id;
create temporary table before as
select e.id, e.outcome, e.reason from public.calcom_events as e where e.stream_key = 'lovelace.test'
union all select e.id, e.outcome, e.reason from public.calcom_events as e join cancelled as c using (id);
create temporary table effects as select f.* from public.event_effects as f where f.stream_key = 'lovelace.test';
select is(
  (select b.reason from before as b join cancelled as c using (id)),
  'Ada: Cancelled, and with it the deal of lovelace.test. Grace: Cancelled; lovelace.test has no active deal.',
  'it says what happened to whom'
);

-- When the company is rebuilt, and rebuilt when the event had been left waiting
select public.rebuild_company('lovelace.test');
update public.calcom_events as e set outcome = 'waiting', reason = 'Nobody knows.'
where e.id = (select c.id from cancelled as c);
select public.rebuild_company('lovelace.test');

-- Then
select results_eq(
  $$ select e.id, e.outcome, e.reason from public.calcom_events as e join before as b using (id) order by 1 $$,
  $$ select b.id, b.outcome, b.reason from before as b order by 1 $$,
  'every event has the outcome and the reason it had'
);
select bag_eq(
  $$ select f.* from public.event_effects as f where f.stream_key = 'lovelace.test' $$,
  $$ select e.* from effects as e $$, 'and the same effects'
);

-- When an older booking turns up, so that the deal was opened by it
select tests.send('BOOKING_CREATED', '{"uid": "uid-2", "email": "ada@hopper.test"}');
select tests.send(
  'BOOKING_CREATED', '{"uid": "uid-1", "email": "ada@hopper.test", "createdAt": "2037-03-01T09:00:00Z"}'
);
select public.rebuild_company('hopper.test');

-- Then
select is(
  array(
    select e.uid || ' ' || e.reason
    from public.calcom_events as e where e.stream_key = 'hopper.test' order by e.position
  ),
  array[
    'uid-1 Booked; hopper.test has a new deal.', 'uid-2 Booked; hopper.test has an active deal already.'
  ],
  'the reasons are those of the order that counts'
);
select is_empty(
  $$ select e.reason, f.reason
     from public.event_effects as f join public.calcom_events as e on e.id = f.event_id
     where f.stream_key = 'hopper.test' and e.reason not like f.reason || '%' $$,
  'so the log and the timeline say the same'
);

select * from finish();
rollback;
