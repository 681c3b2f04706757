-- Rule: stored and never decided, because something died; the pick-up decides it, and leaves the young ones alone.
begin;
select plan(6);

-- Given an old event, a young one, and one that is decided
insert into public.calcom_events (payload, received_at)
select tests.calcom_event('BOOKING_CREATED', jsonb_build_object('uid', e.uid, 'email', e.email)), now() - e.age
from (
  values
    ('uid-old', 'ada@lovelace.test', interval '31 seconds'), ('uid-young', 'grace@hopper.test', interval '29 seconds')
) as e (uid, email, age);
select tests.send('BOOKING_CREATED', '{"uid": "uid-d", "email": "hedy@hopper.test"}');

-- When
select is(
  (
    select concat_ws(' ', a ->> 'trigger', a ->> 'outcome', a ->> 'email') from public.handle_pending_event() as a
  ),
  'BOOKING_CREATED applied confirmation', 'the old one is decided, and answered as any event is'
);

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-old ACCEPTED', 'it counts');
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-old', 'and owes its mail');
select is(public.handle_pending_event(), null, 'there is nothing more to do');
select is(tests.bookings_of('grace@hopper.test'), null, 'the young one is left to whoever stored it');
select is(
  public.handle_pending_event('10 seconds') ->> 'outcome', 'applied', 'unless somebody wants the young ones too'
);

select * from finish();
rollback;
