-- Health: the schedule, all checks together, and who is told when something is not well.
--
-- public.health() asks all checks. crm.check_health() runs every ten minutes, remembers what is wrong (crm.alarms) and
-- writes a mail to whoever wants to know.

---------------------------------------------------------------------------------------------- the schedule and Vault

create function crm.schedule_jobs()
returns table (name text, schedule text, command text, longest interval)
language plpgsql
immutable
set search_path = ''
as $$
begin
  return query values
    ('handle-pending-calcom-events', '* * * * *', 'call public.handle_pending_events()', interval '10 minutes'),
    ('send-due-emails', '* * * * *', 'select crm.invoke_send_emails()', interval '10 minutes'),
    ('reconcile-calcom-bookings', '23 * * * *', 'select crm.invoke_reconcile()', interval '3 hours'),
    ('check-health', '*/10 * * * *', 'select crm.check_health()', interval '30 minutes'),
    ('apply-retention', '*/5 3 * * *', 'select public.apply_retention()', interval '2 days'),
    ('prune-job-runs', '30 2 * * *', 'select crm.prune_job_runs()', interval '2 days');
end;
$$;
comment on function crm.schedule_jobs() is
  'What pg_cron has to run, when, and how long ago its last run may be at most.';

create type crm.job as (
  name text,
  schedule text,
  command text,
  longest interval,
  jobid bigint,
  is_active boolean,
  status text,
  message text,
  started_at timestamptz
);
comment on type crm.job is 'A job that pg_cron has to run, and its last run.';
comment on column crm.job.longest is 'How long ago its last run may be at most.';
comment on column crm.job.jobid is 'Null when pg_cron does not have it.';

-- Time: the newest runs by their number; pg_cron has no other index.
create function crm.list_jobs()
returns setof crm.job
language plpgsql
stable
set search_path = ''
as $$
declare
  v_jobs regclass := to_regclass('cron.job');
  v_runs regclass := to_regclass('cron.job_run_details');
begin
  if v_jobs is null or v_runs is null then
    return;
  end if;
  return query execute format(
    $sql$
      with last_runs as (
        select distinct on (r.jobid) r.*
        from (
          select d.jobid, d.runid, d.status, d.return_message, d.start_time
          from %s as d
          order by d.runid desc
          limit 20000
        ) as r
        where r.start_time is not null
        order by r.jobid, r.runid desc
      )
      select distinct on (s.name)
        s.name, s.schedule, s.command, s.longest, j.jobid, j.active, r.status, r.return_message, r.start_time
      from crm.schedule_jobs() as s
      left join %s as j on j.jobname = s.name
      left join last_runs as r on r.jobid = j.jobid
      order by s.name, j.active desc nulls last
    $sql$,
    v_runs, v_jobs
  );
end;
$$;
comment on function crm.list_jobs() is
  'What pg_cron has to run, and its last run of each job; no row where there is no pg_cron.';

create function crm.describe_job_problem(p_job crm.job, p_is_recorded boolean)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_age interval := now() - p_job.started_at;
  v_is_over boolean := p_job.status in ('succeeded', 'failed');
begin
  return case
    when p_job.jobid is null then format('"%s" is missing.', p_job.name)
    when not p_job.is_active then format('"%s" is switched off.', p_job.name)
    when not p_is_recorded then null
    when p_job.status = 'failed'
      then format('"%s" failed the last time: %s', p_job.name, crm.without_addresses(p_job.message))
    when not v_is_over and v_age > greatest(p_job.longest, interval '6 hours')
      then format('"%s" has been running for %s.', p_job.name, crm.describe_age(v_age))
    when v_is_over and v_age > p_job.longest
      then format('"%s" has not run for %s.', p_job.name, crm.describe_age(v_age))
  end;
end;
$$;
comment on function crm.describe_job_problem(crm.job, boolean) is
  'What is wrong with a job of pg_cron; null when nothing is.';

-- Rule: each job is there and on, has run lately, and went well the last time. One without any run is new, as long as
--       others run: pg_cron records when it cannot start one. A run may last for hours. Where pg_cron records no runs,
--       nobody can tell.
create function crm.check_schedule()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_is_recorded boolean := current_setting('cron.log_run', true) is distinct from 'off';
  v_has_run boolean;
  v_problems text[];
  v_to_do text[];
  v_since timestamptz;
