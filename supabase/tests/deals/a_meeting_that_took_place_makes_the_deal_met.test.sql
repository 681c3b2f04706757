-- Rule: the active deal of the person's company.
begin;
select plan(4);

-- Given a company with a cancelled deal and an active one, and another company
select tests.send('BOOKING_CREATED', '{"uid": "uid-0", "createdAt": "2026-03-01T09:00:00Z"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-0", "createdAt": "2026-03-01T10:00:00Z"}');
create temporary table before as select tests.send('BOOKING_CREATED') ->> 'deal_id' as deal_id;
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@hopper.test"}');

-- When
create temporary table answer as select tests.send('MEETING_ENDED') as value;

-- Then
select is(tests.deals_of('lovelace.test'), 'cancelled booked, active met', 'the active one is met, no other');
select is(tests.deals_of('hopper.test'), 'active booked', 'the other company''s is not');
select is(
  (select concat_ws(' ', a.value ->> 'deal', a.value ->> 'deal_id') from answer as a),
  (select 'met ' || b.deal_id from before as b),
  'the answer says so'
);
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-0, confirmation uid-a, cancellation uid-0', 'nobody is written to');

select * from finish();
rollback;
