-- Rule: whoever looks at what a limit has dropped may send it all the same; then it counts.
begin;
select plan(4);

-- Given
select tests.quiet_outbox();
update public.settings as s set value = '1' where s.name = 'mails_per_address_and_day';
select tests.send('BOOKING_CREATED', '{"uid": "uid-1"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-2"}');
create temporary table dropped as
select e.id from public.emails as e where e.calcom_uid = 'uid-2' and e.status = 'dropped';

-- When Resend reports on it, which it can only by mistake
savepoint before_the_report;
select lives_ok(
  format(
    $$ select public.handle_resend_event('report-1', '{
         "type": "email.delivered", "data": {"email_id": "re-1", "tags": {"email_id": "%s"}}
       }') $$,
    (select d.id from dropped as d)
  ),
  'the report is taken'
);
rollback to savepoint before_the_report;

-- When somebody retries it
select is(public.retry_email((select d.id from dropped as d)) ->> 'status', 'due', 'it is due');

-- Then
select is(
  array(select c.calcom_uid from tests.claim_all() as c order by 1), array['uid-1', 'uid-2'], 'it is sent'
);
select is(crm.limit_reason(crm.mailbox_hash('ada@lovelace.test'), 9) is not null, true, 'and counts');

select * from finish();
rollback;
