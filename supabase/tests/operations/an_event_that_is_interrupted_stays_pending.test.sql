-- Rule: an event that is cancelled by a timeout counts an attempt, says why, and holds up no other.
begin;
select plan(6);

-- Given an event that takes too long, and one that came after it
create function pg_temp.take_too_long() returns trigger language plpgsql as $$
begin
  if new.title = 'slow' then
    perform pg_catalog.pg_sleep(60);
  end if;
  return new;
end;
$$;
create trigger bookings_are_slow before insert on public.bookings
for each row execute function pg_temp.take_too_long();
insert into public.calcom_events (payload, received_at)
values
  (
    tests.calcom_event('BOOKING_CREATED', '{"title": "slow", "createdAt": "2037-03-02T09:00:00Z"}'),
    now() - interval '1 hour'
  ),
  (
    tests.calcom_event(
      'BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@hopper.test", "createdAt": "2037-03-02T10:00:00Z"}'
    ),
    now() - interval '1 hour'
  );

-- When the pick-up comes to it
set local statement_timeout = '1s';
create temporary table answers as select public.handle_pending_event() as answer;
set local statement_timeout = 0;

-- Then
select results_eq(
  $$ select a.answer ->> 'outcome', a.answer -> 'is_pending', a.answer ->> 'trigger', a.answer ->> 'reason'
     from answers as a $$,
  $$ values ('failed', 'true'::jsonb, 'BOOKING_CREATED',
     'Kept; it is tried again within a minute: canceling statement due to statement timeout (57014)') $$,
  'the answer says that this attempt failed'
);
select results_eq(
  $$ select e.outcome, e.attempts, e.decided_at, e.reason
     from public.calcom_events as e where e.payload #>> '{payload,title}' = 'slow' $$,
  $$ values ('pending', 1, null::timestamptz,
     'It could not be decided yet: canceling statement due to statement timeout (57014)') $$,
  'the log says that it is still to be decided, and why it is not'
);
select is(
  (select count(*) from public.people as p where p.email = 'ada@lovelace.test'), 0::bigint,
  'nothing is left of what it began'
);

-- When the pick-up goes on
select is(
  public.handle_pending_event() ->> 'outcome', 'applied',
  'the event after it is decided before this one is tried again'
);
select is(tests.bookings_of('grace@hopper.test'), 'uid-g ACCEPTED', 'and counts');

-- When it is not slow any more
drop trigger bookings_are_slow on public.bookings;
select public.handle_pending_event();
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED', 'the event counts too');

select * from finish();
rollback;
