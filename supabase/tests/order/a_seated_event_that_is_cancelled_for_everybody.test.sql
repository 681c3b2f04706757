-- Rule: one event may concern several companies; each is decided by itself, in the sender's order.
begin;
select plan(1);

-- When two seats, the cancellation of both and a new booking arrive in every order
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-s-*", "email": "ada@a-*.test", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-1"
         }'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-s-*", "email": "grace@g-*.test", "name": "Grace", "seatsPerTimeSlot": 10, "attendeeSeatId": "seat-2",
           "createdAt": "2026-03-02T09:05:00Z"
         }'),
         tests.calcom_event('BOOKING_CANCELLED', '{
           "uid": "uid-s-*", "seatsPerTimeSlot": 10, "attendees": [{"email": "ada@a-*.test"}, {"email": "grace@g-*.test"}]
         }'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-n-*", "email": "ada@a-*.test", "createdAt": "2026-03-02T12:00:00Z", "startTime": "2026-03-10T15:00:00Z"
         }')
       ],
       '{a-*.test,g-*.test}'
     ) as p $$,
  $$ values (
'company a-*.test is a-*.test
company g-*.test is g-*.test
person ada@a-*.test is Ada Byron
person grace@g-*.test is Grace
booking uid-n-* ada@a-*.test 03-10 15:00 by greta@host.test ACCEPTED deal 2
booking uid-s-* ada@a-*.test 03-09 15:00 by greta@host.test CANCELLED deal 1
booking uid-s-* grace@g-*.test 03-09 15:00 by greta@host.test CANCELLED deal 1
deal 1 of a-*.test cancelled booked
deal 1 of g-*.test cancelled booked
deal 2 of a-*.test active booked'
     ) $$,
  'is two cancelled seats, and a new deal of who came back'
);

select * from finish();
rollback;
