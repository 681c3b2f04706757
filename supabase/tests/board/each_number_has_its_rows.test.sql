-- Rule: a number of board_numbers is the count of rows of board_meetings or board_deals that its row names.
begin;
select plan(6);
select tests.empty_crm();
select tests.add_members();

-- Given two hosts of two brands: met, met, no-show, cancelled, over, to come
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', m.uid, 'email', m.uid || '@' || m.domain, 'createdAt', m.booked, 'startTime', m.start,
  'endTime', m.start::timestamptz + interval '30 minutes', 'organizer', jsonb_build_object('email', m.host)
))
from (
  values
    ('a', 'one.test', '2026-03-02T09:00:00Z', '2026-03-03T09:00:00Z', 'kim@modernfull.com'),
    ('b', 'two.test', '2026-03-08T23:59:59Z', '2026-03-10T23:59:59Z', 'kim@modernfull.com'),
    ('c', 'three.test', '2026-03-04T09:00:00Z', '2026-03-07T09:00:00Z', 'lou@modernfull.com'),
    ('d', 'four.test', '2026-03-04T09:00:00Z', '2026-03-08T09:00:00Z', 'lee@substrate.build'),
    ('e', 'gmail.com', '2026-03-05T09:00:00Z', '2026-03-20T09:00:00Z', 'lee@substrate.build'),
    ('f', 'five.test', '2026-03-09T00:00:00Z', '2037-03-10T00:00:00Z', 'lee@substrate.build')
) as m (uid, domain, booked, start, host);
select tests.send('MEETING_ENDED', jsonb_build_object('uid', m.uid, 'email', m.email, 'endTime', m.ended))
from (
  values ('a', 'a@one.test', '2026-03-03T09:30:00.000Z'), ('b', 'b@two.test', '2026-03-11T00:29:59.000Z'),
    ('c', 'c@three.test', '2026-03-07T09:30:00.000Z')
) as m (uid, email, ended);
select tests.send('BOOKING_NO_SHOW_UPDATED', '{
  "bookingUid": "c", "createdAt": "2026-03-07T10:00:00Z", "attendees": [{"email": "c@three.test", "noShow": true}]}');
select tests.send('BOOKING_CANCELLED', '{"uid": "d", "email": "d@four.test", "createdAt": "2026-03-06T09:00:00Z"}');

select is(
  tests.try_as('viewer', $$
    select string_agg(concat_ws(' ', to_char(n.since at time zone 'UTC', 'MM-DD'), n.level, n.brand, n.host, n.bookings,
        n.to_come, n.over, n.met, n.no_show, n.cancelled, n.show_rate, n.cancelled_rate, n.median_lead_time, n.deals,
        n.deals_met, n.met_rate), E'\n' order by n.since, n.level, n.brand, n.host)
    from public.board_numbers as n
    where n.period = 'week' and (n.level <> 'host' or n.host like 'l%') and n.since < '2026-03-23' $$),
  concat_ws(
    e'\n',
    '03-02 all 5 0 1 2 1 1 0.6667 0.2000 3 days 4 2 0.5000',
    '03-02 brand modernfull.com 3 0 0 2 1 0 0.6667 0.0000 2 days 3 2 0.6667',
    '03-02 brand substrate.build 2 0 1 0 0 1 0.5000 9 days 12:00:00 1 0 0.0000',
    '03-02 host modernfull.com lou@modernfull.com 1 0 0 0 1 0 0.0000 0.0000 3 days 1 0 0.0000',
    '03-02 host substrate.build lee@substrate.build 2 0 1 0 0 1 0.5000 9 days 12:00:00 1 0 0.0000',
    '03-09 all 1 1 0 0 0 0 0.0000 4019 days 1 0 0.0000',
    '03-09 brand substrate.build 1 1 0 0 0 0 0.0000 4019 days 1 0 0.0000',
    '03-09 host substrate.build lee@substrate.build 1 1 0 0 0 0 0.0000 4019 days 1 0 0.0000',
    '03-16 all 0 0 0 0 0 0 0 0'
  ),
  'a week by brand and host: what was booked in it, and what became of that; of all together also when it was nothing'
);
select is_empty(
  $$ select n.* from public.board_numbers as n
     cross join lateral (
       select
         count(*) as bookings, count(*) filter (where m.state in ('to_come', 'unconfirmed')) as to_come,
         count(*) filter (where m.state = 'over') as over, count(*) filter (where m.state = 'met') as met,
         count(*) filter (where m.state = 'no_show') as no_show,
         count(*) filter (where m.state = 'cancelled') as cancelled
       from public.board_meetings as m
       where m.booked_at >= n.since and m.booked_at < n.until
         and (n.level = 'all' or m.brand = n.brand) and (n.level <> 'host' or m.host is not distinct from n.host)
     ) as m
     cross join lateral (
       select count(*) as deals, count(*) filter (where d.deal_stage = 'met') as deals_met
       from public.board_deals as d
       where d.opened_at >= n.since and d.opened_at < n.until
         and (n.level = 'all' or d.brand = n.brand) and (n.level <> 'host' or d.host is not distinct from n.host)
     ) as d
     where (n.bookings, n.to_come, n.over, n.met, n.no_show, n.cancelled, n.deals, n.deals_met)
       <> (m.bookings, m.to_come, m.over, m.met, m.no_show, m.cancelled, d.deals, d.deals_met) $$,
  'every number counts the rows that it names'
);
select set_eq(
  'select distinct n.period from public.board_numbers as n where n.level <> ''all''',
  array['week', 'month', 'quarter', 'year', 'all'], 'a brand or host has no row when there was nothing'
);
select is(
  (select array_agg(n.since at time zone 'UTC' order by n.since desc) from public.board_numbers as n
   where n.level = 'all' and n.period in ('month', 'quarter', 'year') and n.since < '2026-04-01'),
  array['2026-03-01', '2026-01-01', '2026-01-01']::timestamp[], 'months, quarters and years begin when they do'
);
select is(
  tests.try_as('viewer', $$
    select string_agg(concat_ws(' ', m.person_id is not null, m.email, m.company, m.state, m.brand, m.calcom_link,
      m.lead_time), E'\n' order by m.calcom_uid)
    from public.board_meetings as m where m.calcom_uid in ('a', 'e') $$),
  concat_ws(
    e'\n', 't a@one.test one.test met modernfull.com https://cal.com/booking/a 1 day',
    't e@gmail.com over substrate.build https://cal.com/booking/e 15 days'
  ),
  'a meeting says who, what became of it, and where it is at Cal.com'
);

-- When somebody writes a start that is no moment
update public.bookings as b set start_time = 'infinity' where b.calcom_uid = 'a';
select results_eq(
  $$ select n.bookings, (select m.lead_time from public.board_meetings as m where m.calcom_uid = 'a')
     from public.board_numbers as n where n.period = 'all' and n.level = 'all' $$,
  $$ select count(*), null::interval from public.bookings as b $$, 'it is counted, and has no lead time'
);

select * from finish();
rollback;
