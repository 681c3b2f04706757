-- Rule: a cancellation ends the booking and, if the person has a company, its active deal; never a deal opened since.
begin;
select plan(4 * 24);

select tests.check_scenario(s.sentence, s.steps, s.bookings, s.deals, s.mails, s.answer)
from (values
  (
    'a cancellation closes the booking and the deal',
    'book a; cancel a',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.'
  ),
  (
    'a cancellation leaves another company alone',
    'book a; book b by grace@hopper.test; cancel a',
    'a CANCELLED deal 1, b of grace@hopper.test ACCEPTED deal 1', 'cancelled booked, hopper.test active booked',
    'confirmation a, confirmation b to grace@hopper.test, cancellation a', null
  ),
  (
    'rescheduleUid on a cancellation is no other booking',
    'book a; book b; cancel b {"rescheduleUid": "a", "requestReschedule": true}',
    'a ACCEPTED deal 1, b CANCELLED deal 1', 'cancelled booked', 'confirmation a, confirmation b, cancellation b',
    null
  ),
  (
    'a cancellation with an empty list of attendees counts',
    'book a; cancel a {"attendees": [], "responses": null}',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a', null
  ),
  (
    'a cancellation without attendees and answers counts',
    'book a; cancel a without attendees, responses',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a', null
  ),
  (
    'a person without a company has no deal to cancel',
    'book a by eve@gmail.com; cancel a by eve@gmail.com',
    'a of eve@gmail.com CANCELLED', 'none', 'confirmation a to eve@gmail.com, cancellation a to eve@gmail.com',
    'applied: Cancelled; this person has no company, so there is no deal.'
  ),
  (
    'a second cancellation finds no active deal',
    'book a; book b by grace; cancel a; cancel b by grace',
    'a CANCELLED deal 1, b of grace CANCELLED deal 1', 'cancelled booked',
    'confirmation a, confirmation b to grace, cancellation a, cancellation b to grace',
    'applied: Cancelled; lovelace.test has no active deal.'
  ),
  (
    'a cancellation of a booking that nobody knows waits',
    'cancel a',
    'none', 'none', 'none', 'waiting: Its booking is not known yet: it counts as soon as the booking is.'
  ),
  (
    'a booking that was moved is cancelled at its new time',
    'book a; move a>b with piet; cancel b',
    'b CANCELLED with piet deal 1', 'cancelled booked', 'confirmation a, reschedule b, cancellation b', null
  ),
  (
    'a booking after a cancellation opens a new deal',
    'book a; cancel a; book g by grace',
    'a CANCELLED deal 1, g of grace ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, cancellation a, confirmation g to grace', 'applied opened: Booked; lovelace.test has a new deal.'
  ),
  (
    'a company that comes back meets its new deal',
    'book a; cancel a; book g by grace; end g by grace',
    'a CANCELLED deal 1, g of grace ACCEPTED attended deal 2', 'cancelled booked, active met',
    'confirmation a, cancellation a, confirmation g to grace', null
  ),
  (
    'a copy of a cancellation spares the new deal',
    'book a; cancel a; book b; copy of 2 19 ms later',
    'a CANCELLED deal 1, b ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, cancellation a, confirmation b', 'duplicate: This booking is cancelled already.'
  ),
  (
    'a cancellation that is sent once more spares the new deal',
    'book a; cancel a; book b; cancel a',
    'a CANCELLED deal 1, b ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, cancellation a, confirmation b', 'duplicate: This booking is cancelled already.'
  ),
  (
    'a met deal can be cancelled too, and stays met',
    'book a; book b; end a; cancel b',
    'a ACCEPTED attended deal 1, b CANCELLED deal 1', 'cancelled met',
    'confirmation a, confirmation b, cancellation b',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.'
  ),
  (
    'a cancellation between two bookings closes the deal of both',
    'book a; book b; cancel b; end a',
    'a ACCEPTED attended deal 1, b CANCELLED deal 1', 'cancelled booked',
    'confirmation a, confirmation b, cancellation b',
    'applied: The meeting took place; there is no active deal to move.'
  ),
  (
    'a cancellation that arrives after the end of the meeting counts at its own time',
    'book a; end a; 03-05 09:00 cancel a',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.'
  ),
  (
    'what happens in one moment is taken in the order of a booking',
    '09:00 book a; 09:00 move a>b; 09:00 cancel b',
    'b CANCELLED deal 1', 'cancelled booked', 'confirmation a, reschedule b, cancellation b', null
  ),
  (
    'a booking in the moment of a cancellation was made before it',
    '09:00 book a; 10:00 cancel a; 10:00 book g by grace',
    'a CANCELLED deal 1, g of grace ACCEPTED deal 1', 'cancelled booked',
    'confirmation a, confirmation g to grace, cancellation a', null
  ),
  (
    'by choice a cancellation leaves the deal to another meeting that is still to come',
    'set cancellation_rule to last_meeting; book a; book g by grace; cancel a',
    'a CANCELLED deal 1, g of grace ACCEPTED deal 1', 'active booked',
    'confirmation a, confirmation g to grace, cancellation a', 'applied'
  ),
  (
    'by choice the cancellation of the last meeting closes the deal',
    'set cancellation_rule to last_meeting; book a; book g by grace; cancel a; cancel g by grace',
    'a CANCELLED deal 1, g of grace CANCELLED deal 1', 'cancelled booked',
    'confirmation a, confirmation g to grace, cancellation a, cancellation g to grace',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.'
  ),
  (
    'by choice a cancellation leaves the deal to a meeting that was attended',
    'set cancellation_rule to last_meeting; book a; book b; end a; cancel b',
    'a ACCEPTED attended deal 1, b CANCELLED deal 1', 'active met', 'confirmation a, confirmation b, cancellation b',
    'applied'
  ),
  (
    'by choice a meeting that is over and that nobody attended keeps no deal',
    'set cancellation_rule to last_meeting; book a; book b; end a; no-show a; cancel b',
    'a ACCEPTED deal 1, b CANCELLED deal 1', 'cancelled booked', 'confirmation a, confirmation b, cancellation b',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.'
  ),
  (
    'by choice a cancellation closes the booking''s own deal, not the one of today',
    'set cancellation_rule to last_meeting; book a; hand close deal 1; book b; cancel a',
    'a CANCELLED deal 1, b ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, confirmation b, cancellation a', 'applied'
  ),
  (
    'by choice a new time brings back the deal that the last cancellation closed',
    'set cancellation_rule to last_meeting; book a; ask a; move a>b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, cancellation a, reschedule b', 'applied reopened'
  )
) as s (sentence, steps, bookings, deals, mails, answer);

select * from finish();
rollback;
