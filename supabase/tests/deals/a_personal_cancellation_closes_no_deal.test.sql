-- Rule: a person without a company has no deal to cancel.
begin;
select plan(4);

-- Given
select tests.send('BOOKING_CREATED', '{"email": "ada.byron.test@gmail.com"}');

-- When
create temporary table answer as
select tests.send('BOOKING_CANCELLED', '{"email": "ada.byron.test@gmail.com"}') as value;

-- Then
select is((select a.value ->> 'outcome' from answer as a), 'applied', 'the cancellation counts');
select is((select a.value ->> 'deal_id' from answer as a), null, 'it names no deal');
select is(tests.bookings_of('ada.byron.test@gmail.com'), 'uid-a CANCELLED', 'the booking is cancelled');
select is(tests.emails_to('ada.byron.test@gmail.com'), 'confirmation uid-a, cancellation uid-a', 'the person is told');

select * from finish();
rollback;
