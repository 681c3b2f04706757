-- Rule: a meeting that ended was attended by those who hold it, unless they are marked as a no-show. It meets the deal.
begin;
select plan(4 * 34);

select tests.check_scenario(s.sentence, s.steps, s.bookings, s.deals, s.mails, s.answer)
from (values
  (
    'a meeting that ended was attended and meets the deal',
    'book a; end a',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a',
    'applied met: The meeting took place; the deal of lovelace.test is met.'
  ),
  (
    'the end of a meeting that the organizer confirmed has no title, status, creation or answers',
    'book a; end a without title, status, createdAt, responses, eventTypeId, user, userId, userPrimaryEmail',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a', null
  ),
  (
    'the end of a meeting may come without attendees, its answers as plain strings',
    'book a;
     end a without attendees, user {"responses": {"email": "ada@lovelace.test", "name": "Ada", "guests": []}}',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a', null
  ),
  (
    'the end of a meeting may come with names and addresses only',
    'book a; end a {"attendees": [{"name": "Ada", "email": "ada@lovelace.test"}]}',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a', null
  ),
  (
    'the end of a meeting may come wrapped',
    'book a; MEETING_ENDED a',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a',
    'applied met: The meeting took place; the deal of lovelace.test is met.'
  ),
  (
    'the end of a meeting that comes wrapped counts at its end too',
    'book a; MEETING_ENDED a; 03-05 09:00 cancel a',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a', null
  ),
  (
    'the end of a meeting that nobody knows waits',
    'end a',
    'none', 'none', 'none', 'waiting: Its booking is not known yet: it counts as soon as the booking is.'
  ),
  (
    'a meeting that ended counts only for who booked it',
    'book a; book h by piet@host.test;
     end a {"attendees": [{"email": "ada@lovelace.test"}, {"email": "piet@host.test"},
        {"email": "new@other-host.test"}]}',
    'a ACCEPTED attended deal 1, h of piet ACCEPTED deal 1', 'active met, host.test active booked',
    'confirmation a, confirmation h to piet', null
  ),
  (
    'a meeting that had been cancelled was not attended',
    'book a; cancel a; end a',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a',
    'ignored: The meeting had been cancelled.'
  ),
  (
    'the end of the time that a meeting was moved away from means nothing',
    'book a; move a>b; end a',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b',
    'ignored: The meeting had been moved to another time.'
  ),
  (
    'the end of the new time counts',
    'book a; move a>b; end a; end b {"fromReschedule": "a"}',
    'b ACCEPTED attended deal 1', 'active met', 'confirmation a, reschedule b', null
  ),
  (
    'a meeting meets the active deal of its company and no other',
    'book a; cancel a; book b; book g by grace@hopper.test; end b',
    'a CANCELLED deal 1, b ACCEPTED attended deal 2, g of grace@hopper.test ACCEPTED deal 1',
    'cancelled booked, active met, hopper.test active booked',
    'confirmation a, cancellation a, confirmation b, confirmation g to grace@hopper.test',
    'applied met: The meeting took place; the deal of lovelace.test is met.'
  ),
  (
    'a meeting meets no cancelled deal',
    'book a; book g by grace; cancel g by grace; end a',
    'a ACCEPTED attended deal 1, g of grace CANCELLED deal 1', 'cancelled booked',
    'confirmation a, confirmation g to grace, cancellation g to grace',
    'applied: The meeting took place; there is no active deal to move.'
  ),
  (
    'a meeting of a person without a company is attended',
    'book a by eve@gmail.com; end a by eve@gmail.com',
    'a of eve@gmail.com ACCEPTED attended', 'none', 'confirmation a to eve@gmail.com',
    'applied: The meeting took place; there is no active deal to move.'
  ),
  (
    'a no-show was not there, and the deal is booked again',
    'book a; end a; no-show a for Ada@Lovelace.TEST',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'applied booked: Marked as a no-show. The deal of lovelace.test is back to booked.'
  ),
  (
    'a no-show that is taken back was there after all',
    'book a; end a; no-show a; show a',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a',
    'applied met: No longer marked as a no-show. The deal of lovelace.test is met.'
  ),
  (
    'a no-show marked before the end was not there',
    'book a; 03-09 15:10 no-show a; end a',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'applied: The meeting ended; this person was marked as a no-show.'
  ),
  (
    'a no-show marked before the end and taken back after it was there',
    'book a; 03-09 15:10 no-show a; end a; show a',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a', null
  ),
  (
    'a no-show taken back before the end leaves the meeting to end',
    'book a; 03-09 15:10 no-show a; show a',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a', 'applied: No longer marked as a no-show.'
  ),
  (
    'a no-show that was never marked is nothing new',
    'book a; end a; show a',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a', 'duplicate: Not marked as a no-show.'
  ),
  (
    'a no-show that nobody knows changes nothing',
    'book a; end a; no-show a for nobody@nowhere.test',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a', 'ignored: It names nobody who holds this booking.'
  ),
  (
    'a no-show at the time that a meeting was moved away from means nothing',
    'book a; move a>b; no-show a',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b',
    'ignored: The meeting had been moved to another time.'
  ),
  (
    'a no-show belongs to the time at which it was marked',
    'book a; 03-09 15:10 no-show a; move a>b; end b',
    'b ACCEPTED attended deal 1', 'active met', 'confirmation a, reschedule b',
    'applied met: The meeting took place; the deal of lovelace.test is met.'
  ),
  (
    'a meeting that ended and was moved ends again',
    'book a; end a; move a>b; end b',
    'b ACCEPTED attended deal 1', 'active met', 'confirmation a, reschedule b',
    'applied met: The meeting took place; the deal of lovelace.test is met.'
  ),
  (
    'a no-show of a booking that nobody knows waits',
    'no-show a',
    'none', 'none', 'none', 'waiting: Its booking is not known yet: it counts as soon as the booking is.'
  ),
  (
    'a deal stays met while another meeting of it was attended',
    'book a; book b by grace; end a; end b by grace; no-show a',
    'a ACCEPTED deal 1, b of grace ACCEPTED attended deal 1', 'active met', 'confirmation a, confirmation b to grace',
    'applied: Marked as a no-show.'
  ),
  (
    'a deal falls back when nobody was at any of its meetings',
    'book a; book b by grace; end a; end b by grace; no-show a; no-show b for grace',
    'a ACCEPTED deal 1, b of grace ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b to grace',
    'applied booked: Marked as a no-show. The deal of lovelace.test is back to booked.'
  ),
  (
    'a deal is met again when one of its no-shows is taken back',
    'book a; book b by grace; end a; end b by grace; no-show a; no-show b for grace; show a',
    'a ACCEPTED attended deal 1, b of grace ACCEPTED deal 1', 'active met', 'confirmation a, confirmation b to grace',
    'applied met: No longer marked as a no-show. The deal of lovelace.test is met.'
  ),
  (
    'a no-show takes back the deal that its meeting met, not the one of today',
    'book a; book b by grace; end a; cancel b by grace; book h by grace; no-show a',
    'a ACCEPTED deal 1, b of grace CANCELLED deal 1, h of grace ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, confirmation b to grace, cancellation b to grace, confirmation h to grace', null
  ),
  (
    'a no-show that is taken back leaves all as it was',
    'book a; book b by grace; end a; cancel b by grace; book h by grace; no-show a; show a',
    'a ACCEPTED attended deal 1, b of grace CANCELLED deal 1, h of grace ACCEPTED deal 2',
    'cancelled met, active booked',
    'confirmation a, confirmation b to grace, cancellation b to grace, confirmation h to grace', null
  ),
  (
    'a meeting counts for the deal that it met',
    'book a; book g by grace; cancel g by grace; book h by grace; end a',
    'a ACCEPTED attended deal 2, g of grace CANCELLED deal 1, h of grace ACCEPTED deal 2',
    'cancelled booked, active met',
    'confirmation a, confirmation g to grace, cancellation g to grace, confirmation h to grace', null
  ),
  (
    'a timer that was set for an earlier time of the booking means nothing',
    'book a; move a at 16:00; end a',
    'a ACCEPTED at 03-09 16:00 deal 1', 'active booked', 'confirmation a, reschedule a', 'ignored'
  ),
  (
    'the timer of the time that the booking has now counts',
    'book a; move a at 16:00; end a; end a at 16:00',
    'a ACCEPTED attended at 03-09 16:00 deal 1', 'active met', 'confirmation a, reschedule a',
    'applied met: The meeting took place; the deal of lovelace.test is met.'
  ),
  (
    'a meeting that was moved to an earlier time ends there',
    'book a; move a at 14:00; end a at 14:00',
    'a ACCEPTED attended at 03-09 14:00 deal 1', 'active met', 'confirmation a, reschedule a', null
  )
) as s (sentence, steps, bookings, deals, mails, answer);

select * from finish();
rollback;
