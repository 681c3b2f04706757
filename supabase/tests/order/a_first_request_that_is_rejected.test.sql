-- Rule: what was never booked leaves nothing, whichever comes first.
begin;
select plan(1);

-- When
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_REQUESTED', '{"uid": "uid-a-*", "email": "ada@*.test"}'),
         tests.calcom_event('BOOKING_REJECTED', '{"uid": "uid-a-*", "email": "ada@*.test"}'),
         tests.calcom_event('BOOKING_PAYMENT_INITIATED', '{"uid": "uid-a-*", "email": "ada@*.test"}')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (null::text) $$,
  'leaves nothing'
);

select * from finish();
rollback;
