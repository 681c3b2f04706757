-- Rule: a mark, its undoing and another mark count in the sender's order.
begin;
select plan(1);

-- When
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test"}'),
         tests.meeting_ended('{"uid": "uid-a-*", "email": "ada@*.test"}'),
         tests.calcom_event('BOOKING_NO_SHOW_UPDATED', '{"bookingUid": "uid-a-*", "email": "ada@*.test"}'),
         tests.calcom_event('BOOKING_NO_SHOW_UPDATED', '{
           "bookingUid": "uid-a-*", "attendees": [{"email": "ada@*.test", "noShow": false}], "createdAt": "2026-03-11T16:05:00Z"
         }')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is *.test
person ada@*.test is Ada Byron
booking uid-a-* ada@*.test 03-09 15:00 by greta@host.test ACCEPTED attended deal 1
deal 1 of *.test active met'
     ) $$,
  'is an attended meeting in the end'
);

select * from finish();
rollback;
