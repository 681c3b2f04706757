-- Rule: a late event replays the stream into the same rows; so do a chain, a confirmation and a deal that comes back.
begin;
select plan(6);

-- Given a company with two deals and two bookings
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "createdAt": "2037-03-02T09:00:00Z"}');
select tests.send('BOOKING_CANCELLED', '{
  "uid": "uid-a", "requestReschedule": true, "createdAt": "2037-03-02T11:00:00Z"
}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2037-03-02T12:00:00Z",
  "startTime": "2037-03-12T15:00:00Z"
}');
create temporary view rows_of_lovelace as
select 'company' as kind, c.domain as what, c.id from public.companies as c where c.domain = 'lovelace.test'
union all
select 'person', p.email, p.id from public.people as p where p.email like '%@lovelace.test'
union all
select 'booking', p.email, b.id
from public.bookings as b join public.people as p on p.id = b.person_id where p.email like '%@lovelace.test'
union all
select 'deal', row_number() over (order by d.made_at)::text, d.id
from public.deals as d join public.companies as c on c.id = d.company_id where c.domain = 'lovelace.test'
order by 1, 2;
create temporary table before as table rows_of_lovelace;
select is((select count(*) from before), 7::bigint, 'there are seven rows');

-- When a move of the first booking arrives late
select is(
  tests.send(
    'BOOKING_RESCHEDULED', '{"uid": "uid-b", "rescheduleUid": "uid-a", "createdAt": "2037-03-02T10:00:00Z"}'
  ) ->> 'outcome',
  'applied', 'a late event counts'
);
select results_eq('table rows_of_lovelace', 'table before', 'after a late event every row is the same');

-- When the guest asks for another time, and the organizer confirms it
select tests.send('BOOKING_REQUESTED', '{
  "uid": "uid-c", "rescheduleUid": "uid-b", "createdAt": "2037-03-02T13:00:00Z"
}');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-c ACCEPTED', 'the booking lives again');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-c", "requiresConfirmation": true, "createdAt": "2037-03-02T14:00:00Z"
}');
select results_eq(
  'table rows_of_lovelace', 'table before', 'after a request and its confirmation every row is the same'
);

-- When the other deal is cancelled, and the first comes back
select tests.send('BOOKING_CANCELLED', '{
  "uid": "uid-g", "email": "grace@lovelace.test", "requestReschedule": true, "createdAt": "2037-03-02T15:00:00Z"
}');
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-h", "rescheduleUid": "uid-g", "email": "grace@lovelace.test", "createdAt": "2037-03-02T16:00:00Z"
}');
select results_eq('table rows_of_lovelace', 'table before', 'after a deal came back every row is the same');

select * from finish();
rollback;
