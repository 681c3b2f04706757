-- Rule: what goes wrong after a waiting event was applied (its mail, its reason) does not hold up the event at hand.
begin;
select plan(4);

-- Given a cancellation that waits, whose mail cannot be written
alter table public.emails add constraint emails_kind_is_no_cancellation check (kind <> 'cancellation') not valid;
create temporary table waiting as select tests.send('BOOKING_CANCELLED') as answer;

-- When its booking arrives
select is(tests.send('BOOKING_CREATED') ->> 'outcome', 'applied', 'the booking counts');

-- Then
create temporary view waited as
select e.outcome, e.reason
from waiting as w join public.calcom_events as e on e.id = (w.answer ->> 'event_id')::uuid;
select is((select w.outcome from waited as w), 'failed', 'the event that waited is failed');
select matches((select w.reason from waited as w), 'emails_kind_is_no_cancellation', 'and says why');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a CANCELLED', 'what it did to the booking stays');

select * from finish();
rollback;
