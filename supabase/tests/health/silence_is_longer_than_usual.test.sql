-- Rule: no webhook for much longer than usual at this hour of the week is wrong, unless Cal.com shows nothing newer;
--       where nobody can tell, nothing is wrong.
begin;
select plan(20);
select tests.empty_crm();
truncate public.reconciliations cascade;
set local time zone 'UTC';

create function pg_temp.silence() returns text language sql as $$
  select concat_ws(
    ' | ', case tests.finding('silence') when 'true' then 'well' else 'wrong' end, tests.age_of_finding('silence'),
    tests.finding('silence', 'detail')
  );
$$;
create function pg_temp.fill_days(p_from integer, p_to integer) returns bigint language sql as $$
  select count(tests.add_event(jsonb_build_object('received_at', now() - (d * 24 + h) * interval '1 hour')))
  from generate_series(p_from, p_to) as d
  cross join generate_series(1, 9) as h;
$$;
create function pg_temp.be_silent_for(p_age interval) returns void language sql as $$
  delete from public.calcom_events where source = 'webhook' and received_at > now() - p_age;
$$;
create function pg_temp.reconcile(
  p_newest_update interval, p_age interval default '10 minutes', p_error text default null
)
returns void language sql as $$
  truncate public.reconciliations cascade;
  insert into public.reconciliations (kind, started_at, finished_at, api_newest_update, error)
  values ('updates', now() - p_age, now() - p_age, now() - p_newest_update, p_error);
$$;

select is(pg_temp.silence(), 'well | No webhook has arrived yet, so nobody can tell.', 'an empty log says nothing');

-- Given a ping of doctor, connect or Cal.com's button
select public.handle_calcom_event('{"triggerEvent": "PING", "createdAt": "2026-01-01T00:00:00Z"}');
select is(pg_temp.silence(), 'well | No webhook has arrived yet, so nobody can tell.', 'a ping is none');
update public.calcom_events set received_at = now() - interval '1 day';
select tests.add_event(jsonb_build_object(
  'source', 'reconciliation', 'received_at', now(), 'uid', 'never told',
  'position', jsonb_build_object('happened_at', tests.ago('2 hours'))
));
select is(
  pg_temp.silence(),
  'wrong | 02:00:00 | Within the last day reconciliation found 1 booking that no webhook had told of.',
  'but since then webhooks could arrive'
);
delete from public.calcom_events where source = 'reconciliation';

-- Given a log of webhooks, nine each day, the last an hour ago
select pg_temp.fill_days(0, 30);
select pg_temp.be_silent_for('5 days');
select is(
  pg_temp.silence(),
  'well | The last webhook arrived 5 days ago. Whether that is long can be told after four weeks of webhooks.',
  'a young log can say nothing'
);
select pg_temp.fill_days(0, 4);
select pg_temp.fill_days(31, 80);
select is(
  pg_temp.silence(),
  'well | The last webhook arrived 60 minutes ago; up to 60 minutes are usual at this hour of the week.',
  'an hour is usual here'
);

-- When none comes for five hours
select pg_temp.be_silent_for('5 hours' - interval '1 second');
select is(
  pg_temp.silence(), 'well | No webhook for 5 hours; up to 60 minutes are usual at this hour of the week.',
  'it may be a holiday, so it takes twice as long where nobody asks Cal.com'
);
select pg_temp.reconcile('1 hour');
select is(
  pg_temp.silence(),
  'wrong | 05:00:00 | No webhook for 5 hours; up to 60 minutes are usual at this hour of the week. '
  'Cal.com has newer bookings.',
  'Cal.com has newer bookings: something is wrong'
);
select pg_temp.reconcile('1 hour', '4 hours');
select is(split_part(pg_temp.silence(), ' ', 1), 'well', 'what Cal.com said long ago does not count');
select pg_temp.reconcile('1 hour', p_error => 'Cal.com answered 500');
select is(split_part(pg_temp.silence(), ' ', 1), 'well', 'nor does a run that broke off');

-- When it takes twice as long as that, and longer
truncate public.reconciliations cascade;
select pg_temp.be_silent_for('9 hours' - interval '1 second');
select is(split_part(pg_temp.silence(), ' ', 1), 'well', 'twice four and a half hours may be a holiday');
select tests.add_event(jsonb_build_object('received_at', now() - interval '9 hours 1 minute'));
select pg_temp.be_silent_for('9 hours 1 minute' - interval '1 second');
select is(split_part(pg_temp.silence(), ' ', 1), 'wrong', 'longer than that is none');

