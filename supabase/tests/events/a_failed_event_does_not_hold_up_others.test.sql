-- Rule: later events of the same company go through, also when they make it be replayed.
begin;
select plan(4);

-- Given an event that fails
alter table public.bookings add constraint bookings_title_is_not_boom check (title <> 'boom');
select tests.send('BOOKING_CREATED', '{"uid": "uid-x", "title": "boom", "createdAt": "2037-03-02T09:00:00Z"}');

-- When others come, in and out of order
select is(
  tests.send(
    'BOOKING_CREATED', '{"uid": "uid-b", "createdAt": "2037-03-02T09:30:00Z", "startTime": "2037-03-10T15:00:00Z"}'
  )
  ->> 'outcome',
  'applied', 'a later event goes through'
);
select is(
  tests.send('BOOKING_CREATED', '{"uid": "uid-a", "createdAt": "2037-03-02T08:00:00Z"}') ->> 'outcome', 'applied',
  'so does a late one'
);
select is(
  tests.send('BOOKING_CREATED', '{"uid": "uid-y", "title": "boom", "createdAt": "2037-03-02T08:30:00Z"}') ->> 'outcome',
  'failed',
  'a late one that fails itself is failed'
);

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED, uid-b ACCEPTED', 'both bookings are there');

select * from finish();
rollback;
