-- Rule: what was never booked cannot end.
begin;
select plan(3);

-- Given a request
select tests.send('BOOKING_REQUESTED');

-- When the host says no
create temporary table answer as select tests.send('BOOKING_REJECTED') as value;

-- Then
select is((select a.value ->> 'outcome' from answer as a), 'ignored', 'the rejection is ignored');
select is(tests.picture('{lovelace.test}'), null, 'nothing came of it');
select is(tests.emails_to('ada@lovelace.test'), null, 'nobody is written to');

select * from finish();
rollback;
