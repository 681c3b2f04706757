-- Rule: a mail says only what is still true.
begin;
select plan(6);

-- Given a cancellation that overtook its booking
select is(tests.send('BOOKING_CANCELLED') ->> 'outcome', 'waiting', 'the cancellation waits');

-- When the booking arrives
create temporary table answer as select tests.send('BOOKING_CREATED') as value;

-- Then
select is((select a.value ->> 'outcome' from answer as a), 'applied', 'the booking counts');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a CANCELLED', 'and is cancelled at once');
select is((select a.value ->> 'email' from answer as a), 'none', 'it is not confirmed');
select matches((select a.value ->> 'reason' from answer as a), 'No mail: the booking has changed since', 'the answer says why');
select is(tests.emails_to('ada@lovelace.test'), 'cancellation uid-a', 'the attendee hears that it is cancelled');

select * from finish();
rollback;
