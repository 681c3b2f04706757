-- Rule: stored and never decided, because something died; it is decided within a minute, by itself.
begin;
select plan(5);

-- Given an old delivery and a young one
insert into public.calcom_events (payload, received_at)
values
  (tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-old", "email": "ada@lovelace.test"}'), now() - interval '1 hour'),
  (tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-young", "email": "grace@hopper.test"}'), now());

-- When
select is(public.handle_pending_events(), '{"applied": 1}', 'the old one is decided');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-old ACCEPTED', 'it counts');
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-old', 'and owes its mail');
select is(tests.bookings_of('grace@hopper.test'), null, 'the young one is left to whoever stored it');
select is(public.handle_pending_events(), '{}', 'there is nothing more to do');

select * from finish();
rollback;
