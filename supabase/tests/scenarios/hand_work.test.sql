-- Rule: what a person does by hand counts at the moment it is done, like an event: later events act on what it left,
--       and a late event or a rebuild takes nothing of it back.
begin;
select plan(4 * 82 + 15);

select tests.check_scenario(s.sentence, s.steps, s.bookings, s.deals, s.mails, s.answer, s.names)
from (values
  (
    'a booking cancelled by hand and then at Cal.com is cancelled there, too',
    'book a; hand cancel booking a; cancel a',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.', null
  ),
  (
    'once: what comes again spares the deal of a later booking',
    'book a; hand cancel booking a; cancel a; book b; copy of 3 17 ms later',
    'a CANCELLED deal 1, b ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, cancellation a, confirmation b', 'duplicate: This booking is cancelled already.', null
  ),
  (
    'a booking cancelled at Cal.com first is no other one when it is revived and cancelled by hand',
    'book a; cancel a; hand revive booking a; hand cancel booking a; book b; copy of 2 17 ms later',
    'a CANCELLED deal 1, b ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, cancellation a, confirmation b', 'duplicate: This booking is cancelled already.', null
  ),
  (
    'a host who asks for another time of what was cancelled by hand gets the deal back with it',
    'book a; hand cancel booking a; ask a; move a>b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, cancellation a, reschedule b',
    'applied reopened: Moved to a new time. Its deal is active again.', null
  ),
  (
    'of a booking cancelled by hand only its own deal is closed where the setting says so',
    'set cancellation_rule to last_meeting; book a; hand cancel booking a; book b; cancel a; cancel b',
    'a CANCELLED deal 1, b CANCELLED deal 1', 'cancelled booked',
    'confirmation a, confirmation b, cancellation a, cancellation b', 'applied cancelled', null
  ),
  (
    'a booking entered and cancelled by hand is cancelled at Cal.com, too',
    'hand enter person ada; hand enter booking a; hand cancel booking a; book a; cancel a',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a', 'applied cancelled', null
  ),
  (
    'a request for another time that was cancelled by hand is confirmed all the same',
    'book a; request a>b; hand cancel booking b; confirm b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b',
    'applied: The organizer confirmed the new time.', null
  ),
  (
    'a request for another time that was cancelled by hand is rejected',
    'book a; request a>b; hand cancel booking b; reject b',
    'b CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation b', 'applied cancelled', null
  ),
  (
    'a new time brings the deal back of a booking that somebody has revived before',
    'book a; ask a; hand revive booking a; move a>b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, cancellation a, reschedule b',
    'applied reopened: Moved to a new time. Its deal is active again.', null
  ),
  -- deals that are closed, reopened, met
  (
    'a deal closed by hand stays closed when its meeting ends',
    'book a; hand close deal 1; end a',
    'a ACCEPTED attended deal 1', 'cancelled booked', 'confirmation a',
    'applied: The meeting took place; there is no active deal to move.', null
  ),
  (
    'a booking after a deal was closed by hand opens a new one',
    'book a; hand close deal 1; book b',
    'a ACCEPTED deal 1, b ACCEPTED deal 2', 'cancelled booked, active booked', 'confirmation a, confirmation b',
    'applied opened: Booked; lovelace.test has a new deal.', null
  ),
  (
    'a meeting that ended before its deal was closed by hand reopens nothing',
    'book a; end a; hand close deal 1; book b',
    'a ACCEPTED attended deal 1, b ACCEPTED deal 2', 'cancelled met, active booked', 'confirmation a, confirmation b',
    null, null
  ),
  (
    'a deal closed by hand before the meeting leaves the one opened since to be met',
    'book a; hand close deal 1; book b; end a',
    'a ACCEPTED attended deal 2, b ACCEPTED deal 2', 'cancelled booked, active met', 'confirmation a, confirmation b',
    'applied met: The meeting took place; the deal of lovelace.test is met.', null
  ),
  (
    'the cancellation of a meeting whose deal was closed by hand finds no deal',
    'book a; hand close deal 1; cancel a',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a',
    'applied: Cancelled; lovelace.test has no active deal.', null
  ),
  (
    'a deal closed by hand is not brought back by a new time',
    'book a; hand close deal 1; ask a; move a>b',
    'b ACCEPTED deal 1', 'cancelled booked', 'confirmation a, cancellation a, reschedule b', 'applied', null
  ),
  (
    'a deal reopened by hand is active again',
    'book a; cancel a; hand reopen deal 1; copy of 2 17 ms later',
    'a CANCELLED deal 1', 'active booked', 'confirmation a, cancellation a',
    'duplicate: This booking is cancelled already.', null
  ),
  (
    'a deal reopened by hand is used',
    'book a; cancel a; hand reopen deal 1; book b; end b',
    'a CANCELLED deal 1, b ACCEPTED attended deal 1', 'active met', 'confirmation a, cancellation a, confirmation b',
    'applied met: The meeting took place; the deal of lovelace.test is met.', null
  ),
  (
    'a deal reopened by hand can be cancelled again',
    'book a; cancel a; hand reopen deal 1; book b; cancel b',
    'a CANCELLED deal 1, b CANCELLED deal 1', 'cancelled booked',
    'confirmation a, cancellation a, confirmation b, cancellation b',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.', null
  ),
  (
    'a deal reopened by hand is cancelled and reopened by events again',
    'book a; hand close deal 1; hand reopen deal 1; cancel a; move a>b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, cancellation a, reschedule b',
    'applied reopened: Moved to a new time. Its deal is active again.', null
  ),
  (
    'a deal met by hand stays met',
    'book a; hand meet deal 1; move a>b',
    'b ACCEPTED deal 1', 'active met', 'confirmation a, reschedule b', null, null
  ),
  (
    'a deal that is put back to booked by hand stays booked until another meeting',
    'book a; end a; hand unmeet deal 1',
    'a ACCEPTED attended deal 1', 'active booked', 'confirmation a', null, null
  ),

  -- deals that are entered and deleted
  (
    'a deal entered by hand stays beside a cancelled one',
    'book a; cancel a; hand enter deal',
    'a CANCELLED deal 1', 'cancelled booked, active booked', 'confirmation a, cancellation a', null, null
  ),
  (
    'a late copy of a cancellation spares the deal entered by hand',
    'book a; cancel a; hand enter deal; copy of 2 17 ms later',
    'a CANCELLED deal 1', 'cancelled booked, active booked', 'confirmation a, cancellation a',
    'duplicate: This booking is cancelled already.', null
  ),
  (
    'a deal entered by hand is used and met by what comes after it',
    'book a; cancel a; hand enter deal; book b; end b',
    'a CANCELLED deal 1, b ACCEPTED attended deal 2', 'cancelled booked, active met',
    'confirmation a, cancellation a, confirmation b',
    'applied met: The meeting took place; the deal of lovelace.test is met.', null
  ),
  (
    'a deal entered by hand is cancelled by what comes after it',
    'book a; cancel a; hand enter deal; book b; cancel b',
    'a CANCELLED deal 1, b CANCELLED deal 2', 'cancelled booked, cancelled booked',
    'confirmation a, cancellation a, confirmation b, cancellation b',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.', null
  ),
  (
    'a deal closed by hand and one entered by hand are two deals',
    'book a; hand close deal 1; hand enter deal; end a',
    'a ACCEPTED attended deal 2', 'cancelled booked, active met', 'confirmation a',
    'applied met: The meeting took place; the deal of lovelace.test is met.', null
  ),
  (
    'a company and a deal entered by hand are used by the first who books',
    'hand enter company hopper.test; hand enter deal for hopper.test; book g by grace@hopper.test',
    'g of grace@hopper.test ACCEPTED deal 1', 'hopper.test active booked', 'confirmation g to grace@hopper.test',
    'applied kept: Booked; hopper.test has an active deal already.', null
  ),
  (
    'a webhook that comes late uses the deal that was entered by hand in its stead',
    'book a; cancel a; 09:30 hand enter deal; 09:20 book b',
    'a CANCELLED deal 1, b ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, cancellation a, confirmation b', null, null
  ),
  (
    'a deleted deal does not come back when its meeting ends',
    'book a; hand delete deal 1; copy of 1 17 ms later; end a',
    'a ACCEPTED attended', 'lovelace.test without a deal', 'confirmation a',
    'applied: The meeting took place; there is no active deal to move.', null
  ),
  (
    'a deleted deal does not come back when its meeting is moved and cancelled',
    'book a; hand delete deal 1; move a>b; cancel b',
    'b CANCELLED', 'lovelace.test without a deal', 'confirmation a, reschedule b, cancellation b',
    'applied: Cancelled; lovelace.test has no active deal.', null
  ),
  (
    'a deleted deal does not come back with a new time',
    'book a; ask a; hand delete deal 1; move a>b',
    'b ACCEPTED', 'lovelace.test without a deal', 'confirmation a, cancellation a, reschedule b', 'applied', null
  ),
  (
    'who was not at a meeting after all changes nothing of a deal that was deleted since',
    'book a; end a; hand delete deal 1; no-show a; show a',
    'a ACCEPTED attended', 'lovelace.test without a deal', 'confirmation a', 'applied', null
  ),
  (
    'after a deleted deal a booking opens a new one',
    'book a; hand delete deal 1; book b',
    'a ACCEPTED, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b',
    'applied opened: Booked; lovelace.test has a new deal.', null
  ),
  (
    'a deal entered and deleted by hand is gone',
    'book a; cancel a; hand enter deal; hand delete deal 2; book b',
    'a CANCELLED deal 1, b ACCEPTED deal 2', 'cancelled booked, active booked',
    'confirmation a, cancellation a, confirmation b', 'applied opened: Booked; lovelace.test has a new deal.', null
  ),

  -- bookings
  (
    'a deleted booking does not come back',
    'book a; hand delete booking a; copy of 1 17 ms later; end a',
    'ada@lovelace.test without a booking', 'active booked', 'confirmation a', 'ignored', null
  ),
  (
    'the cancellation of a deleted booking cancels nothing',
    'book a; hand delete booking a; cancel a',
    'ada@lovelace.test without a booking', 'active booked', 'confirmation a', 'ignored', null
  ),
  (
    'a deleted booking does not come back with a new time',
    'book a; hand delete booking a; move a>b',
    'ada@lovelace.test without a booking', 'active booked', 'confirmation a', 'ignored', null
  ),
  (
    'nor one that somebody had entered by hand',
    'book b; hand enter booking a; hand delete booking a; move a>c',
    'b ACCEPTED deal 1', 'active booked', 'confirmation b', 'ignored', null
  ),
  (
    'after a deleted booking another one is a booking',
    'book a; hand delete booking a; book b',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b',
    'applied kept: Booked; lovelace.test has an active deal already.', null
  ),
  (
    'a booking entered by hand stays',
    'book b; hand enter booking a',
    'a ACCEPTED, b ACCEPTED deal 1', 'active booked', 'confirmation b', null, null
  ),
  (
    'a booking entered by hand is adopted by the event that is sent after it',
    'book b; hand enter booking a; book a',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation b, confirmation a', 'applied kept', null
  ),
  (
    'a booking entered by hand is adopted by the event that was sent before it',
    'book b; 09:20 hand enter booking a; 09:10 book a',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation b, confirmation a', 'applied kept', null
  ),
  (
    'a booking entered by hand is attended when it ends',
    'book b; hand enter booking a; end a',
    'a ACCEPTED attended deal 1, b ACCEPTED deal 1', 'active met', 'confirmation b',
    'applied met: The meeting took place; the deal of lovelace.test is met.', null
  ),
  (
    'a booking entered by hand is cancelled by its cancellation',
    'book b; hand enter booking a; cancel a',
    'a CANCELLED, b ACCEPTED deal 1', 'cancelled booked', 'confirmation b, cancellation a',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.', null
  ),
  (
    'a deleted booking that is entered again is known again',
    'book a; hand delete booking a; hand enter booking a; end a',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a',
    'applied met: The meeting took place; the deal of lovelace.test is met.', null
  ),
  (
    'a booking entered by hand can be moved and cancelled',
    'book b; hand enter booking a; move a>c; cancel c',
    'b ACCEPTED deal 1, c CANCELLED', 'cancelled booked', 'confirmation b, reschedule c, cancellation c',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.', null
  ),
  (
    'a booking cancelled by hand is not attended, and leaves the deal alone',
    'book a; hand cancel booking a; end a',
    'a CANCELLED deal 1', 'active booked', 'confirmation a', 'ignored: The meeting had been cancelled.', null
  ),
  (
    'a booking cancelled by hand lives again with a new time',
    'book a; hand cancel booking a; move a>b; end b',
    'b ACCEPTED attended deal 1', 'active met', 'confirmation a, reschedule b', null, null
  ),
  (
    'a booking that is brought back by hand can be attended',
    'book a; cancel a; hand revive booking a; end a',
    'a ACCEPTED attended deal 1', 'cancelled booked', 'confirmation a, cancellation a',
    'applied: The meeting took place; there is no active deal to move.', null
  ),
  (
    'a booking counted as attended by hand stays so',
    'book a; hand attend booking a; book b',
    'a ACCEPTED attended deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b', null, null
  ),
  (
    'a booking of which somebody takes back that it was attended leaves the deal alone',
    'book a; end a; hand unattend booking a; book b',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active met', 'confirmation a, confirmation b', null, null
  ),
  (
    'a booking counted as missed by hand stays so, and its deal is booked again',
    'book a; end a; hand miss booking a; book b',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b', null, null
  ),
  (
    'a booking counted as missed by hand leaves the deal met by another meeting',
    'book a; book b by grace; end a; end b by grace; hand miss booking a; book c',
    'a ACCEPTED deal 1, b of grace ACCEPTED attended deal 1, c ACCEPTED deal 1', 'active met',
    'confirmation a, confirmation b to grace, confirmation c', null, null
  ),
  (
    'a no-show that is taken back by hand was there after all',
    'book a; end a; no-show a; hand unmiss booking a; book b',
    'a ACCEPTED attended deal 1, b ACCEPTED deal 1', 'active met', 'confirmation a, confirmation b', null, null
  ),
  (
    'a no-show by hand that is taken back before the end leaves the meeting to end',
    'book a; hand miss booking a; hand unmiss booking a; end a',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a',
    'applied met: The meeting took place; the deal of lovelace.test is met.', null
  ),
  (
    'a meeting that ends after a no-show by hand was missed',
    'book a; hand miss booking a; end a',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'applied: The meeting ended; this person was marked as a no-show.', null
  ),
  (
    'a no-show of Cal.com''s is nothing new after one by hand',
    'book a; end a; hand miss booking a; no-show a',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a', 'duplicate: Marked as a no-show already.', null
  ),
  (
    'a no-show by hand is taken back by Cal.com',
    'book a; hand miss booking a; end a; show a',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a',
    'applied met: No longer marked as a no-show. The deal of lovelace.test is met.', null
  ),
  (
    'who is counted as attended by hand after a no-show was there, and the deal is met again',
    'book a; end a; no-show a; hand attend booking a; book b',
    'a ACCEPTED attended deal 1, b ACCEPTED deal 1', 'active met', 'confirmation a, confirmation b', null, null
  ),
  (
    'a no-show by hand takes back a deal that was moved by hand',
    'book a; hand attend booking a; hand meet deal 1; hand miss booking a; book b',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b', null, null
  ),
  (
    'a no-show by hand that is taken back brings back the deal that it took back',
    'book a; hand attend booking a; hand meet deal 1; hand miss booking a; hand unmiss booking a; book b',
    'a ACCEPTED attended deal 1, b ACCEPTED deal 1', 'active met', 'confirmation a, confirmation b', null, null
  ),
  (
    'who was a no-show, was then counted as attended and is a no-show again, has attended nothing once that is lifted',
    'book a; hand miss booking a; hand attend booking a; hand miss booking a; hand unmiss booking a; book b',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b', null, null
  ),
  (
    'where the meeting ended meanwhile, they have',
    'book a; hand miss booking a; hand attend booking a; end a; hand miss booking a; hand unmiss booking a; book b',
    'a ACCEPTED attended deal 1, b ACCEPTED deal 1', 'active met', 'confirmation a, confirmation b', null, null
  ),
  (
    'where it had ended before, too',
    'book a; end a; hand miss booking a; hand attend booking a; hand miss booking a; hand unmiss booking a; book b',
    'a ACCEPTED attended deal 1, b ACCEPTED deal 1', 'active met', 'confirmation a, confirmation b', null, null
  ),
  (
    'who is counted as attended by hand, whatever they were before, is so again once Cal.com lifts a no-show',
    'book a; hand miss booking a; hand attend booking a; no-show a; show a',
    'a ACCEPTED attended deal 1', 'active booked', 'confirmation a', 'applied: No longer marked as a no-show.', null
  ),
  (
    'a meeting that ends after somebody has counted it as attended meets the deal',
    'book a; hand attend booking a; end a',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a',
    'applied met: The meeting took place; the deal of lovelace.test is met.', null
  ),
  (
    'a no-show by hand belongs to the time at which it was marked',
    'book a; hand miss booking a; move a>b; end b',
    'b ACCEPTED attended deal 1', 'active met', 'confirmation a, reschedule b', null, null
  ),
  (
    'a time set by hand is the one that must be over',
    'book a; hand shift booking a to 16:00; end a',
    'a ACCEPTED at 03-09 16:00 deal 1', 'active booked', 'confirmation a', 'ignored', null
  ),
  (
    'a time set by hand is over at its end',
    'book a; hand shift booking a to 16:00; end a at 16:00',
    'a ACCEPTED attended at 03-09 16:00 deal 1', 'active met', 'confirmation a',
    'applied met: The meeting took place; the deal of lovelace.test is met.', null
  ),
  (
    'a booking put into another deal by hand counts for that one',
    'book a; cancel a; hand enter deal; hand put booking a into deal 2; move a>b; end b',
    'b ACCEPTED attended deal 2', 'cancelled booked, active met', 'confirmation a, cancellation a, reschedule b',
    'applied met: The meeting took place; the deal of lovelace.test is met.', null
  ),
  (
    'of two things done by hand the last one counts',
    'book a; hand close deal 1; hand reopen deal 1; end a',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a',
    'applied met: The meeting took place; the deal of lovelace.test is met.', null
  ),

  -- people and companies
  (
    'a person linked to a company by hand counts for its deal from then on',
    'book a; book e by eve@gmail.com; hand link eve@gmail.com to lovelace.test; book f by eve@gmail.com; end f',
    'a ACCEPTED deal 1, e of eve@gmail.com ACCEPTED, f of eve@gmail.com ACCEPTED attended deal 1', 'active met',
    'confirmation a, confirmation e to eve@gmail.com, confirmation f to eve@gmail.com',
    'applied met: The meeting took place; the deal of lovelace.test is met.',
    'ada is Ada Byron of lovelace.test, eve@gmail.com is Eve of lovelace.test'
  ),
  (
    'a meeting booked before the person was linked counts when it ends after',
    'book a; book e by eve@gmail.com; hand link eve@gmail.com to lovelace.test; end e',
    'a ACCEPTED deal 1, e of eve@gmail.com ACCEPTED attended deal 1', 'active met',
    'confirmation a, confirmation e to eve@gmail.com',
    'applied met: The meeting took place; the deal of lovelace.test is met.', null
  ),
  (
    'a person of one company linked to another counts there, and nobody else does',
    'book a; book g by grace@hopper.test; hand link grace@hopper.test to lovelace.test; book h by grace@hopper.test;
     end h; book i by mary@hopper.test',
    'a ACCEPTED deal 1, g of grace@hopper.test ACCEPTED deal 1, h of grace@hopper.test ACCEPTED attended deal 1,
     i of mary@hopper.test ACCEPTED deal 1',
    'active met, hopper.test active booked',
    'confirmation a, confirmation g to grace@hopper.test, confirmation h to grace@hopper.test,
     confirmation i to mary@hopper.test',
    'applied kept: Booked; hopper.test has an active deal already.', null
  ),
  (
    'a person taken out of a company by hand has no deal from then on',
    'book a; hand unlink ada; book b; cancel b',
    'a ACCEPTED deal 1, b CANCELLED', 'active booked', 'confirmation a, confirmation b, cancellation b',
    'applied: Cancelled; this person has no company, so there is no deal.', 'ada is Ada Byron'
  ),
  (
    'a no-show takes back the deal that its meeting met, whatever company the person has by then',
    'book a; end a; book g by grace@hopper.test; hand link ada to hopper.test; no-show a',
    'a ACCEPTED deal 1, g of grace@hopper.test ACCEPTED deal 1', 'active booked, hopper.test active booked',
    'confirmation a, confirmation g to grace@hopper.test',
    'applied booked: Marked as a no-show. The deal of lovelace.test is back to booked.', null
  ),
  (
    'a no-show that is taken back names the deal that it brings back, when the person has no company by then',
    'book a; end a; hand unlink ada; no-show a; show a',
    'a ACCEPTED attended deal 1', 'active met', 'confirmation a',
    'applied met: No longer marked as a no-show. The deal of lovelace.test is met.', null
  ),
  (
    'by choice a cancellation closes the deal of its booking, also of a person who has no company any more',
    'set cancellation_rule to last_meeting; book a; hand unlink ada; cancel a',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.', null
  ),
  (
    'a person''s name that was edited by hand stays',
    'book a; hand rename ada to Countess; book b {"name": "Somebody Else"}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b', null,
    'ada is Countess of lovelace.test'
  ),
  (
    'a person with another address keeps the meetings',
    'book a; hand readdress ada to countess; end a; copy of 1 17 ms later',
    'a of countess ACCEPTED attended deal 1', 'active met', 'confirmation a',
    'duplicate: This booking is known already.', 'countess is Ada Byron of lovelace.test'
  ),
  (
    'a company''s name that was edited by hand stays',
    'book a {"responses": {"company": {"value": "First"}}}; hand name lovelace.test Lovelace Ltd;
     book b {"responses": {"company": {"value": "Someone Else"}}}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b', null,
    'ada is Ada Byron of Lovelace Ltd'
  ),
  (
    'a person entered by hand keeps the name, and gets the company with the first booking',
    'hand enter person grace; book g by grace {"name": "G. Hopper"}',
    'g of grace ACCEPTED deal 1', 'active booked', 'confirmation g to grace',
    'applied opened: Booked; lovelace.test has a new deal.', 'grace is Grace of lovelace.test'
  )
) as s (sentence, steps, bookings, deals, mails, answer, names);

