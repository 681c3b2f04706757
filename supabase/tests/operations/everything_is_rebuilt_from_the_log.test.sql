-- Rule: even from empty tables.
begin;
select plan(2);

-- Given two companies and a person without one
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_RESCHEDULED');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@hopper.test"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-g", "email": "grace@hopper.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-p", "email": "ada.byron.test@gmail.com"}');
create temporary table before as
select tests.picture('{lovelace.test,hopper.test,ada.byron.test@gmail.com}') as picture, count(*) as emails
from public.emails;

-- When the tables are lost, and nobody has deleted their rows
select set_config('crm.engine', 'on', true);
delete from public.bookings;
delete from public.deals;
delete from public.people;
delete from public.companies;
select set_config('crm.engine', 'off', true);
select public.rebuild_everything();

-- Then
select is(
  tests.picture('{lovelace.test,hopper.test,ada.byron.test@gmail.com}'), (select b.picture from before as b),
  'the rows are back'
);
select is((select count(*) from public.emails), (select b.emails from before as b), 'no mail is owed twice');

select * from finish();
rollback;
