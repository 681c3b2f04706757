-- Rule: once its booking is known, an event is finished: applied, duplicate or ignored, and waits no longer.
begin;
select plan(3);

-- Given a cancellation sent by two webhooks and a timer, all before their booking
create temporary table answers as
select 1 as place, tests.send('BOOKING_CANCELLED', '{"createdAt": "2037-03-02T11:00:00.000Z"}') as answer;
insert into answers select 2, tests.send('BOOKING_CANCELLED', '{"createdAt": "2037-03-02T11:00:00.017Z"}');
insert into answers select 3, tests.send('MEETING_ENDED');
select is(array(select distinct a.answer ->> 'outcome' from answers as a), array['waiting'], 'they wait');

-- When the booking arrives
select tests.send('BOOKING_CREATED');

-- Then
select results_eq(
  $$ select e.outcome, e.reason
     from answers as a join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid order by a.place $$,
  $$ values
     ('applied', 'Cancelled, and with it the deal of lovelace.test.'),
     ('duplicate', 'This booking is cancelled already.'),
     ('ignored', 'The meeting had been cancelled.') $$,
  'each has its own outcome and reason'
);

-- When an older event shows that one of them had come too early
select tests.send('BOOKING_CANCELLED', '{"createdAt": "2037-03-02T10:59:00Z"}');

-- Then
select results_eq(
  $$ select e.outcome, e.reason
     from answers as a join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid
     order by a.place limit 1 $$,
  $$ values ('duplicate', 'This booking is cancelled already.') $$,
  'what was applied is a duplicate of the older one now'
);

select * from finish();
rollback;
