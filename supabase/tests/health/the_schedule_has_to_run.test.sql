-- Rule: every job is there and on, has run lately, and went well the last time; what it needs is in Vault.
begin;
select plan(25);
select tests.empty_crm();

select is(
  to_regnamespace('cron') is not null or tests.finding('schedule') = 'true', true,
  'without pg_cron nothing is wrong'
);
select is(
  to_regnamespace('vault') is not null or tests.finding('vault') = 'true', true, 'nor is it without Vault'
);
create temporary table platform as select tests.stand_in_for_cron() as is_stand_in;

create temporary table cases (
  place integer generated always as identity, sentence text, break text, detail text, age interval, to_do text,
  mend text
);
insert into cases (sentence, break, detail, age, to_do, mend)
values
  (
    'a job that is missing', $$ update cron.job set jobname = 'other' where jobname = 'send-due-emails' $$,
    '"send-due-emails" is missing.', null,
    '`select cron.schedule(''send-due-emails'', ''* * * * *'', ''select crm.invoke_send_emails()'')`',
    $$ update cron.job set jobname = 'send-due-emails' where jobname = 'other' $$
  ),
  (
    'a job that is switched off', $$ update cron.job set active = false where jobid = 2 $$,
    '"send-due-emails" is switched off.', null, '`select cron.alter_job(2, active := true)`',
    $$ update cron.job set active = true $$
  ),
  (
    'jobs that have not run',
    $$ update cron.job_run_details set start_time = now() - interval '11 minutes' where jobid in (1, 2) $$,
    '"handle-pending-calcom-events" has not run for 11 minutes. "send-due-emails" has not run for 11 minutes.',
    '11 minutes', '`select * from cron.job_run_details',
    $$ insert into cron.job_run_details (jobid, status, start_time)
       values (1, 'succeeded', now()), (2, 'running', now()) $$
  ),
  (
    'a job that failed the last time',
    $$ insert into cron.job_run_details (jobid, status, start_time, return_message)
       values (3, 'succeeded', now() - interval '6 minutes', '1 row'),
         (3, 'failed', now() - interval '5 minutes', 'ERROR: key (email)=(ann@evil.test) already exists') $$,
    '"reconcile-calcom-bookings" failed the last time: ERROR: key (email)=((an address)) already exists', '5 minutes',
    '`select * from cron.job_run_details',
    $$ insert into cron.job_run_details (jobid, status, start_time) values (3, 'succeeded', now()) $$
  ),
  (
    'a run that does not end',
    $$ insert into cron.job_run_details (jobid, status, start_time)
       values (1, 'succeeded', now() - interval '9 hours'), (1, 'running', now() - interval '7 hours') $$,
    '"handle-pending-calcom-events" has been running for 7 hours.', '7 hours', '`select * from cron.job_run_details',
    $$ update cron.job_run_details set start_time = now() - interval '5 hours' where status = 'running' $$
  ),
  (
    'nothing that has run',
    $$ truncate cron.job_run_details;
       insert into cron.job_run_details (jobid, status, start_time)
       values (99, 'succeeded', now() - interval '9 days') $$,
    'No job has run yet. Right after the set-up that takes two minutes.', null, 'restart the project',
    $$ insert into cron.job_run_details (jobid, status, start_time) values (1, 'succeeded', now()) $$
  ),
  (
    'no pg_net', $$ drop schema net $$, 'pg_net is missing, so nobody calls the functions.', null,
    '`create extension pg_net with schema extensions`', $$ create schema net $$
  );
select coalesce(r.line, skip('pg_cron keeps its jobs to itself', 2))
from platform as p
cross join cases as c
left join lateral tests.run_check_case('schedule', c.sentence, c.break, c.detail, c.age, c.to_do, c.mend)
  with ordinality as r (line, number) on p.is_stand_in
order by c.place, r.number;

-- When runs are a week old
create temporary table pruned (count integer);
do $$
begin
  if not (select p.is_stand_in from platform as p) then
    return;
  end if;
  insert into cron.job (jobid, jobname) values (99, 'of somebody else');
  insert into cron.job_run_details (jobid, status, start_time, end_time)
  values
    (2, 'succeeded', now() - interval '9 days', now() - interval '9 days'),
    (2, 'failed', now() - interval '8 days', null),
    (2, 'succeeded', now() - interval '6 days', now() - interval '6 days'),
    (4, 'succeeded', now() - interval '8 days', now() - interval '8 days'),
    (99, 'succeeded', now() - interval '9 days', now() - interval '9 days'),
    (99, 'succeeded', now() - interval '9 days', now() - interval '9 days');
  insert into pruned select crm.prune_job_runs();
end;
$$;
select case
  when p.is_stand_in then is((select d.count from pruned as d), 2, 'those of our jobs go, and no others')
  else skip('pg_cron keeps its jobs to itself')
end
from platform as p;
select case
  when p.is_stand_in then is(
    tests.finding('schedule', 'detail'),
    '"check-health" has not run for 8 days. "send-due-emails" has not run for 6 days.',
    'the last run of each stays'
  )
  else skip('pg_cron keeps its jobs to itself')
end
from platform as p;
do $$
begin
  if (select p.is_stand_in from platform as p) then
    insert into cron.job_run_details (jobid, status, start_time)
    values (2, 'succeeded', now()), (4, 'succeeded', now());
  end if;
end;
$$;

-- Given a Vault
create temporary table vault_platform as select to_regnamespace('vault') is null as is_stand_in;
do $$
begin
  if (select p.is_stand_in from vault_platform as p) then
    create schema vault;
    create table vault.decrypted_secrets (name text, decrypted_secret text);
    insert into vault.decrypted_secrets
    values ('project_url', 'https://ref.test'), ('send_emails_secret', 'x'), ('reconcile_secret', 'y'), (null, 'z');
  end if;
end;
$$;
delete from cases;
insert into cases (sentence, break, detail, to_do, mend)
values
  (
    'an address that is missing', $$ update vault.decrypted_secrets set name = 'x' where name = 'project_url' $$,
    'Vault has no project_url, so the schedule cannot call the functions.',
    '`select vault.create_secret(''https://<project-ref>.supabase.co'', ''project_url'')`',
    $$ update vault.decrypted_secrets set name = 'project_url' where name = 'x' $$
  ),
  (
    'secrets that are missing',
    $$ update vault.decrypted_secrets set name = 'x ' || name where name like '%secret' $$,
    'Vault has no send_emails_secret, no reconcile_secret, so the schedule cannot call the functions.',
    ', ''send_emails_secret'')`, and the same as SEND_EMAILS_SECRET',
    $$ update vault.decrypted_secrets set name = substr(name, 3) where name like 'x %' $$
  );
select coalesce(r.line, skip('Vault keeps its secrets to itself', 2))
from vault_platform as p
cross join cases as c
left join lateral tests.run_check_case('vault', c.sentence, c.break, c.detail, c.age, c.to_do, c.mend)
  with ordinality as r (line, number) on p.is_stand_in
order by c.place, r.number;

-- When a check itself is broken
alter table public.senders rename column is_default to is_the_default;
select is(tests.wrong_checks(), 'senders', 'a check that breaks off is wrong, and all others are told');
select matches(
  tests.finding('senders', 'detail'), '^This could not be checked: column .* does not exist \(42703\)\.$',
  'and says why'
);
alter table public.senders rename column is_the_default to is_default;
select is(tests.wrong_checks(), '', 'mended, it is well');

select * from finish();
rollback;
