-- Rule: between claim and attempt a booking can change, and a lease can run out.
begin;
select plan(4);

-- Given a mail that somebody claimed
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
select c.id from public.claim_emails(10) as c;

-- When the lease runs out before the attempt
update public.emails as e set leased_until = now() from mail as m where m.id = e.id;
select is((select public.freeze_email(m.id, '{}') from mail as m), null, 'the sender gets nothing');
select is((select e.status from public.emails as e join mail as m using (id)), 'due', 'and the mail stays due');

-- When another claims it, and the booking is cancelled before the attempt
select c.id from public.claim_emails(10) as c;
select tests.send('BOOKING_CANCELLED');
update public.emails as e set created_at = now() - interval '1 minute' from mail as m where m.id = e.id;
select is((select public.freeze_email(m.id, '{}') from mail as m), null, 'the other gets nothing either');
select is(
  (select concat_ws(' ', e.status, e.reason) from public.emails as e join mail as m using (id)),
  'dropped The booking was cancelled meanwhile.', 'as the mail is dropped'
);

select * from finish();
rollback;
