-- Rule: an event that failed is decided again; any other is left as it is.
begin;
select plan(6);

-- Given an event that failed, and something that was fixed since
alter table public.bookings add constraint bookings_title_is_not_boom check (title <> 'boom');
create temporary table failed as select (tests.send('BOOKING_CREATED', '{"title": "boom"}') ->> 'event_id')::uuid as event_id;
select is((select public.retry_event(f.event_id) ->> 'outcome' from failed as f), 'failed', 'before the fix it fails again');
alter table public.bookings drop constraint bookings_title_is_not_boom;

-- When
select is((select public.retry_event(f.event_id) ->> 'outcome' from failed as f), 'applied', 'after it, it counts');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED', 'the booking is there');
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-a', 'and confirmed');
select is((select public.retry_event(f.event_id) ->> 'outcome' from failed as f), 'applied', 'once more changes nothing');
select throws_ok(
  $$ select public.retry_event('00000000-0000-4000-8000-000000000000') $$,
  'KC002', 'Cannot retry event 00000000-0000-4000-8000-000000000000: the log has no such event',
  'an event that there is not is refused'
);

select * from finish();
rollback;
