-- Rule: a new time is no change to the deal, whatever its stage.
begin;
select plan(2);

-- Given a company whose first meeting took place, with another to come
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test", "startTime": "2026-03-20T15:00:00Z"}');
select tests.send('MEETING_ENDED');
create temporary table before as
select d.* from public.deals as d join public.companies as c on c.id = d.company_id where c.domain = 'lovelace.test';

-- When that one is moved
select is(
  tests.send('BOOKING_RESCHEDULED', '{
    "uid": "uid-h", "rescheduleUid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2026-03-10T10:00:00Z"
  }') ->> 'deal',
  'unchanged',
  'the answer says so'
);

-- Then
select results_eq(
  $$ select d.* from public.deals as d join public.companies as c on c.id = d.company_id where c.domain = 'lovelace.test' $$,
  $$ select b.* from before as b $$,
  'the row is as before'
);

select * from finish();
rollback;
