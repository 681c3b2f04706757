-- Rule: each reschedule names only the uid before it, in whatever order they come.
begin;
select plan(1);

-- When created as A, moved to B, moved to C, and ended there arrive in every order
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test"}'),
         tests.calcom_event('BOOKING_RESCHEDULED', '{"uid": "uid-b-*", "rescheduleUid": "uid-a-*", "email": "ada@*.test"}'),
         tests.calcom_event('BOOKING_RESCHEDULED', '{
           "uid": "uid-c-*", "rescheduleUid": "uid-b-*", "email": "ada@*.test", "createdAt": "2026-03-02T10:30:00Z",
           "startTime": "2026-03-11T15:00:00Z"
         }'),
         tests.meeting_ended('{"uid": "uid-c-*", "email": "ada@*.test", "endTime": "2026-03-11T15:30:00Z"}')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
booking uid-c-* ada@*.test 03-11 15:00 by greta@host.test ACCEPTED attended deal 1
deal 1 of *.test active met'
     ) $$,
  'is one attended booking under the last uid, and one met deal'
);

select * from finish();
rollback;
