-- Rule: a personal address is an account of its own.
begin;
select plan(1);

-- When
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada.*.test@gmail.com"}'),
         tests.calcom_event('BOOKING_RESCHEDULED', '{
           "uid": "uid-b-*", "rescheduleUid": "uid-a-*", "email": "ada.*.test@gmail.com"
         }'),
         tests.meeting_ended('{"uid": "uid-b-*", "email": "ada.*.test@gmail.com", "endTime": "2026-03-10T15:30:00Z"}')
       ],
       '{ada.*.test@gmail.com}'
     ) as p $$,
  $$ values (
'person ada.*.test@gmail.com is Ada Byron
booking uid-b-* ada.*.test@gmail.com 03-10 15:00 by greta@host.test ACCEPTED attended'
     ) $$,
  'is an attended booking without a deal'
);

select * from finish();
rollback;
