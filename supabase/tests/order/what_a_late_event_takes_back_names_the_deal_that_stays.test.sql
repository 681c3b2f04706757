-- Rule: when an older event has a deal go on as that of another, what is taken back later names the deal that stays.
begin;
select plan(4);
select tests.empty_crm();

-- Given a deal, and a meeting before it that is brought in at once: booked, ended, and moved to a later time
select tests.send(
  'BOOKING_CREATED', '{"uid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2037-03-02T12:00:00Z"}'
);
create temporary table before as select d.id from public.deals as d;
insert into public.calcom_events (payload, source, received_at)
select s.body, 'backfill', now() - interval '1 minute'
from (
  values
    (tests.calcom_event('BOOKING_CREATED', '{
      "createdAt": "2037-03-02T09:00:00Z", "startTime": "2037-03-02T10:00:00Z", "endTime": "2037-03-02T10:30:00Z"
    }')),
    (tests.meeting_ended('{"startTime": "2037-03-02T10:00:00Z", "endTime": "2037-03-02T10:30:00Z"}')),
    (tests.calcom_event('BOOKING_RESCHEDULED', '{
      "uid": "uid-a", "rescheduleUid": "uid-a", "createdAt": "2037-03-02T11:00:00Z",
      "startTime": "2037-03-05T10:00:00Z", "endTime": "2037-03-05T10:30:00Z"
    }'))
) as s (body);
select public.handle_pending_event() from generate_series(1, 3);
select results_eq(
  'select d.id, d.stage from public.deals as d', $$ select b.id, 'booked' from before as b $$,
  'the deal goes on, and its first meeting is still to come'
);

-- When the meeting turns out to have been a no-show, before it was moved
select is(
  tests.send('BOOKING_NO_SHOW_UPDATED', '{"createdAt": "2037-03-02T10:45:00Z"}') ->> 'deal', 'booked',
  'that takes the deal back, which is the one that stayed'
);

-- Then
select results_eq(
  'select d.id, d.stage from public.deals as d', $$ select b.id, 'booked' from before as b $$, 'no other deal is met'
);
select is(
  (public.rebuild_company('lovelace.test') #>> '{deals,changed}')::integer, 0, 'a rebuild changes nothing'
);

select * from finish();
rollback;
