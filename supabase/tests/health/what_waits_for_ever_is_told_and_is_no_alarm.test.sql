-- Rule: an event whose booking nobody ever tells of changes nothing. It is told, and nothing is wrong with it.
begin;
select plan(4);
select tests.empty_crm();

create function pg_temp.undecided() returns text language sql as $$
  select concat_ws(
    ' | ', case tests.finding('undecided_events') when 'true' then 'well' else 'wrong' end,
    tests.finding('undecided_events', 'detail'), tests.finding('undecided_events', 'what_to_do')
  );
$$;
create function pg_temp.well(p_more text) returns text language sql as $$
  select 'well | Every event that is older than five minutes is decided.' || p_more;
$$;

select is(pg_temp.undecided(), pg_temp.well(''), 'nothing waits');
select tests.send('BOOKING_CANCELLED', jsonb_build_object('uid', 'uid-' || name, 'email', name || '@acme.test'))
from unnest(array['ann', 'bob']) as name;
select is(pg_temp.undecided(), pg_temp.well(''), 'what came just now may find its booking yet');
update public.calcom_events set received_at = now() - interval '25 hours' where uid = 'uid-ann';
select is(
  pg_temp.undecided(), pg_temp.well(' 1 event has waited for its booking for longer than a day.')
    || ' | There is nothing to do: what waits counts as soon as its booking becomes known. See which: '
    || '`select * from calcom_events where outcome = ''waiting''`.',
  'after a day it is told'
);
update public.calcom_events set received_at = now() - interval '25 hours';
select is(
  (regexp_match(pg_temp.undecided(), '(decided\..*day\.)'))[1],
  'decided. 2 events have waited for their booking for longer than a day.', 'and how many there are'
);

select * from finish();
rollback;
