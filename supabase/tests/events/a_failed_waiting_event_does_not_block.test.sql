-- Rule: an event that waited is applied when its booking arrives; if that fails, the booking counts all the same.
begin;
select plan(6);

-- Given a request for a new time that waits and cannot be applied, and a cancellation that waits and can be
alter table public.bookings add constraint bookings_title_is_not_boom check (title <> 'boom');
create temporary table answers as
select 'moved' as step, tests.send('BOOKING_REQUESTED', '{
  "uid": "uid-b", "rescheduleUid": "uid-a", "title": "boom"
}') as answer;
insert into answers select 'cancelled', tests.send('BOOKING_CANCELLED');
select is(array(select distinct a.answer ->> 'outcome' from answers as a), array['waiting'], 'they wait');

-- When their booking arrives
select is(tests.send('BOOKING_CREATED') ->> 'outcome', 'applied', 'the booking counts');

-- Then
create temporary view moved as
select e.outcome, e.reason
from answers as a join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid where a.step = 'moved';
select is((select m.outcome from moved as m), 'failed', 'the event that cannot be applied is failed');
select matches((select m.reason from moved as m), 'bookings_title_is_not_boom', 'and says why');
select is(
  (
    select e.outcome
    from answers as a join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid
    where a.step = 'cancelled'
  ),
  'applied', 'the other one counts'
);
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a CANCELLED', 'as if the failed one had never come');

select * from finish();
rollback;
