-- Rule: every order of arrival leaves the same rows as the sender's order.
begin;
select plan(1);

-- When created, moved and cancelled arrive in every order
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test"}'),
         tests.calcom_event('BOOKING_RESCHEDULED', '{
           "uid": "uid-b-*", "rescheduleUid": "uid-a-*", "email": "ada@*.test", "organizer": {"email": "piet@host.test"}
         }'),
         tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-b-*", "email": "ada@*.test"}')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
booking uid-b-* ada@*.test 03-10 15:00 by piet@host.test CANCELLED deal 1
deal 1 of *.test cancelled booked'
     ) $$,
  'is one cancelled booking at the new time, and one cancelled deal'
);

select * from finish();
rollback;
