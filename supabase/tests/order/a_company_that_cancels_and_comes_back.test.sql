-- Rule: a booking after a cancellation opens a new deal, also when one of them is late.
begin;
select plan(1);

-- When two people's stories arrive in every order
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T09:00:00Z"}'),
         tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T11:00:00Z"}'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-g-*", "email": "grace@*.test", "name": "Grace", "createdAt": "2026-03-02T12:00:00Z"
         }'),
         tests.meeting_ended('{"uid": "uid-g-*", "email": "grace@*.test"}')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
person grace@*.test is Grace
booking uid-a-* ada@*.test 03-09 15:00 by greta@host.test CANCELLED deal 1
booking uid-g-* grace@*.test 03-09 15:00 by greta@host.test ACCEPTED attended deal 2
deal 1 of *.test cancelled booked
deal 2 of *.test active met'
     ) $$,
  'is a cancelled deal and a met one'
);

select * from finish();
rollback;
