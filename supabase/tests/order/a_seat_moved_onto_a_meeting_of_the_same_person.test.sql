-- Rule: whoever sits there already gives up the seat that moves.
begin;
select plan(1);

-- When two seats of one person, and the move of one onto the other arrive in every order
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-s-*", "email": "ada@*.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"
         }'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-t-*", "email": "ada@*.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-2",
           "createdAt": "2026-03-02T09:10:00Z", "startTime": "2026-03-10T15:00:00Z"
         }'),
         tests.calcom_event('BOOKING_RESCHEDULED', '{
           "uid": "uid-t-*", "rescheduleUid": "uid-s-*", "email": "ada@*.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"
         }')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
booking uid-s-* ada@*.test 03-09 15:00 by greta@host.test CANCELLED deal 1
booking uid-t-* ada@*.test 03-10 15:00 by greta@host.test ACCEPTED deal 1
deal 1 of *.test active booked'
     ) $$,
  'is one seat, and the deal lives on'
);

select * from finish();
rollback;
