-- Rule: who books has a booking; a request and a payment are none until the organizer or the payment makes them one.
begin;
select plan(4 * 30);

-- A session far from UTC, so that no time can be read as a local one.
set local time zone 'Pacific/Auckland';

select tests.check_scenario(s.sentence, s.steps, s.bookings, s.deals, s.mails, s.answer)
from (values
  (
    'a booking opens a deal and is confirmed',
    'book a',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a', 'applied opened: Booked; lovelace.test has a new deal.'
  ),
  (
    'a second meeting counts for the deal there is',
    'book a; book b',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b',
    'applied kept: Booked; lovelace.test has an active deal already.'
  ),
  (
    'the organizer is compared in lower case',
    'book a with Piet@Host.test',
    'a ACCEPTED with piet deal 1', 'active booked', 'confirmation a', null
  ),
  (
    'what is no address is no organizer',
    'book a {"organizer": {"email": "Email-less"}}; book b {"organizer": null};
     book c {"organizer": "greta@host.test"}',
    'a ACCEPTED without an organizer deal 1, b ACCEPTED without an organizer deal 1,
     c ACCEPTED without an organizer deal 1',
    'active booked', 'confirmation a, confirmation b, confirmation c', null
  ),
  (
    'Cal.com writes one moment in several ways',
    'book a {"startTime": "2037-03-09T15:00:00Z"}; book b {"startTime": "2037-03-10T15:00:00.000Z"};
     book c {"startTime": "2037-03-11T15:00:00+00:00"}; book d {"startTime": "2037-03-12T16:00:00+01:00"}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1, c ACCEPTED deal 1, d ACCEPTED deal 1', 'active booked',
    'confirmation a, confirmation b, confirmation c, confirmation d', null
  ),
  (
    'an occurrence of a series is a booking, the series one deal and one confirmation',
    '09:00 book a {"recurringEvent": {"freq": 2}}; 09:00 book b {"recurringEvent": {"freq": 2}};
     09:01 book c {"recurringEvent": {"freq": 2}}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1, c ACCEPTED deal 1', 'active booked', 'confirmation a',
    'applied kept: Booked; lovelace.test has an active deal already. No mail of its own: one mail confirms the
     series.'
  ),
  (
    'another series is confirmed again',
    '09:00 book a {"recurringEvent": {"freq": 2}}; 09:00 book b {"recurringEvent": {"freq": 2}};
     11:00 book c {"recurringEvent": {"freq": 2}}; 11:00 book d {"recurringEvent": {"freq": 2}}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1, c ACCEPTED deal 1, d ACCEPTED deal 1', 'active booked',
    'confirmation a, confirmation c', null
  ),
  (
    'the series of another person is confirmed to that person',
    '09:00 book a {"recurringEvent": {"freq": 2}}; 09:00 book b by grace {"recurringEvent": {"freq": 2}}',
    'a ACCEPTED deal 1, b of grace ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b to grace', null
  ),
  (
    'an occurrence is moved and cancelled alone',
    '09:00 book a {"recurringEvent": {"freq": 2}}; 09:00 book b {"recurringEvent": {"freq": 2}};
     09:20 move b>c {"recurringEvent": {"freq": 2}}; 09:40 cancel c {"recurringEvent": {"freq": 2}}',
    'a ACCEPTED deal 1, c CANCELLED deal 1', 'cancelled booked', 'confirmation a, reschedule c, cancellation c', null
  ),
  (
    'a first request changes nothing',
    'request a',
    'none', 'none', 'none', 'ignored: A request: it counts once the organizer confirms it.'
  ),
  (
    'a first request changes nothing, whatever its status says',
    'request a {"status": "ACCEPTED"}',
    'none', 'none', 'none', 'ignored: A request: it counts once the organizer confirms it.'
  ),
  (
    'a confirmed request is a booking',
    'request a; confirm a',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a', 'applied opened: Booked; lovelace.test has a new deal.'
  ),
  (
    'a rejected first request leaves nothing',
    'request a; reject a',
    'none', 'none', 'none', 'ignored: A request that was never booked was rejected: there is nothing to end.'
  ),
  (
    'a rejected first request leaves nothing, paid or not',
    'request a; reject a; BOOKING_PAYMENT_INITIATED a',
    'none', 'none', 'none', null
  ),
  (
    'a booking that is PENDING is a request',
    'book a {"status": "PENDING"}',
    'none', 'none', 'none', 'ignored: A request: it counts once the organizer confirms it.'
  ),
  (
    'a booking that is PENDING counts once it is confirmed',
    'book a {"status": "PENDING"}; confirm a; end a',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a', null
  ),
  (
    'a request that is withdrawn leaves nothing, and waits for nothing',
    'request a; cancel a',
    'none', 'none', 'none', 'ignored'
  ),
  (
    'a request that is moved before it is confirmed changes nothing',
    'request a; request a>b',
    'none', 'none', 'none', 'ignored'
  ),
  (
    'a request that was moved before it was confirmed is booked at its new time',
    'request a; request a>b; confirm b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation b', 'applied opened: Booked; lovelace.test has a new deal.'
  ),
  (
    'a request that was moved may be withdrawn',
    'request a; request a>b; cancel b',
    'none', 'none', 'none', 'ignored'
  ),
  (
    'a request that was moved, and is PENDING still, may be withdrawn',
    'request a; move a>b {"status": "PENDING"}; cancel b',
    'none', 'none', 'none', 'ignored'
  ),
  (
    'a request that was moved, and is PENDING still, is booked once it is confirmed',
    'request a; move a>b {"status": "PENDING"}; confirm b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation b', 'applied opened: Booked; lovelace.test has a new deal.'
  ),
  (
    'a request that was moved may be rejected',
    'request a; request a>b; reject b',
    'none', 'none', 'none', 'ignored: A request that was never booked was rejected: there is nothing to end.'
  ),
  (
    'a request that is confirmed after all was not withdrawn before',
    'request a; confirm a; cancel a',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a', 'applied cancelled'
  ),
  (
    'a payment begun changes nothing, although its status says ACCEPTED',
    'BOOKING_PAYMENT_INITIATED a',
    'none', 'none', 'none', 'ignored: BOOKING_PAYMENT_INITIATED changes nothing here; it is kept in the log.'
  ),
  (
    'a payment made changes nothing',
    'BOOKING_PAID a',
    'none', 'none', 'none', 'ignored: BOOKING_PAID changes nothing here; it is kept in the log.'
  ),
  (
    'a booking that was asked for and paid for is made by its BOOKING_CREATED',
    'request a; BOOKING_PAYMENT_INITIATED a; BOOKING_PAID a; confirm a',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a', null
  ),
  (
    'a payment leaves a cancelled booking alone',
    'book a; cancel a; BOOKING_PAYMENT_INITIATED a>b; BOOKING_PAID a>b',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a', null
  ),
  (
    'Cal.com''s test touches nothing',
    'PING a without uid, responses, status, bookingId',
    'none', 'none', 'none', 'ignored: The test from Cal.com arrived: the webhook works.'
  ),
  (
    'a trigger without a rule leaves a booking alone',
    'book a; BOOKING_LOCATION_UPDATED a with piet; MEETING_STARTED a',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'ignored: MEETING_STARTED changes nothing here; it is kept in the log.'
  )
) as s (sentence, steps, bookings, deals, mails, answer);

select * from finish();
rollback;
