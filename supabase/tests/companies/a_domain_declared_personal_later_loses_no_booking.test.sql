-- Rule: what a team adds counts for what comes next; what is booked can still be cancelled.
begin;
select plan(4);

-- Given a booking from a provider that nobody knew to be one, and one after it was added
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-a", "email": "ada@freemail.test", "createdAt": "2037-03-02T09:00:00Z"
}');
insert into public.personal_email_domains (domain) values ('freemail.test');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-b", "email": "ada@freemail.test", "createdAt": "2037-03-02T10:00:00Z", "startTime": "2037-03-10T15:00:00Z"
}');

-- When both are cancelled
select tests.send('BOOKING_CANCELLED', '{
  "uid": "uid-a", "email": "ada@freemail.test", "createdAt": "2037-03-02T11:00:00Z"
}');
select tests.send('BOOKING_CANCELLED', '{
  "uid": "uid-b", "email": "ada@freemail.test", "createdAt": "2037-03-02T12:00:00Z"
}');

-- Then
select is(tests.bookings_of('ada@freemail.test'), 'uid-a CANCELLED, uid-b CANCELLED', 'both are cancelled');

-- When everything is made anew
select public.rebuild_everything();

-- Then
select is(
  (select p.company_id from public.people as p where p.email = 'ada@freemail.test'), null,
  'the person has no company any more'
);
select is_empty($$ select from public.companies as c where c.domain = 'freemail.test' $$, 'and the domain is none');
select is(tests.bookings_of('ada@freemail.test'), 'uid-a CANCELLED, uid-b CANCELLED', 'the bookings are the same');

select * from finish();
rollback;
