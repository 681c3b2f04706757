-- Rule: after a fix, all that failed is left to the pick-up, one event in one transaction.
begin;
select plan(6);

-- Given one event that counts and two that failed, the second in a replay, because it is older than the first
alter table public.bookings add constraint bookings_title_is_not_boom check (title <> 'boom');
select tests.send('BOOKING_CREATED', '{"uid": "uid-3", "email": "hedy@hopper.test"}');
select tests.send('BOOKING_CREATED', '{"title": "boom", "uid": "uid-1"}');
select tests.send('BOOKING_CREATED', '{"title": "boom", "uid": "uid-2", "email": "grace@hopper.test",
  "createdAt": "2037-03-01T09:00:00Z"}');
update public.calcom_events as e set attempts = 5 where e.outcome = 'failed';
alter table public.bookings drop constraint bookings_title_is_not_boom;

-- When
create temporary table answers as select public.retry_failed_events() as answer;
select is(
  (select a.answer from answers as a),
  (select jsonb_build_object('pending', count(*)) from public.calcom_events as e where e.outcome = 'pending'),
  'the answer says how many'
);

-- Then
select results_eq(
  $$ select e.payload #>> '{payload,uid}', e.outcome, e.attempts, e.decided_at, e.uid, e.booker_email, e.stream_key
     from public.calcom_events as e where e.payload #>> '{payload,uid}' in ('uid-1', 'uid-2') order by 1 $$,
  $$ values ('uid-1', 'pending', 0, null::timestamptz, null, null, null),
            ('uid-2', 'pending', 0, null, null, null, null) $$,
  'they are as if nobody had ever tried'
);
select is(tests.bookings_of('ada@lovelace.test'), null, 'nothing is decided yet');
select is(
  array[public.handle_pending_event('0') ->> 'outcome', public.handle_pending_event('0') ->> 'outcome'],
  array['applied', 'applied'], 'the pick-up decides them'
);
select is(
  array[tests.bookings_of('ada@lovelace.test'), tests.bookings_of('grace@hopper.test')],
  array['uid-1 ACCEPTED', 'uid-2 ACCEPTED'], 'and they count'
);
select is(public.retry_failed_events(), '{"pending": 0}'::jsonb, 'there is nothing more to retry');

select * from finish();
rollback;