-- When none comes for a day
select pg_temp.be_silent_for('1 day');
select is(
  pg_temp.silence(),
  'wrong | 1 day 01:00:00 | No webhook for 25 hours; up to 60 minutes are usual at this hour of the week.',
  'then it is wrong whatever Cal.com says'
);
select public.handle_calcom_event('{"triggerEvent": "PING", "createdAt": "2026-01-02T00:00:00Z"}');
select is(
  pg_temp.silence(),
  'wrong | 1 day 01:00:00 | No webhook for 25 hours; up to 60 minutes are usual at this hour of the week.',
  'and a ping does not end it'
);
select pg_temp.reconcile('24 hours 50 minutes');
select is(
  pg_temp.silence(), 'well | No webhook for 25 hours, but nothing has changed at Cal.com since then either.',
  'unless it says that nothing has changed'
);
truncate public.reconciliations cascade;

-- When it goes on for weeks
select pg_temp.be_silent_for('22 days');
select is(
  pg_temp.silence(),
  'wrong | 22 days 01:00:00 | No webhook for 22 days; up to 60 minutes are usual at this hour of the week.',
  'the silence itself does not become usual'
);
select pg_temp.fill_days(1, 21);

-- When the day before this hour was as silent in another week
delete from public.calcom_events
where received_at between now() - interval '15 days 1 hour' and now() - interval '14 days';
select is(
  pg_temp.silence(),
  'well | The last webhook arrived 25 hours ago; up to 26 hours are usual at this hour of the week.',
  'it is usual, once in eight weeks is enough'
);

-- When the log is old, and holds next to nothing
delete from public.calcom_events as e
where e.id not in (select o.id from public.calcom_events as o order by o.received_at desc limit 19)
  and e.id <> (select o.id from public.calcom_events as o order by o.received_at limit 1);
select pg_temp.be_silent_for('2 days');
select is(
  pg_temp.silence(),
  'well | The last webhook arrived 2 days ago. Fewer than 20 in four weeks are too few to tell whether that is long.',
  'a tiny one says nothing'
);

-- When a reconciliation finds bookings
create function pg_temp.find_booking(p_uid text, p_age text, p_values jsonb default '{}')
returns uuid language sql as $$
  select tests.add_event(jsonb_build_object(
    'source', 'reconciliation', 'received_at', now(), 'uid', p_uid,
    'position', jsonb_build_object('happened_at', tests.ago(p_age))
  ) || p_values);
$$;
select pg_temp.find_booking('old', '80 days 20 hours');
select pg_temp.find_booking('cancelled', '2 hours', '{"trigger": "BOOKING_CANCELLED"}');
select pg_temp.find_booking('ended', '2 hours', '{"trigger": "MEETING_ENDED"}');
select pg_temp.find_booking('known', '2 hours', '{"outcome": "duplicate"}');
select pg_temp.find_booking('late', '2 hours');
select tests.add_event('{"uid": "late"}' || jsonb_build_object('received_at', now() - interval '3 days'));
select pg_temp.find_booking('yesterday', '2 days', jsonb_build_object('received_at', tests.ago('25 hours')));
select is(
  split_part(pg_temp.silence(), ' ', 1), 'well',
  'from before the first webhook, without a webhook of its own, known, delivered late, or told a day ago: none is lost'
);
select pg_temp.find_booking('lost', '3 hours');
select pg_temp.find_booking('moved', '2 hours', '{"trigger": "BOOKING_RESCHEDULED", "new_uid": "moved-2"}');
select tests.add_event('{"uid": "moved", "new_uid": "moved-1", "trigger": "BOOKING_RESCHEDULED"}'
  || jsonb_build_object('received_at', now() - interval '3 days'));
select is(
  pg_temp.silence(),
  'wrong | 03:00:00 | Within the last day reconciliation found 2 bookings that no webhook had told of.',
  'any other is'
);
select matches(tests.finding('silence', 'what_to_do'), '`deno task reconcile`', 'what to do is said');

select * from finish();
rollback;
