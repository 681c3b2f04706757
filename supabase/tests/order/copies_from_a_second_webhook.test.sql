-- Rule: near-duplicates between the events change nothing, wherever they fall.
begin;
select plan(1);

-- When each of two events comes from two webhooks
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T09:00:00.000Z"}'),
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T09:00:00.017Z"}'),
         tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T11:00:00.000Z"}'),
         tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T11:00:00.017Z"}')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
booking uid-a-* ada@*.test 03-09 15:00 by greta@host.test CANCELLED deal 1
deal 1 of *.test cancelled booked'
     ) $$,
  'leave one booking and one deal'
);

select * from finish();
rollback;
