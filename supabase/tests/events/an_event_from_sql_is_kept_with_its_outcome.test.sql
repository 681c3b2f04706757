-- Rule: what no Edge Function has stored is in the log with its outcome, whatever becomes of it.
begin;
select plan(3);

-- Given something that makes a booking fail
alter table public.bookings add constraint bookings_title_is_not_boom check (title <> 'boom');

-- When an event counts, one fails, one changes nothing, and an earlier one comes late
create temporary table answers as
select 1 as n, tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00Z"}') as answer
union all
select 2, tests.send('BOOKING_CREATED', '{"uid": "uid-b", "title": "boom"}')
union all
select 3, tests.send('PING')
union all
select 4, tests.send('BOOKING_CREATED', '{"uid": "uid-c", "createdAt": "2037-03-01T09:00:00Z"}');

-- Then
select results_eq(
  $$ select e.outcome, e.reason, e.attempts
     from answers as a join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid
     where a.n > 1 order by a.n $$, -- the late one gives the first another reason
  $$ select a.answer ->> 'outcome', a.answer ->> 'reason', 1 from answers as a where a.n > 1 order by a.n $$,
  'each has the outcome and reason of its answer, after one attempt'
);
select is(
  array(select a.answer ->> 'outcome' from answers as a order by a.n),
  array['applied', 'failed', 'ignored', 'applied'], 'one failed, and one came late'
);
select is(
  array(
    select e.payload ->> 'triggerEvent'
    from answers as a join public.calcom_events as e on e.id = (a.answer ->> 'event_id')::uuid order by a.n
  ),
  array['BOOKING_CREATED', 'BOOKING_CREATED', 'PING', 'BOOKING_CREATED'], 'and its body'
);

select * from finish();
rollback;