-- What no step can say.

create function pg_temp.take(p_steps text)
returns setof jsonb
language sql
as $$ select tests.take_step(s.step) from unnest(tests.read_steps(p_steps)) as s (step) $$;

-- A second active deal is refused at once, in the words of the constraint.
select tests.empty_crm();
select count(*) from pg_temp.take('book a; cancel a; book b');
select throws_ok(
  $$ insert into public.deals (company_id) select c.id from public.companies as c $$, '23505',
  'duplicate key value violates unique constraint "deals_one_active_per_company_idx"',
  'a company has one active deal, entered by hand or not'
);
select throws_ok(
  $$ update public.deals set status = 'active' where status = 'cancelled' $$, '23505', null,
  'a closed deal is not reopened beside an active one'
);
select throws_ok(
  $$ insert into public.bookings (calcom_uid, person_id) select 'b', p.id from public.people as p $$, '23505', null,
  'a booking that is there is not entered again'
);
select is(
  (select count(*) from public.hand_edits), 0::bigint, 'what is refused was never done'
);
select is(tests.all_deals(), 'cancelled booked, active booked', 'the deals are as they were');

-- Who attended was no no-show, and nobody can say both.
select throws_ok(
  $$ update public.bookings set attended = true, is_no_show = true $$, '23514', null,
  'a meeting is not marked as attended and as a no-show at once'
);

