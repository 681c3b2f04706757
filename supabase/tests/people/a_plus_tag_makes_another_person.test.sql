-- Rule: the +tag is kept: what the booker typed is where the mail goes.
begin;
select plan(3);

-- Given
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "email": "ada@lovelace.test"}');

-- When
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "email": "Ada+Demo@lovelace.test"}');

-- Then
select is(tests.bookings_of('ada+demo@lovelace.test'), 'uid-b ACCEPTED', 'the tagged address is a person of its own');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED', 'the plain one is another');
select is(tests.emails_to('ada+demo@lovelace.test'), 'confirmation uid-b', 'the mail goes to the tagged address');

select * from finish();
rollback;
