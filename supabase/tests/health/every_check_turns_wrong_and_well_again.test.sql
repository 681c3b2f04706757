-- Rule: each check tells what is wrong with numbers, since when, and the command that helps; no other turns wrong.
begin;
select plan(37);
select tests.empty_crm();

create temporary table cases (
  place integer generated always as identity, name text, sentence text, break text, detail text, age interval,
  to_do text, mend text
);
insert into cases (name, sentence, break, detail, age, to_do, mend)
values
  (
    'undecided_events', 'events that nobody decides',
    $$ select tests.add_event(jsonb_build_object('outcome', 'pending', 'received_at', tests.ago('6 minutes')));
       select tests.add_event(jsonb_build_object('outcome', 'pending', 'received_at', tests.ago('3 hours'))) $$,
    '2 events, stored and not decided, the oldest for 3 hours.', '3 hours', '`call handle_pending_events()`',
    $$ update public.calcom_events set outcome = 'ignored', decided_at = now() $$
  ),
  (
    'undecided_events', 'history that nobody decides',
    $$ select tests.add_event(jsonb_build_object(
         'outcome', 'pending', 'received_at', tests.ago('61 minutes'), 'source', 'backfill'
       )) $$,
    '1 event, stored and not decided, the oldest for 61 minutes.', '61 minutes', '`call handle_pending_events()`',
    $$ update public.calcom_events set received_at = now() - interval '59 minutes' where outcome = 'pending' $$
  ),
  (
    'failed_events', 'events that failed',
    $$ select tests.add_event(jsonb_build_object('outcome', 'failed', 'received_at', tests.ago('2 days')));
       select tests.add_event(jsonb_build_object('outcome', 'failed', 'received_at', tests.ago('30 days'))) $$,
    '1 event failed within the last week, the first 2 days ago. Before that: 1.', '2 days',
    '`select retry_failed_events()`',
    $$ update public.calcom_events set outcome = 'applied'
       where outcome = 'failed' and decided_at > now() - interval '1 week' $$
  ),
  (
    'failed_events', 'an event that takes too long',
    $$ select tests.add_event(jsonb_build_object('outcome', 'failed', 'received_at', tests.ago('2 hours')));
       update public.calcom_events set reason = 'It could not be applied: canceling statement (57014).'
       where outcome = 'failed' $$,
    '1 event failed within the last week, the first 2 hours ago. Before that: 1.', '2 hours',
    '`set statement_timeout = 0; select retry_event(id)',
    $$ update public.calcom_events set outcome = 'applied' where outcome = 'failed' $$
  ),
  (
    'waiting_emails', 'mails that wait, and why',
    $$ select tests.add_mail(jsonb_build_object(
         'created_at', tests.ago('50 minutes'), 'attempts', 1, 'reason', 'Resend lets nobody send: ask ann@evil.test.'
       )) $$,
    '1 mail that should be out, the oldest for 50 minutes. Resend lets nobody send: ask (an address)', '50 minutes',
    '`select * from emails where status = ''due''`',
    $$ update public.emails set status = 'sent', sent_at = now() $$
  ),
  (
    'waiting_emails', 'mails that nobody tries to send',
    $$ select tests.add_mail(jsonb_build_object('created_at', tests.ago('16 minutes'))) $$,
    '1 mail that should be out, the oldest for 16 minutes. Nobody has tried to send 1 of them.', '16 minutes',
    '`select crm.invoke_send_emails()`',
    $$ update public.emails set created_at = now() - interval '14 minutes' where status = 'due' $$
  ),
  (
    'failed_emails', 'mails that failed',
    $$ select tests.add_mail(jsonb_build_object(
         'status', 'failed', 'finalized_at', tests.ago('5 hours'), 'reason', 'The domain is not verified.'
       )) from generate_series(1, 3) $$,
    '3 mails failed within the last 24 hours. The domain is not verified.', '5 hours', '`select retry_email(''<id>'')`',
    $$ update public.emails set finalized_at = now() - interval '25 hours' where status = 'failed' $$
  ),
  (
    'failed_emails', 'mails that were too many for an hour',
    $$ select tests.add_mail(jsonb_build_object(
         'status', 'dropped', 'finalized_at', tests.ago('5 hours'), 'number', null,
         'reason', 'Too many: more than 500 mails within an hour (setting mails_per_hour).'
       )) from generate_series(1, 3);
       select tests.add_mail(jsonb_build_object(
         'status', 'dropped', 'finalized_at', tests.ago('6 hours'), 'number', null,
         'reason', 'Too many: more than 10 mails within a day (setting mails_per_address_and_day).'
       )) $$,
    '3 mails dropped within the last 24 hours: more than the setting mails_per_hour allows.', '5 hours',
    'update settings set value',
    $$ update public.emails set finalized_at = now() - interval '25 hours' where status = 'dropped' $$
  ),
  (
    'suppressed_senders', 'a sender that gets no mail',
    $$ insert into public.people (email) values ('team@modernfull.com');
       update public.people set suppressed_at = now() - interval '3 days', suppressed_reason = 'x' $$,
    'Suppressed: team@modernfull.com.', '3 days', '`select allow_mail(''team@example.com'')`',
    $$ select public.allow_mail('team@modernfull.com') $$
  ),
  (
    'suppressed_senders', 'a sender whose mails come back',
    $$ select tests.add_mail(jsonb_build_object(
         'status', 'sent', 'sent_at', tests.ago('1 day'), 'delivery_at', tests.ago(n || ' hours'),
         'delivery', (array['bounced', 'suppressed', 'complained', 'failed', 'bounced'])[n],
         'from_address', 'team@modernfull.com'
       )) from generate_series(1, 5) as n;
       select tests.add_mail(jsonb_build_object(
         'status', 'sent', 'sent_at', tests.ago('1 day'), 'delivery_at', now(), 'delivery', 'delivered',
         'from_address', 'team@modernfull.com'
       )) from generate_series(1, 5) $$,
    'Of the last week: team@modernfull.com: 5 of 10 mails came back.', '5 hours', 'Resend',
    $$ update public.emails set delivery = 'delivered' where delivery = 'failed' $$
  ),
  (
    'delivery_reports', 'mails of which Resend reports nothing',
    $$ update public.emails set sent_at = now() - interval '10 days' where status = 'sent';
       select tests.add_mail(jsonb_build_object('status', 'sent', 'sent_at', tests.ago(n || ' hours')))
       from generate_series(2, 8) as n $$,
    'The last 5 mails are out for an hour and longer, and Resend has reported nothing about them.', '8 hours',
    'functions/v1/resend-webhook',
    $$ update public.emails set delivery = 'sent', delivery_at = now() where sent_at = now() - interval '3 hours' $$
  ),
  (
    'senders', 'a missing default',
    $$ update public.senders set is_default = false $$,
    '6 senders, none of them the default: mails for organizers of other domains wait, and nobody can be told.', null,
    '`update senders set is_default = true',
    $$ update public.senders set is_default = true where organizer_domain = 'outboundsolutions.com' $$
  ),
  (
    'senders', 'no sender at all',
    $$ delete from public.senders $$,
    '0 senders, none of them the default: mails for organizers of other domains wait, and nobody can be told.', null,
    '`insert into senders (organizer_domain, from_address, is_default)',
    $$ insert into public.senders (organizer_domain, from_address, is_default) values ('b.test', 'team@b.test', true) $$
  ),
  (
    'alarms', 'an alarm that waits',
    $$ update public.settings set value = 'Ops@example.com' where name = 'alert_address';
       select tests.add_mail(jsonb_build_object(
         'kind', 'alarm', 'number', null, 'event_id', null, 'calcom_uid', null, 'to_address', 'ops@example.com',
         'start_time', now(), 'created_at', tests.ago('2 hours'), 'reason', 'Because.'
       )) $$,
    'The last alarm waits to be sent. Because.', '2 hours', '`select * from emails where kind = ''alarm''`',
    $$ update public.emails set status = 'sent', sent_at = now() where kind = 'alarm' $$
  ),
  (
    'alarms', 'an alarm that failed',
    $$ update public.emails set status = 'failed', sent_at = null, finalized_at = now() - interval '1 hour'
       where kind = 'alarm' $$,
    'The last alarm was not sent. Because.', '1 hour', '`update settings',
    $$ update public.emails set status = 'dropped', reason = crm.untrue_alarm_reason() where kind = 'alarm' $$
  ),
  (
    'alarms', 'an alarm that did not arrive',
    $$ update public.emails
       set status = 'sent', sent_at = now(), finalized_at = null, delivery = 'bounced',
         delivery_at = now() - interval '1 day'
       where kind = 'alarm' $$,
    'The last alarm did not arrive: Resend reports "bounced".', '1 day', '`update settings',
    $$ update public.settings set value = 'kim@example.com' where name = 'alert_address' $$
  );
