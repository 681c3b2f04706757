-- Rule: the people of a seated event share one uid; each has a booking, and an event concerns those whom it lists.
begin;
select plan(4 * 42);

select tests.check_scenario(s.sentence, s.steps, s.bookings, s.deals, s.mails, s.answer)
from (values
  (
    'a seat cancelled by hand and then at Cal.com can be booked again',
    'book seat s1 of a; book seat s2 of a by grace; hand cancel booking a; cancel seats of a for ada, grace;
     book seat s3 of a',
    'a ACCEPTED deal 2, a of grace CANCELLED deal 1', 'cancelled booked, active booked',
    'confirmation a, confirmation a to grace, cancellation a, cancellation a to grace, confirmation a',
    'applied opened: Booked; lovelace.test has a new deal.'
  ),
  (
    'another seat of the same person says that the cancellation of the first was lost',
    'book seat s1 of a; book seat s2 of a; cancel seat of a; book b',
    'a CANCELLED deal 1, b ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, confirmation a, cancellation a, confirmation b', 'applied opened'
  ),
  (
    'a seat that was revived by hand is booked again',
    'book seat s1 of a; cancel seat of a; hand revive booking a; book seat s2 of a',
    'a ACCEPTED deal 2', 'cancelled booked, active booked', 'confirmation a, cancellation a, confirmation a',
    'applied opened: Booked; lovelace.test has a new deal.'
  ),
  (
    'a no-show on one seat says nothing of the others',
    'book seat s1 of a; book seat s2 of a by grace; book seat s3 of a by hedy@hopper.test; no-show a',
    'a ACCEPTED deal 1, a of grace ACCEPTED deal 1, a of hedy@hopper.test ACCEPTED deal 1',
    'active booked, hopper.test active booked',
    'confirmation a, confirmation a to grace, confirmation a to hedy@hopper.test', 'applied: Marked as a no-show.'
  ),
  (
    'a no-show on a seat that is not known yet waits for it',
    'book seat s1 of a; end a {"endTime": "2037-03-09T15:30:00Z"}; no-show a by grace',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a',
    'waiting: Its booking is not known yet: it counts as soon as the booking is.'
  ),
  (
    'and counts as soon as it is',
    'book seat s1 of a; no-show a by grace; book seat s2 of a by grace; end a',
    'a ACCEPTED attended deal 1, a of grace ACCEPTED deal 1', 'active met', 'confirmation a, confirmation a to grace',
    'applied met: Ada Byron: The meeting took place; the deal of lovelace.test is met. Grace: The meeting ended; this
     person was marked as a no-show.'
  ),
  (
    'each seat is a booking of its own',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test',
    'a ACCEPTED deal 1, a of grace@hopper.test ACCEPTED deal 1', 'active booked, hopper.test active booked',
    'confirmation a, confirmation a to grace@hopper.test', 'applied opened: Booked; hopper.test has a new deal.'
  ),
  (
    'two seats of one company are one deal, and a mail each',
    'book seat s1 of a; book seat s2 of a by grace',
    'a ACCEPTED deal 1, a of grace ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation a to grace',
    'applied kept: Booked; lovelace.test has an active deal already.'
  ),
  (
    'everybody with a seat was there, listed or not',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test; end a',
    'a ACCEPTED attended deal 1, a of grace@hopper.test ACCEPTED attended deal 1',
    'active met, hopper.test active met', 'confirmation a, confirmation a to grace@hopper.test', null
  ),
  (
    'a no-show concerns the people whom it lists',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test; end a; no-show a for grace@hopper.test',
    'a ACCEPTED attended deal 1, a of grace@hopper.test ACCEPTED deal 1', 'active met, hopper.test active booked',
    'confirmation a, confirmation a to grace@hopper.test',
    'applied booked: Marked as a no-show. The deal of hopper.test is back to booked.'
  ),
  (
    'a seat is cancelled for the person listed, whosever answers the event holds',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test; book seat s3 of a by mary@somerville.test;
     cancel seat of a for Grace@hopper.test {"responses": {"email": {"value": "ada@lovelace.test"},
        "guests": {"value": ["mary@somerville.test"]}}}',
    'a ACCEPTED deal 1, a of grace@hopper.test CANCELLED deal 1, a of mary@somerville.test ACCEPTED deal 1',
    'active booked, hopper.test cancelled booked, somerville.test active booked',
    'confirmation a, confirmation a to grace@hopper.test, confirmation a to mary@somerville.test,
     cancellation a to grace@hopper.test',
    null
  ),
  (
    'a seated event is cancelled for everybody it lists',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test; cancel seats of a for ada, grace@hopper.test',
    'a CANCELLED deal 1, a of grace@hopper.test CANCELLED deal 1', 'cancelled booked, hopper.test cancelled booked',
    'confirmation a, confirmation a to grace@hopper.test, cancellation a, cancellation a to grace@hopper.test', null
  ),
  (
    'after a cancelled event who books again has a new deal',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test; cancel seats of a for ada, grace@hopper.test;
     book b',
    'a CANCELLED deal 1, a of grace@hopper.test CANCELLED deal 1, b ACCEPTED deal 2',
    'cancelled booked, active booked, hopper.test cancelled booked',
    'confirmation a, confirmation a to grace@hopper.test, cancellation a, cancellation a to grace@hopper.test,
     confirmation b',
    null
  ),
  (
    'a seat cancelled for nobody cancels nothing',
    'book seat s1 of a; cancel seat of a {"attendees": []}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'ignored: A seat was cancelled, but the event names nobody.'
  ),
  (
    'a seat cancelled without an address cancels nothing',
    'book seat s1 of a; cancel seat of a {"attendees": [{"email": null}]}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'ignored: A seat was cancelled, but the event names nobody.'
  ),
  (
    'beside somebody without an address the one who has one is cancelled',
    'book seat s1 of a; book seat s2 of a by grace;
     cancel seat of a {"attendees": [{"email": "Email-less"}, {"email": "grace@lovelace.test"}]}',
    'a ACCEPTED deal 1, a of grace CANCELLED deal 1', 'cancelled booked',
    'confirmation a, confirmation a to grace, cancellation a to grace', null
  ),
  (
    'a moved seat moves that person only',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test; move seat s9 of a>b by grace@hopper.test',
    'a ACCEPTED deal 1, b of grace@hopper.test ACCEPTED deal 1', 'active booked, hopper.test active booked',
    'confirmation a, confirmation a to grace@hopper.test, reschedule b to grace@hopper.test', null
  ),
  (
    'each of two times ends with those who sit there',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test; move seat s2 of a>b by grace@hopper.test; end a',
    'a ACCEPTED attended deal 1, b of grace@hopper.test ACCEPTED deal 1', 'active met, hopper.test active booked',
    'confirmation a, confirmation a to grace@hopper.test, reschedule b to grace@hopper.test', null
  ),
  (
    'a moved seat is attended at its new time',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test; move seat s2 of a>b by grace@hopper.test; end a;
     end b',
    'a ACCEPTED attended deal 1, b of grace@hopper.test ACCEPTED attended deal 1',
    'active met, hopper.test active met',
    'confirmation a, confirmation a to grace@hopper.test, reschedule b to grace@hopper.test', null
  ),
  (
    'one of two seats moves and the other is cancelled',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test; move seat s2 of a>b by grace@hopper.test;
     cancel seat of a',
    'a CANCELLED deal 1, b of grace@hopper.test ACCEPTED deal 1', 'cancelled booked, hopper.test active booked',
    'confirmation a, confirmation a to grace@hopper.test, reschedule b to grace@hopper.test, cancellation a', null
  ),
  (
    'a seat moves onto a meeting that others hold',
    'book seat s1 of a; book seat s2 of b by grace@hopper.test; move seat s1 of a>b',
    'b ACCEPTED deal 1, b of grace@hopper.test ACCEPTED deal 1', 'active booked, hopper.test active booked',
    'confirmation a, confirmation b to grace@hopper.test, reschedule b', null
  ),
  (
    'a seat that moves onto a meeting of the same person is given up',
    'book seat s1 of a; book seat s2 of b; move seat s1 of a>b',
    'a CANCELLED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b',
    'applied: Moved onto a meeting that this person has booked already.'
  ),
  (
    'a seat that was moved away can be booked again',
    'book seat s1 of a; move seat s1 of a>b; book seat s2 of a',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b, confirmation a',
    'applied kept: Booked; lovelace.test has an active deal already.'
  ),
  (
    'a seat that was moved away is not cancelled with the one that took its place',
    'book seat s1 of a; move seat s1 of a>b; book seat s2 of a; cancel seat of a',
    'a CANCELLED deal 1, b ACCEPTED deal 1', 'cancelled booked',
    'confirmation a, reschedule b, confirmation a, cancellation a',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.'
  ),
  (
    'a seat can go back to the meeting where it was',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test; move seat s1 of a>b; move seat s1 of b>a; end a;
     copy of 3 17 ms later',
    'a ACCEPTED attended deal 1, a of grace@hopper.test ACCEPTED attended deal 1',
    'active met, hopper.test active met',
    'confirmation a, confirmation a to grace@hopper.test, reschedule b, reschedule a', null
  ),
  (
    'a seat that went back and forth is where it went last',
    'book seat s1 of a; move seat s1 of a>b; move seat s1 of b>a; move seat s1 of a>b; move seat s1 of b>c',
    'c ACCEPTED deal 1', 'active booked',
    'confirmation a, reschedule b, reschedule a, reschedule b, reschedule c', null
  ),
  (
    'a seat that was moved away is cancelled by nothing that names the meeting where it was',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test; move seat s1 of a>b; cancel seat of a',
    'a of grace@hopper.test ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked, hopper.test active booked',
    'confirmation a, confirmation a to grace@hopper.test, reschedule b',
    'ignored: This seat had been moved to another meeting.'
  ),
  (
    'a cancelled seat can be booked again',
    'book seat s1 of a; cancel seat of a; book seat s2 of a',
    'a ACCEPTED deal 2', 'cancelled booked, active booked', 'confirmation a, cancellation a, confirmation a',
    'applied opened: Booked; lovelace.test has a new deal.'
  ),
  (
    'a late copy of the first seat leaves the second alone',
    'book seat s1 of a; cancel seat of a; book seat s2 of a; copy of 1 17 ms later',
    'a ACCEPTED deal 2', 'cancelled booked, active booked', 'confirmation a, cancellation a, confirmation a',
    'duplicate: This booking is known already.'
  ),
  (
    'a calendar links no seats',
    'book seat s1 of a {"iCalUID": "entry@google.test"}; request b {"iCalUID": "entry@google.test"}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'ignored: A request: it counts once the organizer confirms it.'
  ),
  (
    'a seat booked again after its end counts for its new deal',
    'book seat s1 of a; end a; cancel seat of a; book seat s2 of a; no-show a',
    'a ACCEPTED deal 2', 'cancelled met, active booked', 'confirmation a, cancellation a, confirmation a', null
  ),
  (
    'a seat moves alone onto a meeting of others, whoever the event lists',
    'book seat s1 of a; book seat s2 of b by grace@hopper.test; move seat s1 of a>b for grace@hopper.test, ada',
    'b ACCEPTED deal 1, b of grace@hopper.test ACCEPTED deal 1', 'active booked, hopper.test active booked',
    'confirmation a, confirmation b to grace@hopper.test, reschedule b', null
  ),
  (
    'a seat moves alone away from others, whoever the event lists',
    'book seat s1 of a; book seat s2 of a by grace@hopper.test; move seat s2 of a>b for ada, grace@hopper.test',
    'a ACCEPTED deal 1, b of grace@hopper.test ACCEPTED deal 1', 'active booked, hopper.test active booked',
    'confirmation a, confirmation a to grace@hopper.test, reschedule b to grace@hopper.test', null
  ),
  (
    'a seat that nobody knows moves for nobody when several people are listed',
    'move seat s1 of a>b for grace@hopper.test, ada',
    'none', 'none', 'none', 'waiting: Its booking is not known yet: it counts as soon as the booking is.'
  ),
  (
    'a seated event that is moved in place moves for everybody whom it lists',
    'book seat s1 of a; book seat s2 of a by grace; move seats of a>a at 16:00 for ada, grace',
    'a ACCEPTED at 03-09 16:00 deal 1, a of grace ACCEPTED at 03-09 16:00 deal 1', 'active booked',
    'confirmation a, confirmation a to grace, reschedule a, reschedule a to grace', 'applied'
  ),
  (
    'a seated event that is moved in place twice is told twice, and its old timers mean nothing',
    'book seat s1 of a; move seats of a>a at 16:00; move seats of a>a at 17:00; end a; end a at 16:00',
    'a ACCEPTED at 03-09 17:00 deal 1', 'active booked', 'confirmation a, reschedule a, reschedule a', 'ignored'
  ),
  (
    'a seated event that was moved in place ends at its new time',
    'book seat s1 of a; move seats of a>a at 16:00; move seats of a>a at 17:00; end a; end a at 17:00',
    'a ACCEPTED attended at 03-09 17:00 deal 1', 'active met', 'confirmation a, reschedule a, reschedule a',
    'applied met: The meeting took place; the deal of lovelace.test is met.'
  ),
  (
    'a seated event that is moved back to its first time is told once more',
    'book seat s1 of a; move seats of a>a at 16:00; move seats of a>a',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule a, reschedule a', 'applied'
  ),
  (
    'a seated event that is moved to and fro is told every time',
    'book seat s1 of a; move seats of a>a at 16:00; move seats of a>a at 17:00; move seats of a>a at 16:00;
     move seats of a>a at 17:00',
    'a ACCEPTED at 03-09 17:00 deal 1', 'active booked',
    'confirmation a, reschedule a, reschedule a, reschedule a, reschedule a', 'applied: Moved to a new time.'
  ),
  (
    'a cancelled seat can be booked again without a seat id',
    'book seat s1 of a; cancel seat of a; book seat of a',
    'a ACCEPTED deal 2', 'cancelled booked, active booked', 'confirmation a, cancellation a, confirmation a',
    'applied opened: Booked; lovelace.test has a new deal.'
  ),
  (
    'a cancelled seat can be booked again where no event names a seat id',
    'book seat of a; cancel seat of a; book seat of a; end a',
    'a ACCEPTED attended deal 2', 'cancelled booked, active met', 'confirmation a, cancellation a', null
  ),
  (
    'a seated event that is joined with another moves its people, and nobody who sits there already',
    'book seat s1 of a; book seat s2 of a by grace; book seat s3 of b by mary; move seats of a>b for ada, grace, mary',
    'b ACCEPTED deal 1, b of grace ACCEPTED deal 1, b of mary ACCEPTED deal 1', 'active booked',
    'confirmation a, confirmation a to grace, confirmation b to mary, reschedule b, reschedule b to grace', 'applied'
  )
) as s (sentence, steps, bookings, deals, mails, answer);

select * from finish();
rollback;
