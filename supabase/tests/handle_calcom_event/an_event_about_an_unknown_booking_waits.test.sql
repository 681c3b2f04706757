-- Rule: it is folded in when the booking becomes known.
begin;
select plan(4);

-- When events come for a booking that nobody knows
create temporary table answers as
select t.trigger, tests.send(t.trigger, '{"createdAt": "2026-03-02T12:00:00Z"}') as answer
from unnest(array['BOOKING_RESCHEDULED', 'BOOKING_CANCELLED', 'MEETING_ENDED', 'BOOKING_NO_SHOW_UPDATED']) as t (trigger);

-- Then
select is_empty(
  $$ select a.trigger, a.answer from answers as a where a.answer ->> 'outcome' <> 'waiting' $$,
  'each waits'
);
select is_empty(
  $$ select a.answer from answers as a where a.answer ->> 'reason' is null $$,
  'each says why'
);
select is(tests.picture('{lovelace.test}'), null, 'none makes a company, person, booking or deal');
select is(tests.emails_to('ada@lovelace.test'), null, 'none owes a mail');

select * from finish();
rollback;