select r.line
from cases as c
cross join lateral tests.run_check_case(c.name, c.sentence, c.break, c.detail, c.age, c.to_do, c.mend)
  with ordinality as r (line, number)
order by c.place, r.number;

-- When there are too few to tell
truncate public.emails cascade;
update public.settings set value = '' where name = 'alert_address';
select tests.add_mail(jsonb_build_object(
  'status', 'sent', 'sent_at', tests.ago('1 day'), 'delivery_at', now(), 'delivery', 'bounced'
)) from generate_series(1, 4);
select is(tests.wrong_checks(), '', 'four mails that come back may be any visitor''s mistake');
truncate public.emails cascade;
select tests.add_mail(jsonb_build_object('status', 'sent', 'sent_at', tests.ago(n || ' minutes')))
from generate_series(55, 59) as n;
select is(tests.wrong_checks(), '', 'of mails that are out for less than an hour nobody knows yet');

select is(
  array(select h.finding ->> 'check' from jsonb_array_elements(public.health()) with ordinality as h (finding, n)),
  array[
    'undecided_events', 'failed_events', 'waiting_emails', 'failed_emails', 'schedule', 'vault', 'silence',
    'reconciliation', 'suppressed_senders', 'delivery_reports', 'senders', 'alarms'
  ],
  'every check is told, in this order'
);
select is_empty(
  $$ select h.finding from jsonb_array_elements(public.health()) as h (finding)
     where h.finding ->> 'detail' is null or not h.finding ?& array['check', 'ok', 'since', 'detail', 'what_to_do'] $$,
  'each with all it has to say'
);
select lives_ok($$ select tests.run_as('service_role', 'select public.health()') $$, 'an app may ask');

select * from finish();
rollback;
