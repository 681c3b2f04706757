-- Rule: who books and cancels in one go hears of both; a mail that had to wait is looked at again.
begin;
select plan(3);

-- Given a booking that is cancelled at once
update public.emails as e set next_attempt_at = 'infinity';
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CANCELLED');

-- When both mails are claimed within seconds
create temporary table claimed as select c.* from public.claim_emails(10) as c;

-- Then
select is(
  array(select c.kind from claimed as c order by c.kind), array['cancellation', 'confirmation'], 'both are sent'
);

-- When the confirmation has to wait, because Resend did not answer
select public.record_email_failure(c.id, 'unknown', 'no answer') from claimed as c where c.kind = 'confirmation';
update public.emails as e set next_attempt_at = now() from claimed as c where c.id = e.id and c.kind = 'confirmation';

-- Then
select is_empty($$ select from public.claim_emails(10) $$, 'it is not sent any more');
select is(
  (select e.status from public.emails as e join claimed as c using (id) where c.kind = 'confirmation'), 'dropped', 'it is dropped'
);

select * from finish();
rollback;
