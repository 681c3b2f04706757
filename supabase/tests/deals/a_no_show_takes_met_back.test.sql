-- Rule: marked, the deal falls back to booked unless another meeting of it was attended; unmarked, as before.
begin;
select plan(4);

-- Given a company with two people, whose meetings took place
select tests.send('BOOKING_CREATED', '{"uid": "uid-a"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.send('MEETING_ENDED', '{"uid": "uid-a"}');
select tests.send('MEETING_ENDED', '{"uid": "uid-g", "email": "grace@lovelace.test", "endTime": "2026-03-09T16:30:00Z"}');

-- When one is marked
select tests.send('BOOKING_NO_SHOW_UPDATED', '{"bookingUid": "uid-a"}');
select is(tests.deals_of('lovelace.test'), 'active met', 'another meeting holds it up');

-- When the other is marked too
create temporary table answer as
select tests.send('BOOKING_NO_SHOW_UPDATED', '{
  "bookingUid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2026-03-11T16:10:00Z"
}') as value;
select is(tests.deals_of('lovelace.test'), 'active booked', 'without any attended meeting it is booked again');
select is((select a.value ->> 'deal' from answer as a), 'booked', 'the answer says so');

-- When one mark is taken back
select tests.send('BOOKING_NO_SHOW_UPDATED', '{
  "bookingUid": "uid-a", "attendees": [{"email": "ada@lovelace.test", "noShow": false}], "createdAt": "2026-03-11T16:20:00Z"
}');

-- Then
select is(tests.deals_of('lovelace.test'), 'active met', 'unmarked, it is met again');

select * from finish();
rollback;
