-- Rule: the company is called by its first answer, the person by the last name given, in the sender's order.
begin;
select plan(1);

-- When three bookings of one person arrive in every order
select results_eq(
  $$ select p from tests.pictures_of_every_order(
       array[
         tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-a-*", "email": "ada@*.test", "createdAt": "2026-03-02T09:00:00Z"}'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-b-*", "email": "ada@*.test", "name": "Ada Lovelace", "createdAt": "2026-03-02T10:00:00Z",
           "startTime": "2026-03-10T15:00:00Z", "responses": {"company": {"label": "Company", "value": "First Ltd"}}
         }'),
         tests.calcom_event('BOOKING_CREATED', '{
           "uid": "uid-c-*", "email": "ada@*.test", "name": "Countess of Lovelace", "createdAt": "2026-03-02T11:00:00Z",
           "startTime": "2026-03-11T15:00:00Z", "responses": {"company": {"label": "Company", "value": "Second Ltd"}}
         }')
       ],
       '{*.test}'
     ) as p $$,
  $$ values (
'company *.test is First Ltd
person ada@*.test is Countess of Lovelace
booking uid-a-* ada@*.test 03-09 15:00 by greta@host.test ACCEPTED deal 1
booking uid-b-* ada@*.test 03-10 15:00 by greta@host.test ACCEPTED deal 1
booking uid-c-* ada@*.test 03-11 15:00 by greta@host.test ACCEPTED deal 1
deal 1 of *.test active booked'
     ) $$,
  'leave the same names'
);

select * from finish();
rollback;
