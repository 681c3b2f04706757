-- Rule: what the booking does not bear out any more is not sent, and the row says why.
begin;
select plan(6);

-- Given three mails that wait
update public.emails as e set next_attempt_at = 'infinity';
select tests.send('BOOKING_CREATED', '{"uid": "cancelled", "email": "cancelled@lovelace.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "moved", "email": "moved@lovelace.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "revived", "email": "revived@lovelace.test"}');
update public.emails as e set status = 'sent', sent_at = now() where e.to_address = 'revived@lovelace.test';
select tests.send('BOOKING_CANCELLED', '{"uid": "revived", "email": "revived@lovelace.test", "requestReschedule": true}');

-- When the bookings change before anybody sends them
select tests.send('BOOKING_CANCELLED', '{"uid": "cancelled", "email": "cancelled@lovelace.test"}');
select tests.send('BOOKING_RESCHEDULED', '{"uid": "moved-2", "rescheduleUid": "moved", "email": "moved@lovelace.test",
  "startTime": "2026-03-09T15:00:00Z", "endTime": "2026-03-09T15:30:00Z"}'); -- to another host, at the same time
select tests.send(
  'BOOKING_RESCHEDULED',
  '{"uid": "revived-2", "rescheduleUid": "revived", "email": "revived@lovelace.test", "createdAt": "2026-03-02T11:30:00.000Z"}'
);
update public.emails as e set created_at = now() - interval '1 minute' where e.to_address like '%@lovelace.test';
create temporary table claimed as select c.* from public.claim_emails(10) as c;

-- Then
select is(
  array(select concat_ws(' ', c.kind, c.calcom_uid) from claimed as c order by 1),
  array['cancellation cancelled', 'reschedule moved-2', 'reschedule revived-2'],
  'what is true is sent'
);
select is(
  array(select concat_ws(' ', e.status, e.kind, e.calcom_uid, e.reason) from public.emails as e where e.given_up_at is not null and e.to_address like '%@lovelace.test' order by e.calcom_uid),
  array[
    'dropped confirmation cancelled The booking was cancelled meanwhile.',
    'dropped confirmation moved The booking was moved meanwhile.',
    'dropped cancellation revived The booking was given a new time meanwhile.'
  ],
  'what is not any more is dropped'
);

-- When a mail whose outcome nobody knows becomes untrue
select public.freeze_email(c.id, '{}'), public.record_email_failure(c.id, 'unknown', 'no answer') from claimed as c where c.calcom_uid = 'moved-2';
select tests.send('BOOKING_CANCELLED', '{"uid": "moved-2", "email": "moved@lovelace.test"}');
update public.emails as e set next_attempt_at = now() where e.calcom_uid = 'moved-2';
select is(array(select c.kind from public.claim_emails(10) as c), array['cancellation'], 'it is not tried again');
select is(
  (select e.reason from public.emails as e where e.calcom_uid = 'moved-2' and e.kind = 'reschedule'),
  'The booking was cancelled meanwhile. An earlier attempt may have sent it all the same.', 'and says that it may be out'
);

-- When somebody moves a booking by hand
update public.bookings as b set start_time = b.start_time - interval '1 hour' where b.calcom_uid = 'revived-2';
update public.emails as e set leased_until = null where e.calcom_uid = 'revived-2';
select is_empty($$ select from public.claim_emails(10) $$, 'its new time has not been told, and the old one is not told any more');

-- When a booking is not there any more
update public.emails as e set booking_id = null, leased_until = null where e.calcom_uid = 'cancelled' and e.kind = 'cancellation';
select is_empty($$ select from public.claim_emails(10) $$, 'a mail about nothing is not sent');

select * from finish();
rollback;
