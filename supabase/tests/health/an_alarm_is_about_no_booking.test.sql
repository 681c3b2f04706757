-- Rule: an alarm goes the way of any mail; what asks for its booking, event or person, and what limits the mails to
--       attendees, leaves it alone.
begin;
select plan(24);
select tests.empty_crm();
select tests.alert('ops@example.com');
update public.settings set value = '1' where name in ('mails_per_address_and_day', 'mails_per_hour');

-- Given an alarm that waits for longer than a mail that is not compared with its booking
select tests.break_check('failed_events');
select crm.check_health();
create temporary table alarm as select m.* from public.emails as m where m.kind = 'alarm';
select tests.let_alarms_pass('1 hour');

-- When a visitor books under the same address
select tests.send('BOOKING_CREATED', '{"email": "ops@example.com"}');
select is(
  (select m.status from public.emails as m where m.kind = 'confirmation'), 'due', 'it counts towards no limit'
);
select tests.quiet_outbox();
update public.emails set next_attempt_at = now() where kind = 'alarm';
select is(crm.check_health(), 'an alarm waits to be sent', 'nor is it dropped for one');
select is(public.rebuild_everything() #>> '{bookings,changed}', '0', 'a rebuild');
delete from public.bookings;
select is(tests.alarms(), 'due wrong: failed_events', 'and a deleted booking leave it alone');

-- When it is sent, and Resend reports on it
select is(tests.send_alarm(), 'sent', 'it is not dropped because of a booking');
select is(
  public.handle_resend_event('msg-1', jsonb_build_object(
    'type', 'email.bounced', 'data', jsonb_build_object(
      'email_id', (select m.resend_id from public.emails as m where m.kind = 'alarm'),
      'bounce', '{"type": "Permanent"}'::jsonb
    )
  )) ->> 'delivery',
  'bounced', 'a report finds it'
);
select is(
  tests.finding('alarms', 'detail'), 'The last alarm did not arrive: Resend reports "bounced".', 'health tells'
);
select crm.check_health();
select is_empty($$ select from crm.alarms where name = 'alarms' $$, 'and nobody is told about what was not told');

-- When the address gets no more mail
select tests.let_alarms_pass('1 day');
select is(crm.check_health(), 'an alarm was written', 'the next alarm');
select is(tests.send_alarm(), 'nothing is due', 'is not sent to an address that bounced');
select matches(
  tests.finding('alarms', 'detail'), '^The last alarm was not sent\. The address gets no mail', 'which health tells'
);
select is(crm.check_health(), 'nothing new', 'and is not tried again on the same day');
select public.allow_mail('ops@example.com');

-- When it fails, it is asked for again, and its text was emptied
update public.emails set status = 'failed', sent_at = null, finalized_at = now() - interval '1 minute', reason = 'x'
where kind = 'alarm';
select is(tests.finding('failed_emails'), 'true', 'a failed alarm is no failed mail');
select is(public.retry_email(m.id) ->> 'status', 'due', 'it can be asked for again')
from public.emails as m
where m.kind = 'alarm'
order by m.start_time desc
limit 1;
select is_empty(
  $$ select from public.emails where kind = 'alarm' and num_nonnulls(number, mailbox_hash) > 0 $$,
  'it still counts towards no limit'
);
update public.emails set created_at = now() - interval '2 hours' where kind = 'alarm';
select is(tests.finding('waiting_emails'), 'true', 'an alarm that waits is no mail that waits');
update public.emails
set status = 'sent', sent_at = now() - interval '91 days', finalized_at = null,
  start_time = start_time - interval '91 days'
where kind = 'alarm';
select is(public.apply_retention() ->> 'mail_texts', '2', 'after 90 days its text goes');
update public.emails set status = 'failed', sent_at = null, finalized_at = now(), reason = 'x' where kind = 'alarm';
select public.retry_email(m.id) from public.emails as m where m.kind = 'alarm';
select is(tests.send_alarm(), 'nothing is due', 'without a text it is not sent');
select is(
  array(select distinct m.status || ' ' || m.reason from public.emails as m where m.kind = 'alarm'),
  array['failed What it had to say is not kept any more: select health() says how things are now.'], 'and says why'
);

-- Only an alarm is about nothing
select throws_ok(
  $$ select tests.add_mail('{"kind": "alarm"}') $$, '23514',
  'new row for relation "emails" violates check constraint "emails_alarm_is_about_no_booking"', 'an alarm has no event'
);
select throws_ok(
  $$ select tests.add_mail('{"event_id": null}') $$, '23514',
  'new row for relation "emails" violates check constraint "emails_alarm_is_about_no_booking"', 'any other mail has one'
);

-- When whoever is told wants to be forgotten
select is(
  public.erase_person('ops@example.com') ->> 'reason',
  'This is the address that is told when something is wrong. Change the setting alert_address first.',
  'not as long as alarms go there'
);
select tests.alert('');
select is(
  jsonb_array_length(public.export_person('ops@example.com') -> 'mails'), 3, 'alarms are in the export'
);
select public.erase_person('ops@example.com');
select is_empty($$ select from public.emails where to_address = 'ops@example.com' $$, 'and erased with the person');

select * from finish();
rollback;
