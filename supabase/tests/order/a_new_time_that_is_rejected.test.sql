-- Rule: a rejected request for a new time ends the booking, whichever comes first.
begin;
select plan(1);

-- When created, requested anew, rejected, and a colleague's booking arrive in every order
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test"}'),
         tests.calcom_event('BOOKING_REQUESTED', '{
           "uid": "uid-b-*", "rescheduleUid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T10:00:00Z",
           "startTime": "2026-03-10T15:00:00Z"
         }'),
         tests.calcom_event('BOOKING_REJECTED', '{"uid": "uid-b-*", "email": "ada@*.test"}'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-g-*", "email": "grace@*.test", "name": "Grace", "createdAt": "2026-03-02T12:00:00Z"
         }')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
person grace@*.test is Grace
booking uid-b-* ada@*.test 03-10 15:00 by greta@host.test CANCELLED deal 1
booking uid-g-* grace@*.test 03-09 15:00 by greta@host.test ACCEPTED deal 2
deal 1 of *.test cancelled booked
deal 2 of *.test active booked'
     ) $$,
  'is a cancelled booking and a new deal'
);

select * from finish();
rollback;
