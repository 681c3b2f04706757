-- Rule: a new time moves the booking: a reschedule, or a request of the attendee that the organizer confirms.
begin;
select plan(4 * 67);

select tests.check_scenario(s.sentence, s.steps, s.bookings, s.deals, s.mails, s.answer)
from (values
  (
    'a new time moves the booking',
    'book a; move a>b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b', 'applied: Moved to a new time.'
  ),
  (
    'a new time may have another organizer',
    'book a; move a>b with Piet@Host.test',
    'b ACCEPTED with piet deal 1', 'active booked', 'confirmation a, reschedule b', null
  ),
  (
    'a new time that names no organizer keeps the organizer',
    'book a with piet; move a>b without organizer',
    'b ACCEPTED with piet deal 1', 'active booked', 'confirmation a, reschedule b', null
  ),
  (
    'a booking can move without a new uid',
    'book a; move a at 16:00',
    'a ACCEPTED at 03-09 16:00 deal 1', 'active booked', 'confirmation a, reschedule a', null
  ),
  (
    'a chain of moves is one booking',
    'book a; move a>b; move b>c; end c',
    'c ACCEPTED attended deal 1', 'active met', 'confirmation a, reschedule b, reschedule c', null
  ),
  (
    'an old link moves the booking once more',
    'book a; move a>b; move b>c; move a>d',
    'd ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b, reschedule c, reschedule d', null
  ),
  (
    'a former uid cancels the booking',
    'book a; move a>b; move b>c; move a>d; cancel b',
    'd CANCELLED deal 1', 'cancelled booked',
    'confirmation a, reschedule b, reschedule c, reschedule d, cancellation d', null
  ),
  (
    'a uid that the booking had is no new time',
    'book a; move a>b; move b>a',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b', 'duplicate: This move is known already.'
  ),
  (
    'a move of a booking that nobody knows books the meeting',
    'move a>b',
    'b ACCEPTED deal 1', 'active booked', 'reschedule b', 'applied opened'
  ),
  (
    'a meeting whose booking was lost is moved, attended and cancelled like any other',
    'move a>b; move b>c; end c',
    'c ACCEPTED attended deal 1', 'active met', 'reschedule b, reschedule c',
    'applied met: The meeting took place; the deal of lovelace.test is met.'
  ),
  (
    'a meeting whose booking was lost is cancelled under any uid that it had',
    'move a>b; cancel a',
    'b CANCELLED deal 1', 'cancelled booked', 'reschedule b, cancellation b',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.'
  ),
  (
    'a move of a booking that nobody knows uses the deal there is',
    'book a; move x>b by grace',
    'a ACCEPTED deal 1, b of grace ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b to grace',
    'applied kept'
  ),
  (
    'a move of a booking that nobody knows books a person without a company',
    'move a>b by eve@gmail.com',
    'b of eve@gmail.com ACCEPTED', 'none', 'reschedule b to eve@gmail.com', 'applied'
  ),
  (
    'a booking that turns up after its move gives what the right order gives',
    'book g by grace; cancel g by grace; book a with piet; move a>b',
    'b ACCEPTED deal 2, g of grace CANCELLED deal 1', 'cancelled booked, active booked',
    'confirmation g to grace, cancellation g to grace, confirmation a, reschedule b', 'applied: Moved to a new time.'
  ),
  (
    'a request that the organizer moves before confirming it is booked at its new time',
    'request a; move a>b {"rescheduledBy": "greta@host.test"}',
    'b ACCEPTED deal 1', 'active booked', 'reschedule b', 'applied opened'
  ),
  (
    'so is one for which another time had been asked',
    'request a; request a>b; move b>c {"rescheduledBy": "greta@host.test"}',
    'c ACCEPTED deal 1', 'active booked', 'reschedule c',
    'applied opened: Booked by its move, because nothing was known of it before; lovelace.test has a new deal.'
  ),
  (
    'so is one for which another time had been asked by a move that is PENDING',
    'request a; move a>b {"status": "PENDING"}; move b>c {"rescheduledBy": "greta@host.test"}',
    'c ACCEPTED deal 1', 'active booked', 'reschedule c',
    'applied opened: Booked by its move, because nothing was known of it before; lovelace.test has a new deal.'
  ),
  (
    'a move whose predecessor was lost is found by the calendar',
    'book a {"iCalUID": "a@Cal.com"}; move x>b {"iCalUID": "a@Cal.com"}',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b', 'applied: Moved to a new time.'
  ),
  (
    'a move leaves a met deal alone',
    'book a; book g by grace; end a; move g>h by grace',
    'a ACCEPTED attended deal 1, h of grace ACCEPTED deal 1', 'active met',
    'confirmation a, confirmation g to grace, reschedule h to grace', 'applied: Moved to a new time.'
  ),
  (
    'a move is decided at its own time: before the cancellation that arrived first',
    'book a; cancel a; book g by grace; 09:05 move a>b',
    'b CANCELLED deal 1, g of grace ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, cancellation a, confirmation g to grace', null
  ),
  (
    'a person without a company moves too',
    'book a by eve@gmail.com; move a>b by eve@gmail.com; end b by eve@gmail.com',
    'b of eve@gmail.com ACCEPTED attended', 'none', 'confirmation a to eve@gmail.com, reschedule b to eve@gmail.com',
    null
  ),
  (
    'a request for a new time moves the booking without a mail',
    'book a; request a>b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a',
    'applied: The attendee asked for a new time; the organizer has yet to confirm it.'
  ),
  (
    'a request for a new time waits for its booking',
    'request a>b',
    'none', 'none', 'none', 'waiting: Its booking is not known yet: it counts as soon as the booking is.'
  ),
  (
    'the new time is confirmed when the organizer says yes',
    'book a; request a>b; confirm b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b',
    'applied: The organizer confirmed the new time.'
  ),
  (
    'a confirmed new time ends like any other',
    'book a; request a>b; confirm b; end b',
    'b ACCEPTED attended deal 1', 'active met', 'confirmation a, confirmation b', null
  ),
  (
    'a new time that the organizer rejects ends the booking',
    'book a; request a>b; reject b',
    'b CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation b',
    'applied cancelled: Rejected, and with it the deal of lovelace.test.'
  ),
  (
    'after a rejected new time a booking opens a new deal',
    'book a; request a>b; reject b; book g by grace',
    'b CANCELLED deal 1, g of grace ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, cancellation b, confirmation g to grace', null
  ),
  (
    'a request without any link moves the one meeting to come of its attendee and event type',
    'book a; request b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a',
    'applied: The attendee asked for a new time; the organizer has yet to confirm it.'
  ),
  (
    'a request without any link is confirmed',
    'book a; request b; confirm b; end b',
    'b ACCEPTED attended deal 1', 'active met', 'confirmation a, confirmation b', null
  ),
  (
    'a request without any link that the organizer rejects ends the booking',
    'book a; request b; reject b',
    'b CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation b',
    'applied cancelled: Rejected, and with it the deal of lovelace.test.'
  ),
  (
    'a request without any link that is withdrawn ends the booking',
    'book a; request b; cancel b',
    'b CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation b',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.'
  ),
  (
    'a request without any link moves none of two meetings to come',
    'book a; book b; request c',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b',
    'ignored: A request: it counts once the organizer confirms it.'
  ),
  (
    'a request without any link moves no meeting of another event type',
    'book a; request b {"eventTypeId": 7032}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'ignored: A request: it counts once the organizer confirms it.'
  ),
  (
    'a request without any link moves no meeting of somebody else',
    'book a; request b by grace; confirm b by grace',
    'a ACCEPTED deal 1, b of grace ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b to grace',
    'applied kept: Booked; lovelace.test has an active deal already.'
  ),
  (
    'a request without any link moves no meeting that is over',
    'book a; 03-09 20:00 request b; confirm b',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b', 'applied kept'
  ),
  (
    'a request without any link moves no cancelled meeting',
    'book a; cancel a; request b',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a',
    'ignored: A request: it counts once the organizer confirms it.'
  ),
  (
    'a new time that is PENDING is a request for it',
    'book a; move a>b {"status": "PENDING"}',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a',
    'applied: The attendee asked for a new time; the organizer has yet to confirm it.'
  ),
  (
    'a new time that is PENDING is confirmed',
    'book a; move a>b {"status": "PENDING"}; confirm b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b',
    'applied: The organizer confirmed the new time.'
  ),
  (
    'a new time that is PENDING, of a booking that nobody knows, changes nothing',
    'move a>b {"status": "PENDING"}',
    'none', 'none', 'none', 'ignored: A request: it counts once the organizer confirms it.'
  ),
  (
    'a meeting that was moved after its end was not attended',
    'book a; end a; move a>b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b', 'applied booked'
  ),
  (
    'a meeting that was moved within the day after its end was not attended either',
    'book a; end a; move a at 16:00',
    'a ACCEPTED at 03-09 16:00 deal 1', 'active booked', 'confirmation a, reschedule a', 'applied booked'
  ),
  (
    'a deal stays met by another meeting when one is moved after its end',
    'book a; book b by grace; end a; end b by grace; move a>h',
    'b of grace ACCEPTED attended deal 1, h ACCEPTED deal 1', 'active met',
    'confirmation a, confirmation b to grace, reschedule h', 'applied: Moved to a new time.'
  ),
  (
    'a move in which another address was typed moves the booking and makes no person',
    'book a; move a>b by eve@gmail.com',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b', 'applied: Moved to a new time.'
  ),
  (
    'another organizer takes a meeting over',
    'book a; reassign a to piet; end a',
    'a ACCEPTED attended with piet deal 1', 'active met', 'confirmation a', null
  ),
  (
    'another organizer changes nothing else',
    'book a; reassign a to piet at 16:00 {"title": "Renamed"}',
    'a ACCEPTED with piet deal 1', 'active booked', 'confirmation a', 'applied'
  ),
  (
    'another organizer of a booking that nobody knows waits',
    'reassign a to piet',
    'none', 'none', 'none', 'waiting: Its booking is not known yet: it counts as soon as the booking is.'
  ),
  (
    'the organizer who has the meeting already is nothing new',
    'book a; reassign a to piet; copy of 2 17 ms later',
    'a ACCEPTED with piet deal 1', 'active booked', 'confirmation a', 'duplicate'
  ),
  (
    'a meeting is handed to nobody',
    'book a; reassign a {"organizer": null}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a', 'ignored'
  ),
  (
    'a meeting is handed over before it moves',
    'book a; reassign a to piet; move a>b without organizer',
    'b ACCEPTED with piet deal 1', 'active booked', 'confirmation a, reschedule b', null
  ),
  (
    'a request without its link is found by the calendar',
    'book a {"iCalUID": "a@Cal.com"}; request b {"iCalUID": "a@Cal.com"}',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a', null
  ),
  (
    'what the calendar links is confirmed and cancelled as one booking',
    'book a {"iCalUID": "a@Cal.com"}; request b {"iCalUID": "a@Cal.com"}; confirm b {"iCalUID": "a@Cal.com"};
     cancel b',
    'b CANCELLED deal 1', 'cancelled booked', 'confirmation a, confirmation b, cancellation b', null
  ),
  (
    'a confirmation whose request was lost is found by the calendar',
    'book a {"iCalUID": "a@Cal.com"}; confirm b {"iCalUID": "a@Cal.com"}',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b', null
  ),
  (
    'a confirmation older than the booking of its calendar is a booking of its own',
    'book a {"iCalUID": "a@Cal.com"}; 08:30 confirm b {"iCalUID": "a@Cal.com"}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation b, confirmation a', null
  ),
  (
    'a calendar links no other person''s booking',
    'book a {"iCalUID": "entry@google.test"}; request b by grace {"iCalUID": "entry@google.test"}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'ignored: A request: it counts once the organizer confirms it.'
  ),
  (
    'a calendar links no occurrences of a series',
    'book a {"iCalUID": "entry@google.test"};
     request b {"iCalUID": "entry@google.test", "recurringEvent": {"freq": 2}}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'ignored: A request: it counts once the organizer confirms it.'
  ),
  (
    'a calendar id in Cal.com''s form links only the booking that it names',
    'book a {"iCalUID": "x@Cal.com"}; request b {"iCalUID": "x@Cal.com", "eventTypeId": 7032}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'ignored: A request: it counts once the organizer confirms it.'
  ),
  (
    'a booking whose organizer asks for another time is cancelled until the guest chooses',
    'book a; ask a',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.'
  ),
  (
    'the new time that the organizer asked for brings booking and deal back',
    'book a; ask a; move a>b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, cancellation a, reschedule b',
    'applied reopened: Moved to a new time. Its deal is active again.'
  ),
  (
    'a booking after the deal came back counts for it',
    'book a; ask a; move a>b; book g by grace',
    'b ACCEPTED deal 1, g of grace ACCEPTED deal 1', 'active booked',
    'confirmation a, cancellation a, reschedule b, confirmation g to grace',
    'applied kept: Booked; lovelace.test has an active deal already.'
  ),
  (
    'a deal that comes back gives way to an active one',
    'book a; ask a; book g by grace; move a>b',
    'b ACCEPTED deal 2, g of grace ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, cancellation a, confirmation g to grace, reschedule b', 'applied: Moved to a new time.'
  ),
  (
    'a new time brings back the deal also when another''s cancellation closed it',
    'book a; book g by grace; cancel g by grace; ask a; move a>b',
    'b ACCEPTED deal 1, g of grace CANCELLED deal 1', 'active booked',
    'confirmation a, confirmation g to grace, cancellation g to grace, cancellation a, reschedule b',
    'applied reopened'
  ),
  (
    'of two colleagues who were asked to move the second alone picks a time',
    'book a; book g by grace; ask a; ask g by grace; move g>h by grace',
    'a CANCELLED deal 1, h of grace ACCEPTED deal 1', 'active booked',
    'confirmation a, confirmation g to grace, cancellation a, cancellation g to grace, reschedule h to grace',
    'applied reopened'
  ),
  (
    'a booking that lives again belongs to the deal that is active by then',
    'book a; book g by grace; ask a; ask g by grace; book b by mary; move g>h by grace',
    'a CANCELLED deal 1, b of mary ACCEPTED deal 2, h of grace ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, confirmation g to grace, cancellation a, cancellation g to grace, confirmation b to mary,
     reschedule h to grace',
    'applied: Moved to a new time.'
  ),
  (
    'a move that its sender dates before the booking counts once the booking is known',
    'book a; 08:58 move a>b; 08:59 cancel b',
    'b CANCELLED deal 1', 'cancelled booked', 'reschedule b, cancellation b, confirmation a', null
  ),
  (
    'a move of a booking that nobody knows, dated before the booking of its calendar, is a booking of its own',
    '08:30 move x>b {"iCalUID": "a@Cal.com"}; book a {"iCalUID": "a@Cal.com"}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'reschedule b, confirmation a', null
  ),
  (
    'a calendar links no booking that needs no confirmation',
    'book a {"iCalUID": "entry@google.test"}; book b {"iCalUID": "entry@google.test"}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b', null
  ),
  (
    'a move keeps the meeting with its deal, whatever deal is active by then',
    'book a; book g by grace; cancel g by grace; book h by grace; move a>b',
    'b ACCEPTED deal 1, g of grace CANCELLED deal 1, h of grace ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, confirmation g to grace, cancellation g to grace, confirmation h to grace, reschedule b',
    'applied: Moved to a new time.'
  )
) as s (sentence, steps, bookings, deals, mails, answer);

select * from finish();
rollback;
