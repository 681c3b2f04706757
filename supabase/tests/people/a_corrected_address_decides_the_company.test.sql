-- Rule: a person's company is that of the mail domain, and the address is the one that somebody corrected it to, also
--       for who goes on booking with the one before.
begin;
select plan(5);
select tests.empty_crm();

-- Given a person whose address somebody corrects to one of another company
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "createdAt": "2037-03-02T09:00:00Z"}');
update public.people set email = 'ada@hopper.test' where email = 'ada@lovelace.test';
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-b", "email": "ada@hopper.test", "createdAt": "2037-03-02T09:10:00Z"
}');

-- When that person books with the address of before
create temporary table answers as
select tests.send('BOOKING_CREATED', '{"uid": "uid-c", "createdAt": "2037-03-02T09:20:00Z"}') as answer;

-- Then
select is(
  tests.picture(array['hopper.test', 'lovelace.test']),
  'company hopper.test is hopper.test
company lovelace.test is lovelace.test
person ada@hopper.test is Ada Byron
booking uid-a ada@hopper.test 03-09 15:00 by greta@host.test ACCEPTED deal 1
booking uid-b ada@hopper.test 03-09 15:00 by greta@host.test ACCEPTED deal 1
booking uid-c ada@hopper.test 03-09 15:00 by greta@host.test ACCEPTED deal 1
deal 1 of hopper.test active booked
deal 1 of lovelace.test active booked',
  'the person stays with the company of the corrected address'
);
select is(
  (select a.answer ->> 'reason' from answers as a), 'Booked; hopper.test has an active deal already.',
  'and the meeting counts for its deal'
);
create temporary table before as select tests.whole_rows() as rows;
select public.rebuild_everything();
select is((select b.rows from before as b), tests.whole_rows(), 'a rebuild changes nothing of it');

-- Given who booked by phone, of whom somebody knows the address by now
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-p", "email": "46700000001@sms.cal.com", "createdAt": "2037-03-02T10:00:00Z"
}');
update public.people set email = 'kofi@annan.test' where email = '46700000001@sms.cal.com';

-- When that person books by phone again
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-q", "email": "46700000001@sms.cal.com", "createdAt": "2037-03-02T10:10:00Z"
}');

-- Then
select is(tests.deals_of('annan.test'), 'active booked', 'it is a meeting with the company of that address');
select is(tests.emails_to('kofi@annan.test'), 'confirmation uid-q', 'and is confirmed there');

select * from finish();
rollback;
