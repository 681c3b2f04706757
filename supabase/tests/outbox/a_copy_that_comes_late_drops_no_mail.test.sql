-- Rule: a mail is compared with the booking, not with the event that wrote it last: a copy from a second webhook that
--       is older and comes later becomes that event, and nothing that the mail says has changed.
begin;
select plan(2);

-- Given a confirmation that waits
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;

-- When a copy of the booking with an earlier createdAt arrives
select tests.send('BOOKING_CREATED', '{"createdAt": "2026-03-02T08:59:59.900Z"}');
select isnt(
  (select b.changed_by from public.bookings as b where b.calcom_uid = 'uid-a'),
  (select e.event_id from public.emails as e join mail as m using (id)), 'the copy counts now'
);

-- Then
select is(array(select c.id from public.claim_emails(10) as c), array(select m.id from mail as m), 'the mail is sent');

select * from finish();
rollback;
