-- Rule: repeats, what comes late and what somebody brings in again are about the pseudonym.
begin;
select plan(16);

create temporary table bodies as
select row_number() over () as number, b.body
from (values
  (tests.calcom_event('BOOKING_CREATED')), (tests.calcom_event('BOOKING_RESCHEDULED')),
  (tests.meeting_ended('{"uid": "uid-b", "endTime": "2037-03-10T15:30:00Z", "startTime": "2037-03-10T15:00:00Z"}')),
  (tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-b", "createdAt": "2037-03-02T10:30:00Z"}')),
  (tests.calcom_event('PING', '{"uid": null}'))
) as b (body);

-- Given Ada, erased
select public.handle_calcom_event(b.body) from bodies as b order by b.number;
select public.erase_person('ada@lovelace.test');
create temporary table before as select tests.facts() - 'order' as facts;

-- When the same bodies come again
select is(
  public.handle_calcom_event(b.body) ->> 'outcome', 'duplicate',
  format('a repeat of body %s is known', b.number)
)
from bodies as b
order by b.number;
select is(tests.places_of('ada@lovelace.test'), '{}', 'and its row does not name her');

-- When they are brought in once more, by a new sync, with another time and in another order
insert into public.calcom_events (payload, source)
select b.body || '{"createdAt": "2037-03-05T10:00:00Z"}', 'backfill' from bodies as b where b.number < 5
union all
select b.body, 'backfill' from bodies as b;
select count(public.handle_pending_event(interval '0')) from generate_series(1, 9);
select is(tests.places_of('ada@lovelace.test'), '{}', 'a new sync does not bring her back');
select is(tests.places_of('Ada Byron'), '{}', 'nor her name');
select is(tests.facts() - 'order', (select b.facts from before as b), 'nor does it change anything');

-- When something comes that nobody had heard of
select is(
  tests.send('MEETING_ENDED', '{
    "uid": "uid-b", "attendees": null, "responses": null, "endTime": "2037-03-10T15:31:00Z"
  }') ->> 'outcome',
  'ignored', 'the end of a meeting of hers is about the pseudonym'
);
select is(
  tests.send('BOOKING_RESCHEDULED', '{"uid": "uid-x", "rescheduleUid": "uid-b", "createdAt": "2037-03-20T10:00:00Z",
    "title": "Talk with Ada Byron", "responses": {"name": {"value": "A. Byron"}}}') ->> 'outcome',
  'applied', 'so is its move'
);
select is(
  tests.send('MEETING_ENDED', '{"uid": "uid-x", "endTime": "2037-03-30T15:30:00Z", "title": "A. Byron"}') ->> 'outcome',
  'applied', 'and the end of what it became'
);
select is(
  tests.send('BOOKING_CREATED', '{"uid": "uid-old", "createdAt": "2020-03-02T09:00:00Z", "name": "Ada B."}')
    ->> 'outcome',
  'applied', 'a booking of before the erasure counts'
);
select is(
  (select count(*) from public.bookings as b where b.attendee_email = tests.pseudonym()), 2::bigint,
  'for the pseudonym'
);
select is(tests.standing(array['ada@lovelace.test', 'Ada B', 'A. Byron']), '{}', 'and none of it names her');
select is(tests.changes_of_rebuild(), null, 'a rebuild changes nothing');

select * from finish();
rollback;