begin
  select
    bool_or(j.started_at is not null), array_agg(p.problem order by j.name) filter (where p.problem is not null),
    array_agg(distinct t.what_to_do) filter (where p.problem is not null),
    min(j.started_at) filter (where p.problem is not null and j.is_active)
  into v_has_run, v_problems, v_to_do, v_since
  from crm.list_jobs() as j
  cross join lateral crm.describe_job_problem(j, v_is_recorded) as p (problem)
  cross join lateral (
    select case
      when j.jobid is null then format('`select cron.schedule(%L, %L, %L)`', j.name, j.schedule, j.command)
      when not j.is_active then format('`select cron.alter_job(%s, active := true)`', j.jobid)
      else '`select * from cron.job_run_details order by start_time desc limit 20`'
    end as what_to_do
  ) as t;
  if v_has_run is null then
    return crm.make_finding(
      true, null, 'pg_cron is not here: whatever runs its jobs by other means is not looked at.', null
    );
  end if;
  if v_is_recorded and not v_has_run then
    v_problems := array_append(v_problems, 'No job has run yet. Right after the set-up that takes two minutes.');
    v_to_do := array_append(v_to_do, 'restart the project when it goes on');
  end if;
  if to_regnamespace('net') is null then
    v_problems := array_append(v_problems, 'pg_net is missing, so nobody calls the functions.');
    v_to_do := array_append(v_to_do, '`create extension pg_net with schema extensions`');
  end if;
  return crm.make_finding(
    v_problems is null, v_since,
    coalesce(array_to_string(v_problems, ' '), 'Every job of pg_cron is there, and its last run went well.'),
    'Run, or look at: ' || array_to_string(v_to_do, ', ') || '.'
  );
end;
$$;
comment on function crm.check_schedule() is 'Whether pg_cron runs what it has to run.';

-- Rule: what others have pg_cron run is theirs, and so is its history. The last run of a job stays: by it one tells
--       that the job stands still.
create function crm.prune_job_runs()
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_jobs regclass := to_regclass('cron.job');
  v_runs regclass := to_regclass('cron.job_run_details');
  v_count integer := 0;
begin
  if v_jobs is not null and v_runs is not null then
    execute format($sql$
      delete from %1$s as d
      using %2$s as j, (select r.jobid, max(r.runid) as runid from %1$s as r group by r.jobid) as l
      where j.jobid = d.jobid and j.jobname in (select s.name from crm.schedule_jobs() as s)
        and l.jobid = d.jobid and d.runid < l.runid
        and coalesce(d.end_time, d.start_time) < now() - interval '7 days'
    $sql$, v_runs, v_jobs);
    get diagnostics v_count = row_count;
  end if;
  return v_count;
end;
$$;
comment on function crm.prune_job_runs() is
  'Deletes what pg_cron recorded about runs of these jobs more than a week ago; returns of how many.';

create function crm.check_vault()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_names text[] := crm.list_vault_names();
  v_missing text[] := array(
    select n.name
    from unnest(array['project_url', 'send_emails_secret', 'reconcile_secret']) with ordinality as n (name, place)
    where n.name <> all (v_names)
    order by n.place
  );
begin
  if v_names is null then
    return crm.make_finding(true, null, 'Vault is not here: the functions are called by other means.', null);
  end if;
  return crm.make_finding(
    v_missing = '{}', null,
    case
      when v_missing = '{}' then 'Vault has the address of the project and the secrets of the schedule.'
      else format('Vault has no %s, so the schedule cannot call the functions.', array_to_string(v_missing, ', no '))
    end,
    case
      when v_missing <> '{}' then concat(
        '`deno task connect` sets what is missing. By hand: ',
        case
          when v_missing[1] = 'project_url'
            then '`select vault.create_secret(''https://<project-ref>.supabase.co'', ''project_url'')`'
          else format(
            '`select vault.create_secret(encode(extensions.gen_random_bytes(32), ''hex''), %L)`, and the same as %s '
            'for the functions', v_missing[1], upper(v_missing[1])
          )
        end,
        '.'
      )
    end
  );
end;
$$;
comment on function crm.check_vault() is 'Whether Vault has what the schedule needs to call the functions.';

--------------------------------------------------------------------------------------------------------- who is told

