-- Rule: who books has a booking; a request and a payment are none until the organizer or the payment makes them one.
begin;
select plan(3 * 18);

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
    'an occurrence of a series is a booking, and the series one deal',
    'book a {"recurringEvent": {"freq": 2, "count": 3}}; book b {"recurringEvent": {"freq": 2, "count": 3}};
     book c {"recurringEvent": {"freq": 2, "count": 3}}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1, c ACCEPTED deal 1', 'active booked',
    'confirmation a, confirmation b, confirmation c', null
  ),
  (
    'an occurrence is cancelled alone',
    'book a {"recurringEvent": {"freq": 2, "count": 3}}; book b {"recurringEvent": {"freq": 2, "count": 3}};
     cancel b {"recurringEvent": {"freq": 2, "count": 3}}',
    'a ACCEPTED deal 1, b CANCELLED deal 1', 'cancelled booked', 'confirmation a, confirmation b, cancellation b',
    null
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
    'book a; BOOKING_REASSIGNED a with piet; BOOKING_LOCATION_UPDATED a; MEETING_STARTED a',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'ignored: MEETING_STARTED changes nothing here; it is kept in the log.'
  )
) as s (sentence, steps, bookings, deals, mails, answer);

select * from finish();
rollback;
