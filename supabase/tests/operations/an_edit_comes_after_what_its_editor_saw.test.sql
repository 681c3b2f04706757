-- Rule: whatever the clocks say, what a person does by hand comes after the events that were in the tables by then.
begin;
select plan(2);

-- Given an event from a sender whose clock is years ahead
select tests.send('BOOKING_CREATED');

-- When somebody closes its deal, and the company is rebuilt
update public.deals as d set status = 'cancelled'
from public.companies as c
where c.id = d.company_id and c.domain = 'lovelace.test';
select public.rebuild_company('lovelace.test');

-- Then
select is(tests.deals_of('lovelace.test'), 'cancelled booked', 'the deal stays closed');
select is(
  (
    select h.position > e.position
    from public.hand_edits as h
    join public.calcom_events as e on e.stream_key = h.stream_key
    where h.stream_key = 'lovelace.test'
  ),
  true, 'the edit stands behind the event'
);

select * from finish();
rollback;