alter table public.settings add constraint "alert_address must be empty or one address: ops@example.com"
  check (name <> 'alert_address' or value ~ '^([!-~]+@[!-~]+\.[!-~]+)?$' and value !~ '[<>",;]|@.*@');

insert into public.settings (name, value, description)
values (
  'alert_address', '',
  'Who gets a mail when a check of health() turns wrong, and one when it is well again. Empty: nobody.'
);

create table crm.alarms (
  name text not null,
  since timestamptz not null,
  detail text not null,
  what_to_do text,
  well_at timestamptz,
  is_told boolean not null default false,
  told_at timestamptz,
  email_id uuid,
  email_says text,
  constraint alarms_pkey primary key (name),
  constraint alarms_mail_says_something check ((email_id is null) = (email_says is null)),
  constraint alarms_mail_says_wrong_or_well check (email_says in ('wrong', 'well'))
);
comment on table crm.alarms is 'One row per check of health() that has ever been wrong, and who has been told.';
comment on column crm.alarms.since is 'Since when it is wrong, or was the last time.';
comment on column crm.alarms.well_at is 'When it was found to be well again; null while it is wrong.';
comment on column crm.alarms.is_told is 'Whoever is told believes that it is wrong.';
comment on column crm.alarms.told_at is 'When a mail last said that it is wrong.';
comment on column crm.alarms.email_id is 'The mail that tells of it and is not out yet, as far as is known.';
alter table crm.alarms enable row level security;

create function crm.untrue_alarm_reason() returns text
language sql immutable set search_path = ''
return 'There was nothing to tell any more before it could be sent.';
comment on function crm.untrue_alarm_reason() is 'Why an alarm was taken back.';

-- Rule: an alarm that does not arrive is shown here and nowhere else, and no alarm is sent for it.
create function crm.check_alarms()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_address text := lower(nullif(crm.setting('alert_address'), ''));
  v_email public.emails;
  v_problem text;
begin
  if v_address is null then
    return crm.make_finding(
      true, null, 'Nobody is told when something is wrong: the setting alert_address is empty.',
      '`update settings set value = ''you@example.com'' where name = ''alert_address''`.'
    );
  end if;
  select m.* into v_email
  from public.emails as m
  where m.to_address = v_address and m.kind = 'alarm' and m.calcom_uid is null and m.seat_id is null
  order by m.start_time desc
  limit 1;

  v_problem := case
    when v_email.status = 'due' and v_email.created_at <= now() - interval '1 hour'
      then concat_ws(' ', 'The last alarm waits to be sent.', crm.without_addresses(v_email.reason))
    when v_email.status = 'failed' or v_email.status = 'dropped' and v_email.reason <> crm.untrue_alarm_reason()
      then concat_ws(' ', 'The last alarm was not sent.', crm.without_addresses(v_email.reason))
    when v_email.delivery in ('failed', 'suppressed', 'bounced', 'complained')
      then format('The last alarm did not arrive: Resend reports "%s".', v_email.delivery)
  end;
  return crm.make_finding(
    v_problem is null, coalesce(v_email.delivery_at, v_email.finalized_at, v_email.created_at),
    coalesce(v_problem, 'Somebody is told when something is wrong.'),
    case
      when v_problem is not null then 'See what became of it: `select * from emails where kind = ''alarm''`. Another '
        'address: `update settings set value = ''you@example.com'' where name = ''alert_address''`.'
    end
  );
end;
$$;
comment on function crm.check_alarms() is 'Whether somebody is told when something is wrong.';

--------------------------------------------------------------------------------------------------------------- health

create function crm.list_checks() returns text[]
language sql immutable set search_path = ''
return array[
  'undecided_events', 'failed_events', 'waiting_emails', 'failed_emails', 'schedule', 'vault', 'silence',
  'reconciliation', 'suppressed_senders', 'delivery_reports', 'senders', 'alarms'
];
comment on function crm.list_checks() is 'The checks of health(), each a function check_<name>, as they are told.';

create function crm.run_check(p_name text)
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_finding crm.finding;
begin
  execute format('select f.* from crm.%I() as f', 'check_' || p_name)
  into v_finding.ok, v_finding.since, v_finding.detail, v_finding.what_to_do;
  return v_finding;