-- What refers to a deal stays with it, and so does what a team has added, when older events turn up late.
select tests.empty_crm();
alter table public.deals add column forecast text;
create table public.deal_notes (deal_id uuid not null references public.deals (id), note text);
select count(*) from pg_temp.take('book a; cancel a; book b');
update public.deals set forecast = status;
insert into public.deal_notes (deal_id, note) select d.id, d.status from public.deals as d;
create temporary table deals_before as select * from public.deals;
select is((select count(*) from public.hand_edits), 0::bigint, 'a column of the team is no hand work of ours');
select count(*) from pg_temp.take('07:10 cancel z; 07:00 book z');
select is(tests.all_deals(), 'cancelled booked, cancelled booked, active booked', 'an older deal turned up');
select is_empty(
  $$ select (b.id, b.opened_by_event_id, b.status, b.forecast) from deals_before as b
     except select (d.id, d.opened_by_event_id, d.status, d.forecast) from public.deals as d $$,
  'each deal is still what opened it, under its id, with what the team wrote'
);
select results_eq(
  $$ select n.note, d.status from public.deal_notes as n join public.deals as d on d.id = n.deal_id order by 1 $$,
  $$ values ('active', 'active'), ('cancelled', 'cancelled') $$, 'the notes are with their deals'
);

