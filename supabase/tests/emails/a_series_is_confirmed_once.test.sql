-- Rule: Cal.com sends a BOOKING_CREATED for each meeting of a series, and names no series. Its meetings are those that
--       one person books of one type within a few minutes. One mail confirms them, and says that it is a series.
begin;
select plan(5);
create temporary view mails as
select e.calcom_uid, e.kind, crm.email_facts(e) -> 'recurring' as recurring,
  crm.email_facts(e) #>> '{calendar,uid}' as entry
from public.emails as e where e.to_address = 'ada@lovelace.test';

-- When a series is booked
create temporary table answers as
select n, tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', 'week-' || n, 'createdAt', format('2037-03-02T09:0%s:00Z', n), 'startTime', format('2037-03-1%sT15:00:00Z', n),
  'endTime', format('2037-03-1%sT16:00:00Z', n), 'recurringEvent', '{"freq": 2, "count": 3, "interval": 1}'::jsonb
)) as answer
from generate_series(1, 3) as n;

-- Then
select results_eq(
  'table mails',
  $$ values ('week-1', 'confirmation', '{"freq": "2", "count": 3, "interval": 1}'::jsonb, null::text) $$,
  'one mail says that it is a series; no calendar file about one meeting takes the place of all'
);
select results_eq(
  $$ select distinct
       a.answer ->> 'outcome', a.answer ->> 'email', substring(a.answer ->> 'reason' from 'No mail.*')
     from answers as a where a.n > 1 $$,
  $$ values ('applied', 'none', 'No mail of its own: one mail confirms the series.') $$,
  'the other meetings are booked, and say why there is no mail'
);

-- When one of its meetings is moved by a request that the organizer confirms
select tests.send('BOOKING_REQUESTED', '{
  "uid": "week-2b", "rescheduleUid": "week-2", "createdAt": "2037-03-02T09:04:00Z",
  "startTime": "2037-03-20T15:00:00Z", "endTime": "2037-03-20T16:00:00Z", "recurringEvent": {"freq": 2, "count": 3}
}');
select tests.send('BOOKING_CREATED', '{
  "uid": "week-2b", "createdAt": "2037-03-02T09:05:00Z", "startTime": "2037-03-21T15:00:00Z",
  "endTime": "2037-03-21T16:00:00Z", "recurringEvent": {"freq": 2, "count": 3}, "requiresConfirmation": true
}');

-- Then
select results_eq(
  $$ select m.kind, m.recurring from mails as m where m.calcom_uid = 'week-2b' $$,
  $$ values ('confirmation', 'null'::jsonb) $$,
  'its new time has a mail of its own, which is not about the series'
);

-- When there is another type, another hour, another person, or a single meeting
select tests.send('BOOKING_CREATED', s.overrides || jsonb_build_object('uid', 'other-' || s.n))
from (
  values
    (1, '{"createdAt": "2037-03-02T09:02:00Z", "eventTypeId": 7099, "recurringEvent": {"count": 3}}'::jsonb),
    (2, '{"createdAt": "2037-03-02T10:02:00Z", "recurringEvent": {"count": 3}}'),
    (3, '{"createdAt": "2037-03-02T09:02:00Z", "email": "grace@lovelace.test", "recurringEvent": {"count": 3}}'),
    (4, '{"createdAt": "2037-03-02T09:02:00Z", "recurringEvent": {"count": 1}}'),
    (5, '{"createdAt": "2037-03-02T09:02:00Z", "recurringEvent": null}')
) as s (n, overrides);

-- Then
select is(
  (select count(*) from public.emails as e where e.calcom_uid like 'other-%'), 5::bigint, 'each has its confirmation'
);

-- When what says that it is a series is anything
select lives_ok(
  $$ select tests.send('BOOKING_CREATED', jsonb_build_object(
       'uid', 'odd', 'email', 'odd@lovelace.test', 'eventTypeId', null, 'type', null, 'recurringEvent',
       '{"freq": {"a": 1}, "count": "99999999999", "interval": -1}'::jsonb
     )) $$,
  'no value makes it raise'
);

select * from finish();
rollback;
