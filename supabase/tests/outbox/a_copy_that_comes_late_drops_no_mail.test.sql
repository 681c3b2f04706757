-- Rule: a mail is compared with the booking, not with the event that wrote it last: a copy from a second webhook that
--       is older and comes later becomes that event, and nothing that the mail says has changed.
begin;
select plan(2);

-- Given a confirmation that waits
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
update public.emails as e set created_at = now() - interval '1 minute' where e.to_address = 'ada@lovelace.test';

-- When a copy of the booking with an earlier createdAt arrives
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T08:59:59.900Z"}');
select isnt(
  (select b.last_event_id from public.bookings as b where b.calcom_uid = 'uid-a'), (tests.email()).event_id,
  'the copy counts now'
);

-- Then
select is(
  array(select c.to_address from public.claim_email() as c), array['ada@lovelace.test'], 'the mail is sent all the same'
);

select * from finish();
rollback;
