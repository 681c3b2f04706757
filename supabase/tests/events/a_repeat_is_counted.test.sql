-- Rule: a body that is delivered again is counted, not kept again: one row refers to the event that it repeats.
begin;
select plan(8);
select tests.empty_crm();

-- Given an event, one that changes nothing here, and one whose bytes no JSON can hold
create temporary table bodies as
select b.place, b.body, b.raw_body, array[]::jsonb[] as answers
from (
  values
    (1, tests.calcom_event('BOOKING_CREATED'), null::bytea),
    (2, tests.calcom_event('PING'), null),
    (3, tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-b"}'), '\x00')
) as b (place, body, raw_body);

-- When each is delivered a hundred times
do $$
declare
  v_body record;
begin
  for v_body in select b.* from bodies as b cross join generate_series(1, 100) order by b.place loop
    insert into public.calcom_events (payload, raw_body) values (v_body.body, v_body.raw_body);
    update bodies as b
    set answers = b.answers || public.handle_calcom_event(v_body.body)
    where b.place = v_body.place;
  end loop;
end;
$$;

-- Then
select results_eq(
  $$ select b.answers[1] ->> 'outcome', b.answers[2] ->> 'outcome', b.answers[100] ->> 'outcome'
     from bodies as b order by b.place $$,
  $$ values ('applied', 'duplicate', 'duplicate'), ('ignored', 'duplicate', 'duplicate'),
       ('applied', 'duplicate', 'duplicate') $$,
  'the first one counts, the others are duplicates'
);
select results_eq(
  $$ select e.payload, e.raw_body, e.repeat_count
     from bodies as b join public.calcom_events as e on e.id = (b.answers[1] ->> 'event_id')::uuid order by b.place $$,
  $$ select b.body, b.raw_body, null::integer from bodies as b order by b.place $$,
  'its body stays'
);
select results_eq(
  $$ select e.repeats_event_id, e.repeat_count, e.last_repeated_at is not null, e.outcome, e.raw_body,
       length(e.payload::text) < 100
     from bodies as b join public.calcom_events as e on e.id = (b.answers[100] ->> 'event_id')::uuid
     order by b.place $$,
  $$ select (b.answers[1] ->> 'event_id')::uuid, 99, true, 'duplicate', null::bytea, true
     from bodies as b order by b.place $$,
  'one row refers to it and counts the repeats'
);
select is((select count(*) from public.calcom_events as e), 6::bigint, 'there is no other row');

-- When the same JSON comes in other bytes
insert into public.calcom_events (payload, raw_body) select b.body, '\x01' from bodies as b where b.place = 3;
create temporary table other as
select public.handle_calcom_event(b.body) as answer from bodies as b where b.place = 3;

-- Then
select results_eq(
  $$ select o.answer ->> 'outcome', e.raw_body, e.payload
     from other as o join public.calcom_events as e on e.id = (o.answer ->> 'event_id')::uuid $$,
  $$ select 'duplicate', '\x01'::bytea, b.body from bodies as b where b.place = 3 $$,
  'they are kept'
);

-- When these bytes are delivered ten times more
insert into public.calcom_events (payload, raw_body)
select b.body, '\x01' from bodies as b cross join generate_series(1, 10) where b.place = 3;
select count(public.handle_calcom_event(b.body)) from bodies as b cross join generate_series(1, 10) where b.place = 3;

-- Then
select results_eq(
  $$ select e.outcome, e.repeat_count
     from public.calcom_events as e join other as o on e.repeats_event_id = (o.answer ->> 'event_id')::uuid $$,
  $$ values ('duplicate', 10) $$,
  'they are counted'
);

-- When bodies come of which only the bytes can be kept, each twice
do $$
begin
  for v_place in 0..3 loop
    insert into public.calcom_events (payload, raw_body) values ('""', set_byte('\x00', 0, 2 + v_place / 2));
    perform public.handle_calcom_event('""');
  end loop;
end;
$$;

-- Then
select results_eq(
  $$ select e.outcome, e.raw_body, r.repeat_count
     from public.calcom_events as e left join public.calcom_events as r on r.repeats_event_id = e.id
     where e.payload = '""' order by e.raw_body $$,
  $$ values ('failed', '\x02'::bytea, 1), ('failed', '\x03', 1) $$,
  'one is no repeat of another'
);

-- When everything is rebuilt
select public.rebuild_everything();

-- Then
select is(
  (select sum(e.repeat_count) from public.calcom_events as e where e.outcome = 'duplicate'), 309::bigint,
  'the repeats stay counted'
);

select * from finish();
rollback;
