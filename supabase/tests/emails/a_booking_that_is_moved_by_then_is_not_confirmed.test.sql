-- Rule: a mail says only what is still true.
begin;
select plan(5);

-- Given a reschedule that overtook its booking
select is(tests.send('BOOKING_RESCHEDULED') ->> 'outcome', 'waiting', 'the reschedule waits');

-- When the booking arrives
create temporary table answer as select tests.send('BOOKING_CREATED') as value;

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-b ACCEPTED', 'it has the new time at once');
select is((select a.value ->> 'email' from answer as a), 'none', 'the old time is not confirmed');
select matches((select a.value ->> 'reason' from answer as a), 'No mail: the booking has changed since', 'the answer says why');
select is(tests.emails_to('ada@lovelace.test'), 'reschedule uid-b', 'the attendee hears of the new time');

select * from finish();
rollback;
