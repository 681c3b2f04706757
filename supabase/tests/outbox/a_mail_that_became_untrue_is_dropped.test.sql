-- Rule: what the booking does not bear out any more is not sent, and the row says why.
begin;
select plan(5);

-- Given three mails that wait
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED', '{"uid": "cancelled", "email": "cancelled@lovelace.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "moved", "email": "moved@lovelace.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "revived", "email": "revived@lovelace.test"}');
update public.emails as e set status = 'sent', sent_at = now() where e.to_address = 'revived@lovelace.test';
select tests.send(
  'BOOKING_CANCELLED', '{"uid": "revived", "email": "revived@lovelace.test", "requestReschedule": true}'
);

-- When the bookings change before anybody sends them
select tests.send('BOOKING_CANCELLED', '{"uid": "cancelled", "email": "cancelled@lovelace.test"}');
select tests.send('BOOKING_RESCHEDULED', '{"uid": "moved-2", "rescheduleUid": "moved", "email": "moved@lovelace.test",
  "startTime": "2037-03-09T15:00:00Z", "endTime": "2037-03-09T15:30:00Z"}'); -- to another host, at the same time
select tests.send('BOOKING_RESCHEDULED', '{"uid": "revived-2", "rescheduleUid": "revived",
  "email": "revived@lovelace.test", "createdAt": "2037-03-02T11:30:00.000Z"}');
update public.emails as e set created_at = now() - interval '1 minute' where e.to_address like '%@lovelace.test';
create temporary table claimed as select c.* from tests.claim_all() as c;

-- Then
select is(
  array(select concat_ws(' ', c.kind, c.calcom_uid) from claimed as c order by 1),
  array['cancellation cancelled', 'reschedule moved-2', 'reschedule revived-2'],
  'what is true is sent'
);
select is(
  array(
    select concat_ws(' ', e.status, e.kind, e.calcom_uid, e.reason)
    from public.emails as e
    where e.finalized_at is not null and e.to_address like '%@lovelace.test'
    order by e.calcom_uid
  ),
  array[
    'dropped confirmation cancelled The booking was cancelled meanwhile.',
    'dropped confirmation moved The booking was moved meanwhile.',
    'dropped cancellation revived The booking was given a new time meanwhile.'
  ],
  'what is not true any more is dropped'
);

-- When somebody moves a booking by hand
update public.bookings as b set start_time = b.start_time - interval '1 hour' where b.calcom_uid = 'revived-2';
select tests.make_due(tests.email('reschedule', 'revived@lovelace.test'));
select is_empty($$ select from public.claim_email() $$, 'a time that is not the booking''s any more is not told');

-- When only its end is another
update public.bookings as b set end_time = b.end_time + interval '1 hour' where b.calcom_uid = 'moved-2';
select tests.make_due(tests.email('reschedule', 'moved@lovelace.test'));
select is_empty($$ select from public.claim_email() $$, 'nor an end');

-- When a booking is not there any more
update public.emails as e set booking_id = null where e.calcom_uid = 'cancelled' and e.kind = 'cancellation';
select tests.make_due(tests.email('cancellation', 'cancelled@lovelace.test'));
select is_empty($$ select from public.claim_email() $$, 'a mail about nothing is not sent');

select * from finish();
rollback;
