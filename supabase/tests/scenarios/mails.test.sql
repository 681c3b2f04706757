-- Rule: confirmation, reschedule, cancellation; each told once, and only while it is true.
begin;
select plan(4 * 12 + 4);

select tests.check_scenario(s.sentence, s.steps, s.bookings, s.deals, s.mails, s.answer)
from (values
  (
    'each step owes its mail; the end of a meeting and a no-show owe none',
    'book a; move a>b; end b; no-show b; cancel b',
    'b CANCELLED deal 1', 'cancelled booked', 'confirmation a, reschedule b, cancellation b', null
  ),
  (
    'a booking that is cancelled by then is not confirmed',
    'cancel a; 08:30 book a',
    'a CANCELLED deal 1', 'cancelled booked', 'cancellation a',
    'applied opened: Booked; lovelace.test has a new deal. No mail: the booking has changed since.'
  ),
  (
    'a booking that is moved by then is not confirmed',
    'move a>b; 08:30 book a',
    'b ACCEPTED deal 1', 'active booked', 'reschedule b',
    'applied opened: Booked; lovelace.test has a new deal. No mail: the booking has changed since.'
  ),
  (
    'a move that was overtaken is not told',
    'book a; 09:30 move b>c; 09:20 move a>b',
    'c ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule c',
    'applied: Moved to a new time. No mail: the booking has changed since.'
  ),
  (
    'an older event that makes everything be replayed tells nothing anew',
    'book a; move a>b; cancel b; 08:00 book g by grace',
    'b CANCELLED deal 1, g of grace ACCEPTED deal 1', 'cancelled booked',
    'confirmation g to grace, confirmation a, reschedule b, cancellation b', null
  ),
  (
    'a copy from a second webhook is not told',
    'book a; copy of 1 17 ms later; cancel a; copy of 3 17 ms later',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a',
    'duplicate: This booking is cancelled already.'
  ),
  (
    'a copy of a move is not told',
    'book a; move a>b; copy of 2 17 ms later',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b', 'duplicate: This move is known already.'
  ),
  (
    'the very same body is not told twice',
    'book a; copy of 1',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a', 'duplicate: The very same body was delivered before.'
  ),
  (
    'a booking made, cancelled and moved is told at every step',
    'book a; ask a; move a>b; cancel b',
    'b CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a, reschedule b, cancellation b', null
  ),
  (
    'a booking that is moved twice without a new uid is told of both times',
    'book a; move a at 16:00; move a at 17:00',
    'a ACCEPTED at 03-09 17:00 deal 1', 'active booked', 'confirmation a, reschedule a, reschedule a', null
  ),
  (
    'a meeting that is over when its event is decided owes no mail',
    'book a {"startTime": "2025-03-09T15:00:00Z", "endTime": "2025-03-09T15:30:00Z"}',
    'a ACCEPTED at 03-09 15:00 deal 1', 'active booked', 'none', 'applied opened'
  ),
  (
    'a move of a meeting that is over when it is decided owes no mail',
    'book a; move a>b {"startTime": "2025-03-10T15:00:00Z", "endTime": "2025-03-10T15:30:00Z"}; cancel b',
    'b CANCELLED at 03-10 15:00 deal 1', 'cancelled booked', 'confirmation a', 'applied cancelled'
  )
) as s (sentence, steps, bookings, deals, mails, answer);

-- That no sender is configured keeps no booking from being made: the mail waits.
delete from public.senders;
select tests.check_scenario(
  'without any sender a booking is made all the same, and its mail waits',
  'book a; move a>b; cancel b',
  'b CANCELLED deal 1', 'cancelled booked', 'confirmation a, reschedule b, cancellation b', 'applied cancelled'
);

select * from finish();
rollback;
