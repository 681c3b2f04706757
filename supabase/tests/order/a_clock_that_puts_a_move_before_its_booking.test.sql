-- Rule: an event that its sender dates before the booking it is about counts as soon as the booking is known.
begin;
select plan(1);

-- When a move and a cancellation bear an earlier time than the booking, in every order
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T09:00:00.000Z"
         }'),
         tests.calcom_event('BOOKING_RESCHEDULED', '{
           "uid": "uid-b-*", "rescheduleUid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T08:59:58.000Z"
         }'),
         tests.calcom_event('BOOKING_CANCELLED', '{
           "uid": "uid-b-*", "email": "ada@*.test", "createdAt": "2026-03-02T08:59:59.000Z"
         }')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
booking uid-b-* ada@*.test 03-10 15:00 by greta@host.test CANCELLED deal 1
deal 1 of *.test cancelled booked'
     ) $$,
  'is the booking at its new time, cancelled'
);

select * from finish();
rollback;
