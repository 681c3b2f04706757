-- Rule: migrations/…_reconciliation.sql, public.reconcile_calcom_bookings()
begin;
select plan(3);
select tests.empty_crm();

-- Given a booking and a seat that are known, so that everything is compared
create temporary table rows on commit drop as
select tests.api_booking() as api_row
union all
select tests.api_booking(
  jsonb_build_object('uid', 'web', 'attendees', jsonb_build_array(tests.api_seat('ann@acme.test')))
);
select public.reconcile_calcom_bookings((select jsonb_agg(r.api_row) from rows as r));

-- When each value in them is replaced by what it never should be
create temporary table junk on commit drop as
select jsonb_set(r.api_row, p.path, j.value) as api_row
from rows as r
cross join lateral (
  select array[k.key] as path from jsonb_object_keys(r.api_row) as k (key)
  union all
  select array[k.key, n.key]
  from jsonb_each(r.api_row) as k
  cross join lateral jsonb_object_keys(case jsonb_typeof(k.value) when 'object' then k.value else '{}' end) as n (key)
  union all
  select array[k.key, '0', n.key]
  from jsonb_each(r.api_row) as k
  cross join lateral jsonb_object_keys(case jsonb_typeof(k.value -> 0) when 'object' then k.value -> 0 else '{}' end)
    as n (key)
) as p
cross join (
  values
    ('null'::jsonb), ('true'), ('7'), ('-1e300'), ('""'), ('"x"'), ('"unknown"'), ('[]'), ('[null]'), ('[[1]]'), ('{}'),
    ('{"a": {"b": [1]}}'), ('"2026-13-45T99:00:00Z"'), ('"9999-12-31T23:59:59Z"'), ('"1000-01-01T00:00:00Z"'),
    (to_jsonb(repeat('x', 100000)))
) as j (value);

create function pg_temp.try(p_row jsonb) returns text language plpgsql as $$
begin
  perform public.reconcile_calcom_bookings(jsonb_build_array(p_row));
  return null;
exception
  when others then
    return format('%s for %s', sqlerrm, left(p_row::text, 300));
end;
$$;

-- Then
select is(
  (select string_agg(distinct t.error, e'\n') from (select pg_temp.try(j.api_row) as error from junk as j) as t), null,
  'no row makes it raise'
);
select is(
  (select string_agg(distinct e.reason, e'\n') from public.calcom_events as e where e.outcome = 'failed'), null,
  'nor makes up an event that fails'
);
select lives_ok(
  $$ select public.reconcile_calcom_bookings(jsonb_agg(j.api_row), host_ids => array['412', null]) from junk as j $$,
  'nor do all of them together'
);

select * from finish();
rollback;
