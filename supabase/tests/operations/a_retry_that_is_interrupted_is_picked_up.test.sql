-- Rule: a retry is an attempt like any other: when it is interrupted, the event is pending again and says so.
begin;
select plan(4);

-- Given an event that failed in a replay, because it is older than another
alter table public.bookings add constraint bookings_title_is_not_boom check (title <> 'boom');
select tests.send(
  'BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2037-03-03T09:00:00Z"}'
);
create temporary table failed as select (tests.send('BOOKING_CREATED', '{"title": "boom"}') ->> 'event_id')::uuid as id;
alter table public.bookings drop constraint bookings_title_is_not_boom;

-- When it is retried, and interrupted
create function pg_temp.interrupt() returns trigger language plpgsql as $$
begin
  raise exception using errcode = 'query_canceled', message = 'interrupted';
end;
$$;
create trigger bookings_are_slow before insert on public.bookings for each row execute function pg_temp.interrupt();
select is((select public.retry_event(f.id) -> 'is_pending' from failed as f), 'true'::jsonb, 'it is to be tried again');
drop trigger bookings_are_slow on public.bookings;

-- Then
select results_eq(
  $$ select e.outcome, e.decided_at, e.uid, e.booker_email, e.stream_key, e.reason
     from public.calcom_events as e join failed as f using (id) $$,
  $$ values ('pending', null::timestamptz, null, null, null, 'It could not be decided yet: interrupted (57014)') $$,
  'the log says the same, and no replay can apply it meanwhile'
);
select is(public.handle_pending_event('0') ->> 'outcome', 'applied', 'the pick-up decides it');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED', 'and it counts');

select * from finish();
rollback;
