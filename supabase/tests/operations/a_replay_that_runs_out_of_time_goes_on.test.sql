-- Rule: a replay for which its statement has no time goes on in the next one. Until it is done, nothing of it is seen.
begin;
select plan(19);

-- Given
set local statement_timeout = '1min';
select is(crm.replay_deadline(), statement_timestamp() + interval '40 s', 'a third of its time is left for the rest');
set local statement_timeout = 0;
select is(crm.replay_deadline(), null, 'without a limit it has all the time');

-- Given no time for more than one event in a call, two bookings of a company, and one that is older than both. The team
-- has a column whose values cannot be read from their JSON.
create type public.mood as enum ('good');
create function public.mood_to_json(public.mood) returns json language sql immutable return '["good"]'::json;
create cast (public.mood as json) with function public.mood_to_json(public.mood);
alter table public.bookings add column mood public.mood default 'good';
create or replace function crm.replay_deadline() returns timestamptz
language sql stable return timestamptz '-infinity';
select tests.send('BOOKING_CREATED', '{"uid": "uid-1", "createdAt": "2037-03-01T09:00:00Z"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-2", "createdAt": "2037-03-02T09:00:00Z"}');

-- When
select results_eq(
  $$ select a ->> 'outcome', a -> 'is_pending', a ->> 'reason'
     from tests.send('BOOKING_CREATED', '{"uid": "uid-0", "createdAt": "2037-02-01T09:00:00Z"}') as a $$,
  $$ values ('failed', 'true'::jsonb,
     'Kept; its company has so many later events that its decision goes on within a minute.') $$,
  'it answers that it is still to be decided'
);

-- Then
select is(tests.bookings_of('ada@lovelace.test'), 'uid-1 ACCEPTED, uid-2 ACCEPTED', 'the company is what it was');
select results_eq(
  $$ select e.attempts, e.uid, e.stream_key, e.reason from public.calcom_events as e where e.outcome = 'pending' $$,
  $$ values (0, null, null,
     'Its company has so many later events that its decision takes more than one call.') $$,
  'its event is pending, without a failed attempt'
);

-- When the pick-up goes on
select is(public.handle_pending_event('0') -> 'is_pending', 'true', 'with the second event');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-1 ACCEPTED, uid-2 ACCEPTED', 'nothing is seen of it yet');
select is(public.handle_pending_event('0') ->> 'outcome', 'applied', 'and with the third, which is the last');

-- Then
select is(
  tests.bookings_of('ada@lovelace.test'), 'uid-0 ACCEPTED, uid-1 ACCEPTED, uid-2 ACCEPTED', 'the event counts'
);
select is(
  (
    select string_agg(b.calcom_uid, ', ')
    from public.deals as d
    join public.bookings as b on b.last_event_id = d.opened_by_event_id
    where b.attendee_email = 'ada@lovelace.test'
  ),
  'uid-0', 'for the deal, which it opens'
);
select is(
  tests.emails_to('ada@lovelace.test'), 'confirmation uid-0, confirmation uid-1, confirmation uid-2',
  'and owes its mail'
);

-- When another one pauses twice, and something comes in between that is older than where it paused
select tests.send('BOOKING_CREATED', '{"uid": "uid-c", "createdAt": "2037-01-03T09:00:00Z"}') -> 'is_pending';
select public.handle_pending_event('0');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-0", "createdAt": "2037-02-01T10:00:00Z"}');

-- Then both count in the end
select public.handle_pending_event('0') from generate_series(1, 20);
select is(
  tests.bookings_of('ada@lovelace.test'),
  'uid-0 CANCELLED, uid-1 ACCEPTED, uid-2 ACCEPTED, uid-c ACCEPTED', 'what came in between counts'
);
select is(
  (
    select string_agg(d.status || ' ' || b.calcom_uid, ', ' order by d.made_at)
    from public.deals as d
    join public.calcom_events as e on e.id = d.opened_by_event_id
    join public.bookings as b on b.original_key = e.uid
    where b.attendee_email = 'ada@lovelace.test'
  ),
  'cancelled uid-c, active uid-1', 'and each deal was opened by whose turn it was'
);
select is_empty($$ select from crm.paused_replays $$, 'nothing is left of the pauses');

-- When somebody is erased while another one is on its way
select tests.send('BOOKING_CREATED', '{"uid": "uid-e", "createdAt": "2037-01-02T09:00:00Z"}') -> 'is_pending';
select isnt_empty($$ select from crm.paused_replays $$, 'what it has come to is kept');
select public.erase_person('grace@hopper.test');
select isnt_empty($$ select from crm.paused_replays $$, 'also when there is nobody to erase');
select public.erase_person('ada@lovelace.test');
select is_empty($$ select from crm.paused_replays $$, 'it begins again');

-- When nobody needs what another one has come to
insert into crm.paused_replays (stream_key, replayed, image) values ('nobody.test', '{}', '{}');
select public.apply_retention();
select is_empty($$ select from crm.paused_replays $$, 'it goes the next night');

-- When the time is enough
create or replace function crm.replay_deadline() returns timestamptz language sql stable return null::timestamptz;
select is(
  tests.send('BOOKING_CREATED', '{"uid": "uid-d", "createdAt": "2037-01-01T09:00:00Z"}') ->> 'outcome', 'applied',
  'it is decided at once'
);

select * from finish();
rollback;
