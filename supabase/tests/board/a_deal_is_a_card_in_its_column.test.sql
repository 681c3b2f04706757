-- Rule: stage is the column of the pipeline, stage_since the moment at which the deal got there.
begin;
select plan(8);
select tests.empty_crm();
select tests.add_members();

create function pg_temp.card() returns text language sql as $$
  select tests.try_as('viewer', $q$
    select concat_ws(' | ', d.stage, to_char(d.stage_since at time zone 'UTC', 'MM-DD HH24:MI'), d.last_happening)
    from public.board_deals as d order by d.opened_at desc limit 1
  $q$);
$$;

-- When Ada books in the past, so that the next meeting is none
select tests.send('BOOKING_CREATED', '{
  "createdAt": "2026-03-02T09:00:00Z", "startTime": "2026-03-09T15:00:00Z", "endTime": "2026-03-09T15:30:00Z"}');
select is(pg_temp.card(), 'booked | 03-02 09:00 | Booked; lovelace.test has a new deal.', 'booked, it is booked');

select tests.send('MEETING_ENDED', '{"startTime": "2026-03-09T15:00:00.000Z", "endTime": "2026-03-09T15:30:00.000Z"}');
select is(
  pg_temp.card(), 'met | 03-09 15:30 | The meeting took place; the deal of lovelace.test is met.',
  'after the meeting it is met'
);
select tests.send('BOOKING_NO_SHOW_UPDATED', '{"createdAt": "2026-03-09T16:00:00Z"}');
select is(
  pg_temp.card(), 'no_show | 03-09 16:00 | Marked as a no-show. The deal of lovelace.test is back to booked.',
  'marked as a no-show, it is one'
);
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-2", "createdAt": "2026-03-10T09:00:00Z", "startTime": "2037-03-12T15:00:00Z",
  "endTime": "2037-03-12T15:30:00Z", "organizer": {"email": "kim@modernfull.com"}}');
select is(
  pg_temp.card(), 'booked | 03-10 09:00 | Booked; lovelace.test has an active deal already.',
  'booked again after that, it is booked since then'
);

-- Then the card
select is(
  tests.try_as('viewer', $$
    select concat_ws(' | ', d.company, d.domain, d.status, d.deal_stage, d.people, d.meetings, d.host, d.brand,
      d.next_meeting at time zone 'UTC', d.last_meeting at time zone 'UTC', d.search)
    from public.board_deals as d $$),
  'lovelace.test | lovelace.test | active | booked | Ada Byron | 2 | kim@modernfull.com | modernfull.com | '
  '2037-03-12 15:00:00 | 2026-03-09 15:00:00 | lovelace.test lovelace.test ada byron ada@lovelace.test',
  'it says who, with whom, for whom, and when'
);
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-2", "createdAt": "2026-03-11T09:00:00Z"}');
select is(
  pg_temp.card(), 'cancelled | 03-11 09:00 | Cancelled, and with it the deal of lovelace.test.', 'cancelled, it is over'
);
select tests.try_as('sales', 'update public.deals set status = ''active'', stage = ''met'' returning id::text');
select is(
  split_part(pg_temp.card(), ' | ', 1) || ' | ' || split_part(pg_temp.card(), ' | ', 3),
  'met | Reopened by hand by sally@team.test.', 'somebody who reopens it is named'
);
select is(
  (
    select jsonb_agg(c.column_name order by c.ordinal_position)
    from information_schema.columns as c where c.table_schema = 'public' and c.table_name = 'board_deals'
  ),
  '["deal_id", "company_id", "company", "domain", "stage", "status", "deal_stage", "opened_at", "stage_since",
    "last_happened_at", "last_happening", "people", "meetings", "host", "brand", "next_meeting", "last_meeting",
    "search"]',
  'the board is written against these columns'
);

select * from finish();
rollback;
