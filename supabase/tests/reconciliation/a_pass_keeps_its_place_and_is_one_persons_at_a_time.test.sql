-- Rule: migrations/…_reconciliation.sql, public.next_reconciliation_page() and public.save_reconciliation_page()
begin;
select plan(18);
delete from public.reconciliations;

create function pg_temp.next(p_tick text default null, p_lease text default null,
  p_since text default null) returns jsonb
language sql as $$
  select public.next_reconciliation_page(p_tick::timestamptz, p_lease::uuid, p_since::timestamptz)
$$;
create function pg_temp.save(p_pass jsonb, p_place jsonb, p_is_last boolean default false, p_answer jsonb default '{}')
returns boolean language sql as $$
  select public.save_reconciliation_page(
    (p_pass ->> 'id')::uuid, (p_pass ->> 'lease')::uuid, p_place, jsonb_build_array(p_answer), p_is_last
  )
$$;

-- A tick: the updates, then the window, then nothing
select tests.keep('pass', pg_temp.next());
select is(tests.kept('pass') ->> 'kind', 'updates', 'a tick begins with the updates');
select ok(
  (tests.kept('pass') ->> 'since')::timestamptz between now() - interval '14 days 1 minute'
    and now() - interval '13 days 23 hours',
  'the first time from two weeks ago on'
);
select is(pg_temp.next() -> 'is_busy', 'true', 'somebody else has to wait');
select ok(pg_temp.save(tests.kept('pass'), '{"cursor": "a"}', false, jsonb_build_object(
  'bookings', 3, 'known', 2, 'created', '{"BOOKING_CREATED": 1}'::jsonb, 'outcomes', '{"applied": 1}'::jsonb,
  'skipped', '[{"uid": "x", "reason": "odd"}]'::jsonb, 'waiting', 0, 'newest_update', now() - interval '1 hour',
  'oldest_waiting', null
)), 'a page is kept');
select is(
  pg_temp.next(tests.kept('pass') ->> 'tick', tests.kept('pass') ->> 'lease') -> 'place', '{"cursor": "a"}',
  'and the pass goes on where it was'
);

-- Who was too slow
update public.reconciliations set leased_until = now() - interval '1 second';
select tests.keep('taken_over', pg_temp.next(tests.kept('pass') ->> 'tick'));
select is(tests.kept('taken_over') ->> 'id', tests.kept('pass') ->> 'id', 'when a lease is over the next one goes on');
select ok(not pg_temp.save(tests.kept('pass'), '{"cursor": "b"}'), 'and who was too slow is told so');
select ok(pg_temp.save(tests.kept('taken_over'), null, true, jsonb_build_object(
  'bookings', 1, 'known', 0, 'created', '{"BOOKING_CREATED": 1, "MEETING_ENDED": 1}'::jsonb, 'waiting', 1,
  'oldest_waiting', now() - interval '2 hours', 'newest_update', now() - interval '30 minutes'
)), 'the last page ends the pass');
select is(
  (select row(r.pages, r.bookings, r.known, r.events_made, r.created, r.skipped_reasons, r.place,
    r.finished_at is not null)::text
    from public.reconciliations as r),
  row(2, 4, 2, 3, '{"BOOKING_CREATED": 2, "MEETING_ENDED": 1}'::jsonb, '{"odd": 1}'::jsonb, null, true)::text,
  'its row says what it came to'
);
select tests.keep('around', pg_temp.next(tests.kept('pass') ->> 'tick', tests.kept('taken_over') ->> 'lease'));
select is(tests.kept('around') ->> 'kind', 'window', 'then comes the window');
select ok(
  (tests.kept('around') ->> 'until')::timestamptz between now() + interval '59 days' and now() + interval '61 days',
  'two months ahead'
);
select tests.keep('saved', pg_temp.save(tests.kept('around'), null, true));
select is(pg_temp.next(tests.kept('pass') ->> 'tick') -> 'id', null, 'and that is all in this tick');

-- The next tick
select tests.keep('later', pg_temp.next());
select is(
  (tests.kept('later') ->> 'since')::timestamptz, now() - interval '2 hours 10 minutes',
  'the next updates begin a little before what had to wait'
);
select tests.keep('saved', pg_temp.save(tests.kept('later'), '{"cursor": "c"}'));
update public.reconciliations set leased_until = null;
select is(
  pg_temp.next(null, null, '2026-01-01') ->> 'kind', 'backfill',
    'history that somebody asks for comes first, when asked for'
);
select public.skip_reconciliation('CALCOM_API_KEY is not set');
select public.skip_reconciliation('CALCOM_API_KEY is not set');
select is(
  (select count(*) from public.reconciliations as r where r.error = 'CALCOM_API_KEY is not set'), 1::bigint,
  'why nothing is compared is noted once'
);
select throws_ok(
  $$ update public.settings set value = '0' where name = 'reconcile_days_back' $$, '23514', null,
  'the settings are numbers of days'
);

-- What is held until all of a pass is known
select tests.send('BOOKING_CREATED', '{"uid": "uid-a"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "email": "grace@hopper.test"}');
select tests.let_log_rest();
update public.reconciliations set finished_at = now(), leased_until = null;
select tests.keep('held', pg_temp.next());
select pg_temp.save(tests.kept('held'), null, false, public.reconcile_calcom_bookings(
  jsonb_build_array(
    tests.api_booking('{"uid": "uid-a", "status": "cancelled"}'),
    tests.api_booking('{"uid": "uid-b", "status": "cancelled", "email": "grace@hopper.test"}')
  ),
  holds_ends => true
));
select is((select count(*) from crm.held_bookings), 2::bigint, 'what may go on elsewhere is kept with its pass');
update crm.held_bookings set read_at = now() - interval '10 minutes';
update public.calcom_events set received_at = now() - interval '5 minutes' where uid = 'uid-b';
select is(
  (
    select row(a.answer -> 'created', a.answer -> 'waiting', (a.answer ->> 'oldest_waiting') is not null)::text
    from public.reconcile_held_bookings((tests.kept('held') ->> 'id')::uuid, 25) as a (answer)
  ),
  row('{"BOOKING_CANCELLED": 1}'::jsonb, '1'::jsonb, true)::text,
  'of which Cal.com has sent something since it was read waits for the next pass'
);

select * from finish();
rollback;
