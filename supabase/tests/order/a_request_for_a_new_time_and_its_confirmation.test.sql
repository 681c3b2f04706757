-- Rule: the request moves the booking, the confirmation confirms it, whichever comes first.
begin;
select plan(1);

-- When created, requested anew and confirmed arrive in every order
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test"}'),
         tests.calcom_event('BOOKING_REQUESTED', '{
           "uid": "uid-b-*", "rescheduleUid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T10:00:00Z",
           "startTime": "2026-03-10T15:00:00Z"
         }'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-b-*", "email": "ada@*.test", "requiresConfirmation": true, "createdAt": "2026-03-02T10:20:00Z",
           "startTime": "2026-03-10T15:00:00Z"
         }'),
         tests.meeting_ended('{"uid": "uid-b-*", "email": "ada@*.test", "endTime": "2026-03-10T15:30:00Z"}')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
booking uid-b-* ada@*.test 03-10 15:00 by greta@host.test ACCEPTED attended deal 1
deal 1 of *.test active met'
     ) $$,
  'is one booking and one deal'
);

select * from finish();
rollback;
