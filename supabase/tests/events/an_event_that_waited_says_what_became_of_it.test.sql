-- Rule: once its booking is known, an event is settled: applied, duplicate or ignored, and waits no longer.
begin;
select plan(3);

-- Given a cancellation sent by two webhooks and a timer, all before their booking
create temporary table answers as
select 1 as place, tests.send('BOOKING_CANCELLED', '{"createdAt": "2026-03-02T11:00:00.000Z"}') as answer;
insert into answers select 2, tests.send('BOOKING_CANCELLED', '{"createdAt": "2026-03-02T11:00:00.017Z"}');
insert into answers select 3, tests.send('MEETING_ENDED');
select is(array(select distinct a.answer ->> 'outcome' from answers as a), array['waiting'], 'they wait');

-- When the booking arrives
select tests.send('BOOKING_CREATED');

-- Then
select results_eq(
  $$ select e.outcome from answers as a join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid order by a.place $$,
  $$ values ('applied'), ('duplicate'), ('ignored') $$,
  'each has its own outcome'
);
select is_empty(
  $$ select e.reason from answers as a join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid
     where e.reason like '%not known yet%' $$,
  'and its own reason'
);

select * from finish();
rollback;
