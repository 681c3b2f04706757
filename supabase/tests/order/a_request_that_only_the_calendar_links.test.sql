-- Rule: a request without rescheduleUid moves the booking of its calendar id, whichever comes first.
begin;
select plan(1);

-- When created, requested anew, confirmed and cancelled arrive in every order
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test", "iCalUID": "uid-a-*@Cal.com"}'),
         tests.calcom_event('BOOKING_REQUESTED', '{
           "uid": "uid-b-*", "email": "ada@*.test", "iCalUID": "uid-a-*@Cal.com", "createdAt": "2026-03-02T10:00:00Z",
           "startTime": "2026-03-10T15:00:00Z"
         }'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-b-*", "email": "ada@*.test", "iCalUID": "uid-a-*@Cal.com", "requiresConfirmation": true,
           "createdAt": "2026-03-02T10:20:00Z", "startTime": "2026-03-10T15:00:00Z"
         }'),
         tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-b-*", "email": "ada@*.test"}')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
booking uid-b-* ada@*.test 03-10 15:00 by greta@host.test CANCELLED deal 1
deal 1 of *.test cancelled booked'
     ) $$,
  'is one cancelled booking'
);

select * from finish();
rollback;
