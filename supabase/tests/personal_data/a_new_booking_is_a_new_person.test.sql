-- Rule: who books after the erasure is somebody new, with the real name and address, and a mail.
begin;
select plan(7);

-- Given Ada, erased, and her seat at a webinar
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-w", "createdAt": "2037-03-02T09:30:00Z", "seatsPerTimeSlot": 9, "attendeeSeatId": "seat-1"
}');
select public.erase_person('ada@lovelace.test');

-- When she books again
select tests.send('BOOKING_CREATED', '{"uid": "uid-n", "createdAt": "2037-04-02T09:00:00Z"}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-w", "createdAt": "2037-04-02T09:30:00Z", "seatsPerTimeSlot": 9, "attendeeSeatId": "seat-2"
}');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-n ACCEPTED, uid-w ACCEPTED', 'both are hers');
select is(tests.bookings_of(tests.pseudonym()), 'uid-a ACCEPTED, uid-w ACCEPTED', 'those of before are not');
select is(
  (select p.name from public.people as p where p.email = 'ada@lovelace.test'), 'Ada Byron', 'she has her name'
);
select is(
  tests.emails_to('ada@lovelace.test'), 'confirmation uid-n, confirmation uid-w', 'and gets her mails'
);
select is(tests.changes_of_rebuild(), null, 'a rebuild changes nothing');

-- When she is erased once more
select is(public.erase_person('ada@lovelace.test') ->> 'erased', 'true', 'she can be erased again');
select is(
  (select count(*) from public.people as p where p.email like 'erased-%'), 2::bigint,
  'and is not who she was before'
);

select * from finish();
rollback;
