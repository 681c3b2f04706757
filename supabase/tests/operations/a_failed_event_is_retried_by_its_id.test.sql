-- Rule: an event that failed, or that nobody decided, is decided now; any other is left as it is.
begin;
select plan(6);

-- Given an event that failed, and something that was fixed since
alter table public.bookings add constraint bookings_title_is_not_boom check (title <> 'boom');
create temporary table failed as
select (tests.send('BOOKING_CREATED', '{"title": "boom"}') ->> 'event_id')::uuid as event_id;
select is(
  (select public.retry_event(f.event_id) ->> 'outcome' from failed as f), 'failed', 'before the fix it fails again'
);
alter table public.bookings drop constraint bookings_title_is_not_boom;

-- When
select is((select public.retry_event(f.event_id) ->> 'outcome' from failed as f), 'applied', 'after it, it counts');

-- Then
select is(
  array[tests.bookings_of('ada@lovelace.test'), tests.emails_to('ada@lovelace.test')],
  array['uid-a ACCEPTED', 'confirmation uid-a'], 'the booking is there and confirmed'
);
select is(
  (
    select array[public.retry_event(f.event_id) ->> 'outcome', tests.emails_to('ada@lovelace.test')] from failed as f
  ),
  array['applied', 'confirmation uid-a'], 'once more changes nothing'
);

-- When it is an event that nobody decided
insert into public.calcom_events (payload)
values (tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@hopper.test"}'));
select is(
  (select public.retry_event(e.id) ->> 'outcome' from public.calcom_events as e where e.outcome = 'pending'), 'applied',
  'it is decided without waiting for the pick-up'
);

-- When there is no such event
select throws_ok(
  $$ select public.retry_event('00000000-0000-4000-8000-000000000000') $$,
  'KC002', 'Cannot retry event 00000000-0000-4000-8000-000000000000: the log has no such event',
  'whoever asks is told'
);

select * from finish();
rollback;
