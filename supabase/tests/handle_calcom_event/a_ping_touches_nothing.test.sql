-- Rule: the test of Cal.com carries a real-looking attendee.
begin;
select plan(5);

-- When, in Cal.com's shape: without uid, answers and status
create temporary table answer as
select public.handle_calcom_event(
  (tests.calcom_event('PING', '{"email": "jdoe@ping.test", "type": "Test"}'))
  #- '{payload,uid}' #- '{payload,responses}' #- '{payload,status}' #- '{payload,bookingId}'
) as value;

-- Then
select is((select a.value ->> 'outcome' from answer as a), 'ignored', 'it is ignored');
select isnt((select a.value ->> 'reason' from answer as a), null, 'with a reason');
select is(
  (select e.outcome from public.calcom_events as e join answer as a on e.id = (a.value ->> 'event_id')::uuid), 'ignored',
  'it is kept in the log'
);
select is(tests.picture('{ping.test}'), null, 'nobody is made of it');
select is(tests.emails_to('jdoe@ping.test'), null, 'nobody is written to');

select * from finish();
rollback;