exception
  when others then
    return crm.make_finding(
      false, null, format('This could not be checked: %s (%s).', crm.without_addresses(sqlerrm), sqlstate),
      'Somebody has to look into it: the check itself is broken, or its tables are.'
    );
end;
$$;
comment on function crm.run_check(text) is 'What came of a check; one that breaks off is wrong.';

create function public.health()
returns jsonb
language plpgsql
stable
security definer -- an operator may ask how things are, and sees no schedule and no Vault
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_name text;
  v_finding crm.finding;
  v_findings jsonb := jsonb_build_array();
begin
  foreach v_name in array crm.list_checks() loop
    v_finding := crm.run_check(v_name);
    v_findings := v_findings || jsonb_build_object(
      'check', v_name, 'ok', v_finding.ok, 'since', v_finding.since, 'detail', v_finding.detail,
      'what_to_do', v_finding.what_to_do
    );
  end loop;
  return v_findings;
end;
$$;
comment on function public.health() is
  'How things are: for each check whether it is well, since when not, what is wrong in words and numbers, and what to '
  'do. It only looks.';

---------------------------------------------------------------------------------------------------------------- alarms

create function crm.keep_findings(p_health jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into crm.alarms as a (name, since, detail, what_to_do)
  select h.finding ->> 'check', coalesce((h.finding ->> 'since')::timestamptz, now()), h.finding ->> 'detail',
    h.finding ->> 'what_to_do'
  from jsonb_array_elements(p_health) as h (finding)
  where not (h.finding ->> 'ok')::boolean and h.finding ->> 'check' <> 'alarms'
  on conflict on constraint alarms_pkey do update
  set
    since = case
      when a.well_at is null then least(a.since, excluded.since)
      else excluded.since
    end,
    detail = excluded.detail, what_to_do = excluded.what_to_do, well_at = null;

  update crm.alarms as a set well_at = now()
  where a.well_at is null and not exists (
    select from jsonb_array_elements(p_health) as h (finding)
    where h.finding ->> 'check' = a.name and not (h.finding ->> 'ok')::boolean
  );
end;
$$;
comment on function crm.keep_findings(jsonb) is 'Keeps which checks are wrong, and since when others are well again.';

-- Rule: what was told counts from the moment at which the mail was out. One that failed is not tried again before a
--       day either, or the alarms would pile up.
create function crm.finish_alarm(p_email public.emails)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update crm.alarms as a
  set
    told_at = case
      when a.email_says = 'wrong' then coalesce(p_email.sent_at, p_email.finalized_at) else a.told_at
    end,
    is_told = case when a.email_says = 'well' then false else a.is_told or p_email.status = 'sent' end,
    email_id = null, email_says = null
  where a.email_id = p_email.id;
end;
$$;
comment on function crm.finish_alarm(public.emails) is 'Keeps what an alarm has told that is out, or will never be.';

-- Rule: what a sender holds, or Resend may have, stays as it is. Any other alarm that waits can still be changed.
-- Race: the caller has locked the row, so nobody can claim the mail or begin its request meanwhile.
create function crm.is_on_its_way(p_email public.emails)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return crm.unconfirmed_since(p_email.id) is not null or (
    p_email.next_attempt_at > now() and exists (
      select from public.email_attempts as a
      where a.email_id = p_email.id and a.attempt = p_email.attempts and a.finished_at is null
    )
  );
end;
$$;
comment on function crm.is_on_its_way(public.emails) is 'Whether somebody is sending a mail, or has perhaps sent it.';

-- Rule: what comes and goes is one alarm, not many: well again is what has been well for an hour.
create function crm.alarm_says(p_alarm crm.alarms) returns text
language sql stable set search_path = ''
return case
  when p_alarm.well_at is null then 'wrong'
  when p_alarm.is_told and p_alarm.well_at <= now() - interval '1 hour' then 'well'
end;
comment on function crm.alarm_says(crm.alarms) is
  'What a mail that is written now says about a check: wrong, or well again; null when it need not say anything.';

-- Rule: a mail is worth it when a check is wrong of which nobody was told within a day, or when one is well again of
--       which somebody was told.
create function crm.has_news()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select
    from crm.alarms as a
    where crm.alarm_says(a) = 'well'
      or crm.alarm_says(a) = 'wrong' and coalesce(a.told_at <= now() - interval '24 hours', true)
  );
end;
$$;
comment on function crm.has_news() is 'Whether there is something to tell whoever wants to know when things are wrong.';

