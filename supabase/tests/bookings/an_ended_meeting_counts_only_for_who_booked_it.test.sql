-- Rule: its attendees may include the hosts; only people who hold a booking with that uid count.
begin;
select plan(4);

-- Given Ada's booking, and a host whose own firm once booked with us
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "email": "ada@lovelace.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-h", "email": "piet@host.test"}');

-- When her meeting ends, and lists the hosts
select tests.send('MEETING_ENDED', '{
  "uid": "uid-a",
  "attendees": [
    {"id": 1, "email": "ada@lovelace.test", "name": "Ada Byron"},
    {"id": 2, "email": "piet@host.test", "name": "Piet Host"},
    {"id": 3, "email": "new@host-two.test", "name": "New Host"}
  ]
}');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED attended', 'her booking was attended');
select is(tests.bookings_of('piet@host.test'), 'uid-h ACCEPTED', 'the host''s own booking was not');
select is(tests.deals_of('host.test'), 'active booked', 'nor is the deal of the host''s firm met');
select is_empty(
  $$ select from public.people as p where p.email = 'new@host-two.test' $$,
  'a host does not become a person'
);

select * from finish();
rollback;
