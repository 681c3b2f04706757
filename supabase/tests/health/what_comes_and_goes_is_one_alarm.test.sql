-- Rule: one mail when it is well again, which is after an hour; whatever comes and goes meanwhile is no news.
begin;
select plan(18);
select tests.empty_crm();
select tests.alert('ops@example.com');

-- Given an alarm that was sent
select tests.break_check('failed_events');
select crm.check_health();
select tests.send_alarm();

-- When it comes and goes
select tests.mend_check('failed_events');
select is(crm.check_health(), 'all is well', 'well again: that may not last');
select tests.let_alarms_pass('50 minutes');
select tests.break_check('failed_events');
select is(crm.check_health(), 'nothing new', 'it did not last, and is no news');
select tests.mend_check('failed_events');
select crm.check_health();
select tests.let_alarms_pass('50 minutes');
select is(crm.check_health(), 'all is well', 'the hour begins anew');

-- When it lasts
select tests.let_alarms_pass('10 minutes');
select is(crm.check_health(), 'an alarm was written', 'after an hour it is told');
select is(tests.alarms(), 'sent wrong: failed_events | due well: failed_events', 'as well');
select is(crm.check_health(), 'an alarm waits to be sent', 'once');
select is(tests.send_alarm(), 'sent', 'it goes out');
select is(crm.check_health(), 'all is well', 'and that is the end of it');

-- When it turns wrong once more on the same day
select tests.break_check('failed_events');
select is(crm.check_health(), 'nothing new', 'within a day it is not told again');
select tests.let_alarms_pass('20 hours');
select tests.mend_check('failed_events');
select crm.check_health();
select tests.let_alarms_pass('130 minutes');
select is(crm.check_health(), 'all is well', 'nor that it is well again, of which nobody was told');
select tests.break_check('failed_events');
select is(crm.check_health(), 'an alarm was written', 'a day after the last alarm it is told');

-- When one is well again while another turns wrong
select tests.send_alarm();
select crm.check_health();
select tests.mend_check('failed_events');
select crm.check_health();
select tests.let_alarms_pass('1 hour');
select tests.break_check('undecided_events');
select is(crm.check_health(), 'an alarm was written', 'then one mail');
select is(
  split_part(tests.alarms(), ' | ', 4), 'due wrong: undecided_events well: failed_events', 'says both'
);

-- When that cannot be sent for good
select is(tests.send_alarm('rejected'), 'failed', 'Resend refuses it');
select is(crm.check_health(), 'nothing new', 'it is not tried again in another mail');
select tests.mend_check('undecided_events');
select crm.check_health();
select tests.let_alarms_pass('1 hour');
select is(crm.check_health(), 'all is well', 'and what nobody was told is not told to be well again');

-- When another event fails before the first is mended
select tests.break_check('failed_events');
select crm.check_health();
select tests.mend_check('failed_events');
select tests.add_event(jsonb_build_object('outcome', 'failed', 'received_at', now()));
select crm.check_health();
select is(
  (select now() - a.since from crm.alarms as a where a.name = 'failed_events'), interval '1 hour',
  'it has been wrong since the first'
);
select tests.mend_check('failed_events');
select crm.check_health();
select tests.add_event(jsonb_build_object('outcome', 'failed', 'received_at', now()));
select crm.check_health();
select is(
  (select now() - a.since from crm.alarms as a where a.name = 'failed_events'), interval '0',
  'and since it was well in between, only since the last'
);

select * from finish();
rollback;
