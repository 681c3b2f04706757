-- Rule: a late event makes a stream be replayed; what was told is not told twice.
begin;
select plan(2);

-- Given a booking that was made, moved and cancelled
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_RESCHEDULED');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b"}');
create temporary table before as select e.* from public.emails as e where e.to_address = 'ada@lovelace.test';

-- When a colleague's older booking arrives late
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2037-03-01T09:00:00Z"
}');

-- Then
select results_eq(
  $$ select e.* from public.emails as e where e.to_address = 'ada@lovelace.test' order by e.id $$,
  $$ select b.* from before as b order by b.id $$,
  'the mails are as before'
);
select is(tests.emails_to('grace@lovelace.test'), 'confirmation uid-g', 'the late booking has its own');

select * from finish();
rollback;
