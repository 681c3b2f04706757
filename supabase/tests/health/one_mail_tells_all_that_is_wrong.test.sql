-- Rule: whoever is in alert_address gets one mail for all that turned wrong together, from the default sender; the same
--       is not told again within a day; what is new comes first.
begin;
select plan(17);
select tests.empty_crm();

select is(crm.check_health(), 'all is well', 'nothing is wrong');
select tests.break_check('failed_events');
select tests.break_check('undecided_events');
select is(
  crm.check_health(), 'nobody wants to be told: the setting alert_address is empty', 'nobody is told who did not ask'
);

-- When somebody wants to know
select tests.alert('Ops@example.com');
select is(crm.check_health(), 'an alarm was written', 'a mail is owed');
select is(tests.alarms(), 'due wrong: undecided_events, failed_events', 'one, about both');
select is(
  (
    select array[
      m.to_address, m.from_address, m.reply_to, m.number::text, m.mailbox_hash::text, m.event_id::text,
      m.booking_id::text, m.calcom_uid, m.template_data #>> '{wrong,1,detail}', m.template_data #>> '{wrong,1,since}',
      m.template_data #>> '{brand,attaches_calendar}'
    ]
    from public.emails as m
  ),
  array[
    'ops@example.com', 'team@outboundsolutions.com', null, null, null, null, null, null,
    tests.finding('failed_events', 'detail'), tests.finding('failed_events', 'since'), 'true'
  ],
  'to this address, in the name of the default sender, about no booking, and it says all'
);

-- When it is sent
select is(tests.send_alarm(), 'sent', 'it goes out like any mail');
select is(crm.check_health(), 'nothing new', 'the same is not told again');
select tests.let_alarms_pass('23 hours 59 minutes');
select is(crm.check_health(), 'nothing new', 'not within a day');
select tests.let_alarms_pass('1 minute');
select is(crm.check_health(), 'an alarm was written', 'after a day it is');
select tests.send_alarm();

-- When something else turns wrong
select tests.mend_check('failed_events');
select crm.check_health();
update crm.alarms set is_told = false, told_at = now() - interval '1 day' where name = 'failed_events';
select tests.break_check('failed_events');
select is(crm.check_health(), 'an alarm was written', 'it is told at once');
select is(
  split_part(tests.alarms(), ' | ', 3), 'due wrong: failed_events, undecided_events still',
  'with what is still wrong after it'
);

-- When the address is taken away, or changed
select tests.alert('');
select is(crm.check_health(), 'an alarm was taken back', 'nobody is told any more');
select tests.alert('kim@example.com');
select is(crm.check_health(), 'an alarm was written', 'somebody else is');
select is(
  (select m.to_address from public.emails as m where m.status = 'due'), 'kim@example.com', 'at the new address'
);
select tests.alert('lee@example.com');
select crm.check_health();
select is(
  (select m.to_address from public.emails as m where m.status = 'due'), 'lee@example.com',
  'a mail that waits goes to whoever is told now'
);
select throws_ok(
  $$ select tests.alert('kim@example.com,ops@example.com') $$, '23514',
  'new row for relation "settings" violates check constraint "alert_address must be empty or one address: '
  'ops@example.com"',
  'it is one address'
);
select lives_ok($$ select tests.alert(a) from unnest(array['a.b+c@d.example', '']) as a $$, 'of any form, or none');

select * from finish();
rollback;
