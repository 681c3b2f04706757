-- Rule: notes, answers and titles have no limit; what is indexed has one.
begin;
select plan(4);

-- Given a megabyte in every text, and an id that no compression makes shorter
create temporary table long as select repeat('lorem ipsum ', 80000) as text;

-- When
create temporary table answer as
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'title', l.text, 'name', l.text, 'additionalNotes', l.text, 'location', l.text, 'iCalUID', l.text, 'type', l.text,
  'responses', jsonb_build_object('company', jsonb_build_object('value', l.text)),
  'organizer', jsonb_build_object('name', l.text, 'email', l.text)
)) as value
from long as l;

-- Then
select is((select a.value ->> 'outcome' from answer as a), 'applied', 'the booking counts');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED', 'it is there');
select cmp_ok(
  (select length(c.name) from public.companies as c where c.domain = 'lovelace.test'), '<=', 1000,
  'the name of the company stays readable'
);

select is(
  (
    select tests.send('BOOKING_RESCHEDULED', jsonb_build_object(
      'uid', 'b', 'rescheduleUid', 'uid-a', 'attendeeSeatId', string_agg(md5(i::text), '')
    ))
    from generate_series(1, 1000) as i
  ) ->> 'outcome',
  'applied', 'nor is a seat that is long'
);

select * from finish();
rollback;
