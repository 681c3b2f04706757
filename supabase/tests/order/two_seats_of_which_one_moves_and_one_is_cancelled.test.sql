-- Rule: events about seats concern the people they list, in whatever order they come.
begin;
select plan(1);

-- When
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
         tests.calcom_event('BOOKING_RESCHEDULED', '{
           "uid": "uid-t-*", "rescheduleUid": "uid-s-*", "email": "grace@g-*.test", "name": "Grace", "seatsPerTimeSlot": 10,
           "attendeeSeatId": "seat-2"
         }'),
         tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-s-*", "email": "ada@a-*.test", "seatsPerTimeSlot": 10}')
       ],
       '{a-*.test,g-*.test}'
     ) as p $$,
  $$ values (
'company a-*.test is a-*.test
company g-*.test is g-*.test
person ada@a-*.test is Ada Byron
person grace@g-*.test is Grace
booking uid-s-* ada@a-*.test 03-09 15:00 by greta@host.test CANCELLED deal 1
booking uid-t-* grace@g-*.test 03-10 15:00 by greta@host.test ACCEPTED deal 1
deal 1 of a-*.test cancelled booked
deal 1 of g-*.test active booked'
     ) $$,
  'is one seat at the new time, and one cancelled'
);

select * from finish();
rollback;
