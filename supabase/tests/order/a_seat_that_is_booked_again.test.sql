-- Rule: the new seat counts after the cancellation, whichever comes first.
begin;
select plan(1);

-- When
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-s-*", "email": "ada@*.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"
         }'),
         tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-s-*", "email": "ada@*.test", "seatsPerTimeSlot": 10}'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-s-*", "email": "ada@*.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-2",
           "createdAt": "2026-03-02T12:00:00Z"
         }')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
booking uid-s-* ada@*.test 03-09 15:00 by greta@host.test ACCEPTED deal 2
deal 1 of *.test cancelled booked
deal 2 of *.test active booked'
     ) $$,
  'is an accepted booking of the second deal'
);

select * from finish();
rollback;
