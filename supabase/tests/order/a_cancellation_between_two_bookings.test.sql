-- Rule: bookings of a company that come late are decided at their own time.
begin;
select plan(1);

-- When
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T09:00:00Z"}'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-b-*", "email": "ada@*.test", "createdAt": "2026-03-02T10:00:00Z", "startTime": "2026-03-10T15:00:00Z"
         }'),
         tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-b-*", "email": "ada@*.test", "createdAt": "2026-03-02T11:00:00Z"}'),
         tests.meeting_ended('{"uid": "uid-a-*", "email": "ada@*.test"}')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
booking uid-a-* ada@*.test 03-09 15:00 by greta@host.test ACCEPTED attended deal 1
booking uid-b-* ada@*.test 03-10 15:00 by greta@host.test CANCELLED deal 1
deal 1 of *.test cancelled booked'
     ) $$,
  'closes the deal of both, and no meeting meets it'
);

select * from finish();
rollback;
