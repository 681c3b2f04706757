-- Rule: a request, a payment begun (its status says ACCEPTED) and a payment made are no booking.
begin;
select plan(5);

-- When
create temporary table answers as
select t.trigger, tests.send(t.trigger, '{"status": "ACCEPTED"}') as answer
from unnest(array['BOOKING_REQUESTED', 'BOOKING_PAYMENT_INITIATED', 'BOOKING_PAID']) as t (trigger);

-- Then
select is_empty(
  $$ select a.trigger, a.answer from answers as a where a.answer ->> 'outcome' <> 'ignored' or a.answer ->> 'reason' is null $$,
  'each is ignored, with a reason'
);
select is(tests.picture('{lovelace.test}'), null, 'no company, person, booking or deal comes of it');
select is(tests.emails_to('ada@lovelace.test'), null, 'nor a mail');

-- When the host confirms
select is(
  tests.send('BOOKING_CREATED', '{"requiresConfirmation": true}') ->> 'outcome', 'applied',
  'the BOOKING_CREATED that follows is the booking'
);
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-a', 'and it is confirmed');

select * from finish();
rollback;
