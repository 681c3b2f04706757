-- Rule: a cancelled deal does not become met, and a person without a company has none.
begin;
select plan(4);

-- Given a company whose deal another booking's cancellation closed
select tests.send('BOOKING_CREATED', '{"uid": "uid-a"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-p", "email": "ada.byron.test@gmail.com"}');

-- When the meetings end
select tests.send('MEETING_ENDED', '{"uid": "uid-a"}');
select is(
  tests.send('MEETING_ENDED', '{"uid": "uid-p", "email": "ada.byron.test@gmail.com"}') ->> 'deal_id', null,
  'the personal meeting names no deal'
);

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED attended', 'the meeting was attended');
select is(tests.deals_of('lovelace.test'), 'cancelled booked', 'the cancelled deal is as before');
select is(tests.bookings_of('ada.byron.test@gmail.com'), 'uid-p ACCEPTED attended', 'so was the personal one');

select * from finish();
rollback;
