-- Rule: from its first moment an event is a row of the log; deciding it changes that row and makes no other.
begin;
select plan(6);
select tests.empty_crm();

-- Given a body that the Edge Function has stored
create temporary table stored as select tests.calcom_event('BOOKING_CREATED') as payload, gen_random_uuid() as id;
insert into public.calcom_events (id, payload, received_at)
select s.id, s.payload, now() - interval '1 minute' from stored as s;

-- When it is decided
select is(
  (select (public.handle_calcom_event(s.payload) ->> 'event_id')::uuid from stored as s),
  (select s.id from stored as s), 'the stored event is decided'
);

-- When the same body comes again
create temporary table again as select public.handle_calcom_event(s.payload) as answer from stored as s;
select is((select a.answer ->> 'outcome' from again as a), 'duplicate', 'a decided event is not decided again');
select set_eq(
  $$ select e.id, e.outcome from public.calcom_events as e $$,
  $$ select s.id, 'applied' from stored as s
     union all select (a.answer ->> 'event_id')::uuid, 'duplicate' from again as a $$,
  'the second delivery has a row of its own'
);

-- When an event fails that was never stored before
alter table public.bookings add constraint bookings_title_is_not_boom check (title <> 'boom');
create temporary table failed as
select public.handle_calcom_event(tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-x", "title": "boom"}')) as answer;
select results_eq(
  $$ select e.outcome, e.payload #>> '{payload,uid}'
     from public.calcom_events as e join failed as f on e.id = (f.answer ->> 'event_id')::uuid $$,
  $$ values ('failed', 'uid-x') $$, 'its row is there all the same'
);

-- When there is no body at all
select is(public.handle_calcom_event(null) ->> 'outcome', 'failed', 'even nothing is an event that failed');
select is(
  (select e.payload from public.calcom_events as e where jsonb_typeof(e.payload) = 'null'), 'null'::jsonb, 'and is kept'
);

select * from finish();
rollback;
