-- Rule: what went wrong is undone and recorded; after a fix the same body counts.
begin;
select plan(6);

-- Given something that makes the booking fail
alter table public.bookings add constraint bookings_title_is_not_boom check (title <> 'boom');
create temporary table failed as select tests.send('BOOKING_CREATED', '{"title": "boom"}') as answer;
select is((select f.answer ->> 'outcome' from failed as f), 'failed', 'the answer says that it failed');
select matches((select f.answer ->> 'reason' from failed as f), 'bookings_title_is_not_boom', 'and why');
select is(tests.picture('{lovelace.test}'), null, 'nothing is half done');

-- When it is fixed and the event is sent again
alter table public.bookings drop constraint bookings_title_is_not_boom;
select is(tests.send('BOOKING_CREATED', '{"title": "boom"}') ->> 'outcome', 'applied', 'after the fix it counts');

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED', 'the booking is there');
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-a', 'and confirmed once');

select * from finish();
rollback;
