-- Rule: whether the old deal comes back is decided in the sender's order.
begin;
select plan(1);

-- When a colleague books between the host's request and the guest's choice
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test"}'),
         tests.calcom_event('BOOKING_CANCELLED', '{
           "uid": "uid-a-*", "email": "ada@*.test", "requestReschedule": true, "createdAt": "2026-03-02T09:30:00Z"
         }'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-g-*", "email": "grace@*.test", "name": "Grace", "createdAt": "2026-03-02T09:40:00Z"
         }'),
         tests.calcom_event('BOOKING_RESCHEDULED', '{"uid": "uid-b-*", "rescheduleUid": "uid-a-*", "email": "ada@*.test"}')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
person grace@*.test is Grace
booking uid-b-* ada@*.test 03-10 15:00 by greta@host.test ACCEPTED deal 2
booking uid-g-* grace@*.test 03-09 15:00 by greta@host.test ACCEPTED deal 2
deal 1 of *.test cancelled booked
deal 2 of *.test active booked'
     ) $$,
  'is two bookings of the second deal'
);

select * from finish();
rollback;
