-- Rule: who only held meetings can be erased, too, with the name that each body gives to the address.
begin;
select plan(6);
select tests.empty_crm();

-- Given Greta, who has held a meeting, and one of a team
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-t", "createdAt": "2037-03-02T09:30:00Z", "title": "Demo",
  "organizer": {"email": "olaf@host.test", "name": "Olaf Host"},
  "team": {"name": "Sales", "members": [{"email": "GRETA@host.test", "name": "Margareta von Host"}]}
}');

-- When
select is(public.erase_person('greta@host.test') ->> 'erased', 'true', 'she is known, though she never booked');

-- Then
select is(
  tests.standing(array['greta@host.test', 'Greta Host', 'Margareta von Host']), '{}', 'nothing tells of her'
);
select is(
  (
    select e.payload #> '{payload,organizer}' ->> 'name' from public.calcom_events as e where e.uid = 'uid-t'
  ),
  'Olaf Host', 'the other host stays'
);
select is(
  array(select b.attendee_email || ' ' || b.status from public.bookings as b order by b.start_time),
  array['ada@lovelace.test ACCEPTED', 'ada@lovelace.test ACCEPTED'], 'and so do the meetings'
);
select is(tests.changes_of_rebuild(), null, 'a rebuild changes nothing');

-- When one of them is cancelled later, and its event names her again
select tests.send('BOOKING_CANCELLED', '{"cancelledBy": "greta@host.test"}');
select is(tests.standing(array['greta@host.test', 'Greta Host']), '{}', 'that does not bring her back');

select * from finish();
rollback;
