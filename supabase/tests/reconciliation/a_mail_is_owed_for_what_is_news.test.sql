-- Rule: migrations/…_events.sql, crm.is_history(); …_reconciliation.sql, public.reconcile_calcom_bookings()
begin;
select plan(11);
select tests.empty_crm();

create function pg_temp.row_of(p_name text, p_overrides jsonb default '{}') returns jsonb language sql as $$
  select tests.api_booking(jsonb_build_object('uid', 'uid-' || p_name, 'email', p_name || '@acme.test') || p_overrides)
$$;
create function pg_temp.mail(p_row jsonb, p_is_backfill boolean default false) returns text language plpgsql as $$
begin
  perform public.reconcile_calcom_bookings(jsonb_build_array(p_row), p_is_backfill);
  return tests.emails_to(p_row #>> '{bookingFieldsResponses,email}');
end;
$$;
create function pg_temp.at(p_created interval, p_start interval default '7 days') returns jsonb language sql as $$
  select jsonb_build_object(
    'createdAt', tests.api_time(p_created), 'updatedAt', tests.api_time(p_created), 'start', tests.api_time(p_start),
    'end', tests.api_time(p_start + '30 minutes')
  )
$$;

select is(pg_temp.mail(pg_temp.row_of('ann', pg_temp.at('-23 hours'))), 'confirmation uid-ann',
  'booked within a day: it is news');
select is(pg_temp.mail(pg_temp.row_of('bob', pg_temp.at('-25 hours'))), null, 'booked before that: no mail');
select is(pg_temp.mail(pg_temp.row_of('cleo', pg_temp.at('-2 hours', '-1 hour'))), null,
  'the meeting is over: no mail');
select is(pg_temp.mail(pg_temp.row_of('dan', pg_temp.at('-1 hour')), true), null,
  'history that is brought in: no mail');
select is(
  (select e.source from public.calcom_events as e where e.uid = 'uid-dan'), 'backfill', 'and the log says so'
);
select is(
  pg_temp.mail(pg_temp.row_of('eve', pg_temp.at('-5 days') || jsonb_build_object(
    'status', 'cancelled', 'updatedAt', tests.api_time('-1 hour')
  ))),
  'cancellation uid-eve', 'booked long ago and cancelled now: that is news'
);
select is(
  pg_temp.mail(pg_temp.row_of('fay', pg_temp.at('-5 days') || jsonb_build_object(
    'status', 'cancelled', 'updatedAt', tests.api_time('-2 days')
  ))),
  null, 'both long ago: no mail'
);
select is(
  pg_temp.mail(pg_temp.row_of('fay', pg_temp.at('-5 days') || jsonb_build_object(
    'status', 'cancelled', 'updatedAt', tests.api_time('-2 hours')
  ))),
  null, 'a row that was written once more is no news'
);

-- A dry run
select tests.keep(
  'answer', public.reconcile_calcom_bookings(jsonb_build_array(pg_temp.row_of('gus')), is_dry_run => true)
);
select is(tests.created(tests.kept('answer')), 'BOOKING_CREATED 1', 'a dry run says what it would make');
select is((select count(*) from public.calcom_events as e where e.uid = 'uid-gus'), 0::bigint, 'and makes nothing');
select is(tests.emails_to('gus@acme.test'), null, 'nor writes anybody');

select * from finish();
rollback;
