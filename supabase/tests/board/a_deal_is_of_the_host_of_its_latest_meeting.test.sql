-- Rule: the numbers find the host of a deal in two ways, for a short time and for a long one: that of board_deals.
begin;
select plan(3);
select tests.empty_crm();
select tests.add_members();

-- Given a deal whose latest meeting was booked first, one whose latest meeting has no host, and one without any host
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', m.uid, 'email', m.uid || '@' || m.domain, 'createdAt', m.booked, 'startTime', m.start,
  'endTime', m.start::timestamptz + interval '30 minutes', 'organizer', jsonb_build_object('email', m.host)
))
from (
  values
    ('a', 'one.test', '2026-03-02T09:00:00Z', '2026-04-20T09:00:00Z', 'kim@modernfull.com'),
    ('b', 'one.test', '2026-03-03T09:00:00Z', '2026-04-10T09:00:00Z', 'lou@modernfull.com'),
    ('c', 'two.test', '2026-03-04T09:00:00Z', '2026-04-10T09:00:00Z', 'lee@substrate.build'),
    ('d', 'two.test', '2026-03-05T09:00:00Z', '2026-04-20T09:00:00Z', 'kim@modernfull.com'),
    ('e', 'three.test', '2026-03-06T09:00:00Z', '2026-04-20T09:00:00Z', 'kim@modernfull.com')
) as m (uid, domain, booked, start, host);
update public.bookings as b set organizer_email = null where b.calcom_uid in ('d', 'e');

select is(
  tests.try_as('viewer', $$
    select string_agg(concat_ws(' ', d.domain, d.host, d.brand), E'\n' order by d.domain)
    from public.board_deals as d $$),
  concat_ws(
    e'\n', 'one.test kim@modernfull.com modernfull.com', 'three.test outboundsolutions.com',
    'two.test lee@substrate.build substrate.build'
  ),
  'the card names who has the latest meeting that has a host'
);
select is(
  tests.try_as('viewer', format(
    $$ select string_agg(concat_ws(' ', n.host, n.brand, n.bookings, n.deals), E'\n' order by n.host)
       from public.board_numbers as n where n.level = 'host' and n.period = %L $$, p.period
  )),
  concat_ws(
    e'\n', 'kim@modernfull.com modernfull.com 1 1', 'lee@substrate.build substrate.build 1 1',
    'lou@modernfull.com modernfull.com 1 0', 'outboundsolutions.com 2 1'
  ),
  p.sentence
)
from (
  values ('week', 'and the numbers of a week count it for that host'), ('all', 'and so do those of all time')
) as p (period, sentence);

select * from finish();
rollback;