-- Rule: one mail tells all that is wrong, what is new first, and what is well again.
create function crm.alarm_facts()
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'wrong', coalesce(
        jsonb_agg(
          jsonb_build_object(
            'check', a.name, 'since', a.since, 'detail', a.detail, 'what_to_do', a.what_to_do, 'is_new', not a.is_told
          )
          order by a.is_told, array_position(crm.list_checks(), a.name)
        ) filter (where crm.alarm_says(a) = 'wrong'),
        '[]'
      ),
      'well', coalesce(
        jsonb_agg(
          jsonb_build_object('check', a.name, 'since', a.since, 'well_at', a.well_at)
          order by array_position(crm.list_checks(), a.name)
        ) filter (where crm.alarm_says(a) = 'well'),
        '[]'
      )
    )
    from crm.alarms as a
  );
end;
$$;
comment on function crm.alarm_facts() is 'What an alarm has to say now.';

-- Rule: from the default brand, without a reply address. No limit counts it, and it counts towards none: it has one of
--       its own, see has_news.
create function crm.write_alarm(p_email_id uuid, p_to_address text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_sender public.senders := crm.pick_sender(null);
  v_email_id uuid := p_email_id;
begin
  if v_email_id is null then
    insert into public.emails as e (
      kind, start_time, to_address, from_address, from_name, template_data, reason
    )
    values (
      'alarm', clock_timestamp(), p_to_address, v_sender.from_address, v_sender.from_name,
      crm.alarm_facts() || jsonb_build_object('brand', crm.sender_style(v_sender)),
      case when v_sender.from_address is null then crm.no_sender_reason() end
    )
    returning e.id into v_email_id;
  else
    update public.emails as e
    set
      to_address = p_to_address, from_address = v_sender.from_address, from_name = v_sender.from_name,
      template_data = crm.alarm_facts() || jsonb_build_object('brand', crm.sender_style(v_sender)),
      request_body = null
    where e.id = v_email_id;
  end if;
  update crm.alarms as a
  set email_id = v_email_id, email_says = crm.alarm_says(a)
  where crm.alarm_says(a) is not null;
end;
$$;
comment on function crm.write_alarm(uuid, text) is
  'Puts the alarm that is due into the outbox, or has one that waits there say what is true now.';

-- Rule: one alarm waits at most. While it cannot go out it is kept true, and taken back when there is nothing to tell
--       any more; so a day without Resend leaves no pile of alarms.
-- Race: one check at a time; another one has nothing to add.
create function crm.check_health()
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_address text := lower(nullif(crm.setting('alert_address'), ''));
  v_email public.emails;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('calcom-deals alarms', 0)) then
    return 'somebody else is at it';
  end if;
  perform crm.keep_findings(public.health());

  select e.* into v_email
  from public.emails as e
  where e.id = (select a.email_id from crm.alarms as a where a.email_id is not null limit 1)
  for update;
  if v_email.status = 'due' and crm.is_on_its_way(v_email) then
    return 'an alarm is on its way';
  elsif v_email.status <> 'due' then
    perform crm.finish_alarm(v_email);
    v_email := null;
  end if;
  update crm.alarms as a set email_id = null, email_says = null where a.email_id is not null;

  if v_address is not null and crm.has_news() then
    perform crm.write_alarm(v_email.id, v_address);
    return case when v_email.id is null then 'an alarm was written' else 'an alarm waits to be sent' end;
  elsif v_email.id is not null then
    perform crm.finalize_email(v_email, 'dropped', crm.untrue_alarm_reason());
    return 'an alarm was taken back';
  end if;
  return case
    when not exists (select from crm.alarms as a where a.well_at is null) then 'all is well'
    when v_address is null then 'nobody wants to be told: the setting alert_address is empty'
    else 'nothing new'
  end;
end;
$$;
comment on function crm.check_health() is
  'Looks how things are, and writes to whoever wants to know when that has changed; says what it did.';

do $$
begin
  perform cron.schedule('check-health', '*/10 * * * *', 'select crm.check_health()');
  perform cron.schedule('prune-job-runs', '30 2 * * *', 'select crm.prune_job_runs()');
exception
  when others then
    raise notice 'No pg_cron here (%): call crm.check_health() by other means', sqlerrm;
end;
$$;
