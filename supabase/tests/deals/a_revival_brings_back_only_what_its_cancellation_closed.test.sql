-- Rule: a booking that closed no deal brings none back.
begin;
select plan(2);

-- Given two bookings of one deal, both cancelled: the first closed it
select tests.send('BOOKING_CREATED', '{"uid": "uid-a"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2026-03-02T09:10:00Z"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2026-03-02T09:20:00Z"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-a", "requestReschedule": true, "createdAt": "2026-03-02T09:30:00Z"}');

-- When the second gets a new time
select tests.send('BOOKING_RESCHEDULED', '{"uid": "uid-b", "rescheduleUid": "uid-a"}');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-b ACCEPTED', 'its booking is accepted again');
select is(tests.deals_of('lovelace.test'), 'cancelled booked', 'the deal that the other closed stays cancelled');

select * from finish();
rollback;
