-- Rule: what may pass by itself is tried five times; then the event fails, and somebody has to look at it.
begin;
select plan(5);

-- Given an event that is interrupted each time
create function pg_temp.interrupt() returns trigger language plpgsql as $$
begin
  if new.title = 'slow' then
    raise exception using errcode = 'query_canceled', message = 'interrupted';
  end if;
  return new;
end;
$$;
create trigger bookings_are_slow before insert on public.bookings for each row execute function pg_temp.interrupt();
create temporary table answers as select tests.send('BOOKING_CREATED', '{"title": "slow"}') as answer;

-- When it was tried four times
insert into answers select public.handle_pending_event('0') from generate_series(1, 3);
select results_eq(
  $$ select e.outcome, e.attempts from public.calcom_events as e where e.payload #>> '{payload,title}' = 'slow' $$,
  $$ values ('pending', 4) $$, 'it is pending as before'
);

-- When it is tried for the fifth time
select is(public.handle_pending_event('0') ->> 'outcome', 'failed', 'it fails');
select results_eq(
  $$ select e.outcome, e.attempts, e.decided_at is not null, e.reason
     from public.calcom_events as e where e.payload #>> '{payload,title}' = 'slow' $$,
  $$ values ('failed', 5, true,
     'It could not be applied: interrupted (57014). It is kept; retry_event() tries it again.') $$,
  'and says why'
);
select is(public.handle_pending_event('0'), null, 'the pick-up leaves it alone from then on');

-- When something that does not pass by itself is wrong
alter table public.bookings add constraint bookings_title_is_not_boom check (title <> 'boom');
select results_eq(
  $$ select a ->> 'outcome', a ? 'is_pending' from tests.send('BOOKING_CREATED', '{"title": "boom"}') as a $$,
  $$ values ('failed', false) $$, 'an event fails at once'
);

select * from finish();
rollback;
