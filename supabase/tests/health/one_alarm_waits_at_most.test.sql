-- Rule: an alarm that cannot go out is kept true, and taken back when there is nothing to tell any more. What a sender
--       holds, or Resend may have, stays as it is.
begin;
select plan(18);
select tests.empty_crm();
select tests.alert('ops@example.com');
select tests.stop_jitter();

-- Given an alarm that waits, as Resend lets nobody send
select tests.break_check('failed_events');
select crm.check_health();
select is(tests.send_alarm('configuration'), 'due', 'it waits');

-- When more turns wrong
select tests.break_check('undecided_events');
select is(crm.check_health(), 'an alarm waits to be sent', 'no other one is written');
select is(tests.alarms(), 'due wrong: undecided_events, failed_events', 'it says what is true now');
select is(
  (select concat_ws(' ', m.request_body, m.next_attempt_at - now()) from public.emails as m), '01:00:00',
  'and will be put into words again, at its time'
);

-- When days pass
select tests.let_alarms_pass('3 days');
select is(crm.check_health(), 'an alarm waits to be sent', 'after days');
select is(tests.alarms(), 'due wrong: undecided_events, failed_events', 'it is still the only one');
select is(tests.finding('alarms'), 'false', 'which health shows');
select is(tests.wrong_checks(), 'undecided_events failed_events alarms', 'as what it is, not as a mail that waits');

-- When a sender holds it
create temporary table claimed as select * from public.claim_email();
select tests.mend_check('undecided_events');
select is(crm.check_health(), 'an alarm is on its way', 'then it stays as it is');
select public.start_email_attempt(c.id, c.attempts, c.template_data) from claimed as c;
select is(crm.check_health(), 'an alarm is on its way', 'also while it is sent');
select public.finish_email_attempt(c.id, c.attempts, 'unknown', error => 'No answer.') from claimed as c;
select tests.let_alarms_pass('2 hours');
select is(crm.check_health(), 'an alarm is on its way', 'also when it may be out');
select is(tests.alarms(), 'due wrong: undecided_events, failed_events', 'with what it said');
select is(tests.send_alarm(), 'sent', 'it goes out in the end');
select crm.check_health();
select is(
  array(select a.name || ' ' || a.is_told from crm.alarms as a order by 1),
  array['failed_events true', 'undecided_events true'],
  'what it said is told'
);

-- When an alarm waits, and all is well again
select tests.mend_check('failed_events');
select crm.check_health();
select tests.let_alarms_pass('1 day');
select crm.check_health();
select tests.send_alarm();
select tests.break_check('failed_events');
select crm.check_health();
select tests.mend_check('failed_events');
select is(crm.check_health(), 'an alarm was taken back', 'then it is taken back');
select is(
  split_part(tests.alarms(), ' | ', 3), 'dropped wrong: failed_events', 'and is kept in the outbox as that'
);
select is(tests.send_alarm(), 'nothing is due', 'nothing goes out');
select is(
  array[crm.check_health(), tests.wrong_checks()], array['all is well', ''], 'nobody was told, and nobody is now'
);

select * from finish();
rollback;
