-- Rule: where two events name the same moment, the order of a booking's life decides.
begin;
select plan(2);

-- When a booking is made, moved and cancelled within a millisecond
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T09:00:00Z"}'),
         tests.calcom_event('BOOKING_RESCHEDULED', '{
           "uid": "uid-b-*", "rescheduleUid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T09:00:00Z"
         }'),
         tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-b-*", "email": "ada@*.test", "createdAt": "2026-03-02T09:00:00Z"}')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
booking uid-b-* ada@*.test 03-10 15:00 by greta@host.test CANCELLED deal 1
deal 1 of *.test cancelled booked'
     ) $$,
  'are taken in the order of a booking''s life'
);

-- When a colleague books in the very moment of a cancellation
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T09:00:00Z"}'),
         tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T10:00:00Z"}'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-g-*", "email": "grace@*.test", "name": "Grace", "createdAt": "2026-03-02T10:00:00Z"
         }')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
person grace@*.test is Grace
booking uid-a-* ada@*.test 03-09 15:00 by greta@host.test CANCELLED deal 1
booking uid-g-* grace@*.test 03-09 15:00 by greta@host.test ACCEPTED deal 1
deal 1 of *.test cancelled booked'
     ) $$,
  'also when they are about two bookings: booked first, then cancelled'
);

select * from finish();
rollback;
