-- Rule: MEETING_ENDED comes flat in four variants, and wrapped from some senders; its uid finds the booking.
begin;
select plan(6);

-- Given five bookings
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object('uid', 'uid-' || n, 'email', 'ada@firm-' || n || '.test')) as answer
from unnest(array['a', 'b', 'c', 'd', 'w']) as n;

-- When each ends in another shape
select is(
  tests.send('MEETING_ENDED', '{"uid": "uid-a", "email": "ada@firm-a.test"}') ->> 'outcome', 'applied',
  'A, confirmed by itself: the whole row with user and attendees'
);
select is(
  public.handle_calcom_event(
    tests.meeting_ended('{"uid": "uid-b", "email": "ada@firm-b.test"}')
    - array['title', 'status', 'createdAt', 'responses', 'eventTypeId', 'user', 'userId', 'userPrimaryEmail']
  ) ->> 'outcome', 'applied',
  'B, confirmed by the host or paid: no title, status, creation or answers'
);
select is(
  public.handle_calcom_event(
    tests.meeting_ended('{"uid": "uid-c", "responses": {"email": "ada@firm-c.test", "name": "Ada", "guests": []}}')
    - array['attendees', 'user']
  ) ->> 'outcome', 'applied',
  'C, switched on later: no attendees, the answers are plain strings'
);
select is(
  tests.send('MEETING_ENDED', '{"uid": "uid-d", "attendees": [{"name": "Ada", "email": "ada@firm-d.test"}]}') ->> 'outcome',
  'applied',
  'D, by Zapier: attendees are name and address'
);
select is(
  public.handle_calcom_event(jsonb_build_object(
    'triggerEvent', 'MEETING_ENDED', 'createdAt', '2026-03-09T15:31:00Z',
    'payload', tests.meeting_ended('{"uid": "uid-w", "email": "ada@firm-w.test"}') - 'triggerEvent'
  )) ->> 'outcome', 'applied',
  'wrapped, by forks'
);

-- Then
select is(
  array(
    select tests.bookings_of('ada@firm-' || n || '.test') || ', ' || tests.deals_of('firm-' || n || '.test')
    from unnest(array['a', 'b', 'c', 'd', 'w']) as n
  ),
  array[
    'uid-a ACCEPTED attended, active met', 'uid-b ACCEPTED attended, active met', 'uid-c ACCEPTED attended, active met',
    'uid-d ACCEPTED attended, active met', 'uid-w ACCEPTED attended, active met'
  ],
  'all five were attended, and their deals are met'
);

select * from finish();
rollback;
