-- Rule: the list of events has all of them, the newest first, page by page.
begin;
select plan(6);
select tests.empty_crm();
select tests.add_members();

-- Given events of every source, a ping, and two of one moment
insert into public.calcom_events (
  id, payload, source, trigger, received_at, outcome, decided_at, booker_email, uid, new_uid
)
select
  ('00000000-0000-0000-0000-00000000000' || e.n)::uuid, jsonb_build_object('n', e.n), e.source, e.trigger,
  '2026-03-02T09:00:00Z'::timestamptz + e.minutes * interval '1 minute', e.outcome,
  case when e.outcome <> 'pending' then now() end, e.email, e.uid, e.new_uid
from (
  values
    (1, 'webhook', 'BOOKING_CREATED', 1, 'applied', 'ann@one.test', 'a', null),
    (2, 'reconciliation', 'BOOKING_CREATED', 2, 'applied', null, 'b', null),
    (3, 'backfill', 'BOOKING_RESCHEDULED', 3, 'failed', null, 'b', 'a'),
    (4, 'webhook', 'PING', 4, 'ignored', null, null, null),
    (6, 'webhook', null, 5, 'pending', null, null, null),
    (5, 'backfill', 'BOOKING_CREATED', 5, 'waiting', 'ann@one.test', null, null)
) as e (n, source, trigger, minutes, outcome, email, uid, new_uid);

create function pg_temp.ask(p_arguments text) returns text
language sql
return tests.try_as('operator', format(
  $$ select coalesce(string_agg(right(e.value ->> 'id', 1), '' order by e.n), '')
     from jsonb_array_elements(public.board_events(%s)) with ordinality as e (value, n) $$,
  p_arguments
));

select is(pg_temp.ask(''), '564321', 'every event, of every source, the newest first');
select is(
  pg_temp.ask('page_size => 1') || ' ' || pg_temp.ask($$
    after_received_at => '2026-03-02T09:05:00Z', after_id => '00000000-0000-0000-0000-000000000005', page_size => 3 $$),
  '5 643', 'a page has so many, and the next one those that follow'
);
select is(
  array(
    select pg_temp.ask(quote_literal(o.outcome))
    from unnest(array['applied', 'failed', 'ignored', 'pending', 'waiting', 'duplicate'])
      with ordinality as o (outcome, n)
    order by o.n
  ),
  array['21', '3', '4', '6', '5', ''], 'those of an outcome'
);
select is(
  array(
    select pg_temp.ask('search => ' || quote_literal(s.search))
    from unnest(array['ANN@one.test', 'a', 'b', 'A', '%']) with ordinality as s (search, n)
    order by s.n
  ),
  array['51', '31', '32', '', ''], 'those of a booker, or of a uid that a booking has or gets'
);
select is(pg_temp.ask($$ 'failed', 'b' $$), '3', 'both at once');
select is(
  tests.try_as('operator', 'select public.board_events(page_size => 1) -> 0')::jsonb - 'decided_at',
  '{"id": "00000000-0000-0000-0000-000000000005", "trigger": "BOOKING_CREATED", "outcome": "waiting", "reason": null,
    "source": "backfill", "received_at": "2026-03-02T09:05:00+00:00", "attempts": 0, "uid": null, "new_uid": null,
    "booker_email": "ann@one.test", "repeat_count": null}',
  'without its body'
);

select * from finish();
rollback;
