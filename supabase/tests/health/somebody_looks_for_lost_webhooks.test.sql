-- Rule: reconciliation is finished every three hours at least. Without a key of Cal.com nobody wants it.
begin;
select plan(13);
select tests.empty_crm();
truncate public.reconciliations cascade;

create function pg_temp.reconciliation() returns text language sql as $$
  select concat_ws(
    ' | ', case tests.finding('reconciliation') when 'true' then 'well' else 'wrong' end,
    tests.age_of_finding('reconciliation'), tests.finding('reconciliation', 'detail')
  );
$$;
create function pg_temp.run(p_started text, p_finished text default null, p_error text default null)
returns void language sql as $$
  insert into public.reconciliations (kind, started_at, finished_at, error)
  values ('updates', now() - p_started::interval, now() - p_finished::interval, p_error);
$$;

select is(pg_temp.reconciliation(), 'well | No reconciliation has run yet.', 'none has run yet');

-- When the schedule could call it for hours, and nothing came of that
savepoint scheduled;
do $$
begin
  if to_regnamespace('vault') is null then
    create schema vault;
    create table vault.decrypted_secrets (name text, decrypted_secret text, created_at timestamptz default now());
    insert into vault.decrypted_secrets values ('reconcile_secret', 'x');
  else
    perform vault.create_secret('x', 'reconcile_secret')
    where 'reconcile_secret' <> all (crm.list_vault_names());
  end if;
end;
$$;
select is(pg_temp.reconciliation(), 'well | No reconciliation has run yet.', 'before the first webhook it may wait');
select tests.send('BOOKING_CREATED', '{"uid": "old", "email": "ann@acme.test"}');
update public.calcom_events set received_at = now() - interval '40 days';
select is(
  pg_temp.reconciliation(), 'well | No reconciliation has run yet.', 'a moment ago the schedule could not call it'
);
update vault.decrypted_secrets set created_at = now() - interval '4 hours';
select is(
  pg_temp.reconciliation(), 'wrong | 04:00:00 | No reconciliation has ever run: the Edge Function reconcile is not '
    'deployed, or refuses the schedule.',
  'then it is wrong'
);
rollback to savepoint scheduled;

-- When there is no key
select pg_temp.run('5 days', '5 days', 'CALCOM_API_KEY is not set: nobody looks for lost webhooks');
select is(
  pg_temp.reconciliation(), 'well | Nobody looks for webhooks that were lost: CALCOM_API_KEY is not set.',
  'without a key nobody wants it'
);
select matches(tests.finding('reconciliation', 'what_to_do'), 'CALCOM_API_KEY', 'which is said');
truncate public.reconciliations cascade;

-- When the first is under way
select pg_temp.run('2 hours');
select is(pg_temp.reconciliation(), 'well | The first reconciliation is under way. The pass under way has compared '
    '0 bookings.', 'the first takes its time');
select pg_temp.run('4 hours', '4 hours', 'Cal.com answered 401 to ann@evil.test');
update public.reconciliations set error = 'Broke off' where error is null;
select is(
  pg_temp.reconciliation(),
  'wrong | 04:00:00 | No reconciliation was ever finished; the first began 4 hours ago. Broke off',
  'when none was ever finished, it is wrong'
);

-- When one was finished
select pg_temp.run('170 minutes', '170 minutes');
select is(
  pg_temp.reconciliation(), 'well | The last reconciliation was finished 2 hours ago.',
  'one that failed since is no harm'
);
delete from public.reconciliations where error is null;
select pg_temp.run('9 hours', '9 hours');
insert into public.reconciliations (kind, started_at, finished_at, is_dry_run) values ('updates', now(), now(), true);
select is(
  pg_temp.reconciliation(), 'wrong | 09:00:00 | No reconciliation was finished for 9 hours. Broke off',
  'after three hours it is wrong, with what went wrong'
);
select pg_temp.run('1 hour');
select is(
  pg_temp.reconciliation(),
  'well | The last reconciliation was finished 9 hours ago. The pass under way has compared 0 bookings.',
  'a long one is under way'
);
savepoint noted;
update public.reconciliations
set finished_at = now() - interval '30 minutes', pages = 3, events_made = 2, error = 'One row is left out.'
where finished_at is null;
select is(
  pg_temp.reconciliation(),
  'well | The last reconciliation was finished 30 minutes ago. Made up within a day: 4 events. One row is left out.',
  'one that has left something out was finished all the same'
);
rollback to savepoint noted;

-- When the key was taken away
delete from public.reconciliations where finished_at is null or is_dry_run;
select pg_temp.run('20 minutes', '20 minutes', 'CALCOM_API_KEY is not set');
select is(
  pg_temp.reconciliation(), 'wrong | 09:00:00 | No reconciliation was finished for 9 hours. CALCOM_API_KEY is not set',
  'a key that was there once is missed'
);

select * from finish();
rollback;
