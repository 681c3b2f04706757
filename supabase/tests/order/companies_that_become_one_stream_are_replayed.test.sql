-- Rule: when somebody ties two companies together, the tables are at once what a rebuild makes of them, also of an
--       event about a meeting with seats in which both take part.
begin;
select plan(2);
select tests.empty_crm();

-- Given the end of a meeting, which had waited for a seat that was booked later (by the sender's clock)
select tests.send('BOOKING_CREATED', '{"attendeeSeatId": "seat-1", "seatsPerTimeSlot": 5}');
select tests.send('BOOKING_CREATED', '{
  "attendeeSeatId": "seat-2", "seatsPerTimeSlot": 5, "email": "rosa@hopper.test", "name": "Rosa",
  "createdAt": "2037-03-09T16:00:00Z"
}');
select tests.send('MEETING_ENDED', '{}');
select is(array(select b.attended from public.bookings as b), array[true, true], 'both were there');

-- When somebody links one of them to the company of the other
update public.people as p set company_id = c.id
from public.companies as c
where p.email = 'ada@lovelace.test' and c.domain = 'hopper.test';
create temporary table before as select b.* from public.bookings as b;

-- Then
select public.rebuild_everything();
select results_eq(
  'select b.* from public.bookings as b order by b.id', 'select b.* from before as b order by b.id',
  'a rebuild changes nothing'
);

select * from finish();
rollback;
