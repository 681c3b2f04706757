-- Rule: the deal that the host's request closed is active again, in whatever order the two come.
begin;
select plan(1);

-- When created, the host's request, and the guest's choice arrive in every order
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test"}'),
         tests.calcom_event('BOOKING_CANCELLED', '{
           "uid": "uid-a-*", "email": "ada@*.test", "requestReschedule": true, "rescheduleUid": "uid-a-*",
           "createdAt": "2026-03-02T09:30:00Z"
         }'),
         tests.calcom_event('BOOKING_RESCHEDULED', '{"uid": "uid-b-*", "rescheduleUid": "uid-a-*", "email": "ada@*.test"}')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
booking uid-b-* ada@*.test 03-10 15:00 by greta@host.test ACCEPTED deal 1
deal 1 of *.test active booked'
     ) $$,
  'is one accepted booking and one active deal'
);

select * from finish();
rollback;
