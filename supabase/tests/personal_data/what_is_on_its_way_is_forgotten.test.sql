-- Rule: an event that was stored but not decided when somebody was erased is found again, and is about the pseudonym.
begin;
select plan(5);
select tests.empty_crm();

-- Given Ada, and a body of hers that the function has just stored
select tests.send('BOOKING_CREATED');
insert into public.calcom_events (payload) values (tests.calcom_event('BOOKING_RESCHEDULED'));

-- When she is erased before the function asks for the decision
select public.erase_person('ada@lovelace.test');
select is(tests.places_of('ada@lovelace.test'), '{}', 'what is stored does not name her');
select is(tests.send('BOOKING_RESCHEDULED') ->> 'outcome', 'applied', 'the event counts');

-- Then
select is((select count(*) from public.calcom_events as e), 2::bigint, 'in the row that was stored');
select is(tests.bookings_of(tests.pseudonym()), 'uid-b ACCEPTED', 'for the pseudonym');
select is(tests.places_of('ada@lovelace.test'), '{}', 'and nothing names her');

select * from finish();
rollback;
