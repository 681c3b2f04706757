-- Rule: unmarked, everything is as if the mark had never been.
begin;
select plan(2);

-- Given a meeting that met a deal, which another booking's cancellation then closed; and a new deal
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "createdAt": "2026-03-02T09:00:00Z"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2026-03-02T09:10:00Z"}');
select tests.send('MEETING_ENDED', '{"uid": "uid-a"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2026-03-10T09:00:00Z"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-h", "email": "grace@lovelace.test", "createdAt": "2026-03-10T10:00:00Z"}');
create temporary table before as select tests.picture('{lovelace.test}') as picture;

-- When the meeting is marked, and the mark taken back
select tests.send('BOOKING_NO_SHOW_UPDATED', '{"bookingUid": "uid-a"}');
select is(
  tests.deals_of('lovelace.test'), 'cancelled booked, active booked',
  'marked, the deal that it met is booked again'
);
select tests.send('BOOKING_NO_SHOW_UPDATED', '{
  "bookingUid": "uid-a", "attendees": [{"email": "ada@lovelace.test", "noShow": false}], "createdAt": "2026-03-11T16:05:00Z"
}');

-- Then
select is(tests.picture('{lovelace.test}'), (select b.picture from before as b), 'unmarked, all is as before');

select * from finish();
rollback;