-- A new personal domain and a rebuild of everything leave the hand work at other companies alone.
select tests.empty_crm();
select count(*) from pg_temp.take(
  'book a; hand close deal 1; hand enter deal; hand rename ada to Countess; book g by eve@hopper.test'
);
create temporary table rows_before as
select to_jsonb(d) as line from public.deals as d join public.companies as c on c.id = d.company_id
where c.domain = 'lovelace.test'
union all select to_jsonb(p) from public.people as p where p.email = 'ada@lovelace.test';
insert into public.personal_email_domains (domain) values ('hopper.test');
select lives_ok('select public.rebuild_everything()', 'everything is rebuilt with one more personal domain');
select is(tests.all_deals(), 'cancelled booked, active booked', 'the company of the personal domain is gone');
select is_empty(
  $$ select b.line from rows_before as b
     except (select to_jsonb(d) from public.deals as d union all select to_jsonb(p) from public.people as p) $$,
  'the hand work at another company is as it was'
);

-- Hand work tells who did it.
select tests.empty_crm();
select count(*) from pg_temp.take('book a');
select set_config('request.jwt.claims', '{"email": "sales@team.example"}', true);
select tests.run_as('service_role', $$ update public.deals set status = 'cancelled' where status = 'active' $$);
select results_eq(
  $$ select h.editor, h.table_name, h.operation, h.old_values ->> 'status', h.new_values ->> 'status'
     from public.hand_edits as h $$,
  $$ values ('sales@team.example', 'deals', 'update', 'active', 'cancelled') $$,
  'who changed which row from what to what is kept'
);
select is(
  (select string_agg(t.trigger, ', ' order by t.trigger) from public.deal_timeline as t),
  'BOOKING_CREATED, HAND_EDIT', 'the deal tells it'
);

select * from finish();
rollback;
