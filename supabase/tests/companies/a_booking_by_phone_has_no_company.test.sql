-- Rule: Cal.com makes up an address at sms.cal.com for people who book with a phone number.
begin;
select plan(5);

-- When somebody books by phone
create temporary table answer as
select tests.send('BOOKING_CREATED', '{"uid": "uid-a", "email": "46700000001@sms.cal.com"}') as value;

-- Then
select is_empty(
  $$ select from public.companies as c where c.domain = 'sms.cal.com' $$,
  'sms.cal.com is no company'
);
select is(
  (select p.company_id from public.people as p where p.email = '46700000001@sms.cal.com'), null,
  'the person is kept, without a company'
);
select is((select a.value ->> 'deal_id' from answer as a), null, 'there is no deal');
select is(tests.emails_to('46700000001@sms.cal.com'), null, 'the made-up address gets no mail');
select is(
  (select a.value ->> 'reason' from answer as a),
  'Booked; this person has no company, so there is no deal. No mail: booked by phone number.',
  'the answer says why'
);

select * from finish();
rollback;
