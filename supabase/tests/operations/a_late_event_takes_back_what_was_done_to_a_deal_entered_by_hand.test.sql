-- Rule: a deal entered by hand was booked and active before events met or cancelled it.
begin;
select plan(3);

-- Given a deal entered by hand, which a meeting met
insert into public.companies (name, domain) values ('Lovelace', 'lovelace.test');
insert into public.deals (company_id)
select c.id from public.companies as c where c.domain = 'lovelace.test';
select tests.send('BOOKING_CREATED');
select tests.send('MEETING_ENDED');
select is(tests.deals_of('lovelace.test'), 'active met', 'the meeting met it');

-- When it turns out that somebody had cancelled that meeting
select tests.send('BOOKING_CANCELLED');
select is(tests.deals_of('lovelace.test'), 'cancelled booked', 'it was cancelled, and never met');

-- When the meeting gets a new time
select tests.send('BOOKING_RESCHEDULED', '{"createdAt": "2037-03-02T12:00:00Z"}');
select is(tests.deals_of('lovelace.test'), 'active booked', 'a new time brings it back');

select * from finish();
rollback;
