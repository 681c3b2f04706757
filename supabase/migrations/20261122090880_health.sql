-- Health: what the database knows about whether all this works, and who is told when it does not.
--
-- A check is a function crm.check_<name>() that returns a finding; public.health() asks all of them. It only looks, and
-- says of each what is wrong, since when, and what to do. crm.check_health() runs every ten minutes, remembers what is
-- wrong (crm.alarms) and writes a mail to whoever wants to know.

create type crm.finding as (
  ok boolean,
  since timestamptz,
  detail text,
  what_to_do text
);
comment on type crm.finding is 'What came of a check.';
comment on column crm.finding.since is 'Since when it is wrong, as the data tells it; null when they do not.';
comment on column crm.finding.what_to_do is
  'In words, with commands between backticks; null when there is nothing to do.';

-- Time: each is left when nothing is wrong, and small when something is.
create index calcom_events_failed_idx on public.calcom_events (decided_at) where outcome = 'failed';
create index emails_failed_idx on public.emails (finalized_at) where status = 'failed';
-- Time: the newest event comes last in them. They hold one source each, so that nothing else is ever read by them: of
--       two indexes that could do it the planner may take the wrong one.
-- Rule: a ping is no webhook here: doctor, connect and Cal.com's button send one whenever somebody likes.
create index calcom_events_webhook_received_at_idx on public.calcom_events (received_at)
where source = 'webhook' and trigger is distinct from 'PING';
create index calcom_events_ping_received_at_idx on public.calcom_events (received_at)
where source = 'webhook' and trigger = 'PING';
create index calcom_events_reconciliation_received_at_idx on public.calcom_events (received_at)
where source = 'reconciliation';

------------------------------------------------------------------------------------------------------------- in words

create function crm.make_finding(p_ok boolean, p_since timestamptz, p_detail text, p_what_to_do text)
returns crm.finding
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_finding crm.finding;
begin
  v_finding.ok := coalesce(p_ok, false);
  v_finding.since := case when not v_finding.ok then p_since end;
  v_finding.detail := p_detail;
  v_finding.what_to_do := p_what_to_do;
  return v_finding;
end;
$$;
comment on function crm.make_finding(boolean, timestamptz, text, text) is
  'A finding; one that is well has no beginning, and what nobody knows is not well.';

create function crm.describe_age(p_age interval) returns text
language sql immutable set search_path = ''
return case
  when p_age < interval '2 minutes' then 'a minute'
  when p_age < interval '2 hours' then floor(extract(epoch from p_age) / 60) || ' minutes'
  when p_age < interval '48 hours' then floor(extract(epoch from p_age) / 3600) || ' hours'
  else floor(extract(epoch from p_age) / 86400) || ' days'
end;
comment on function crm.describe_age(interval) is 'A time span in words, like "5 hours".';

create function crm.describe_count(p_count bigint, p_noun text) returns text
language sql immutable set search_path = ''
return p_count || ' ' || p_noun || case when p_count <> 1 then 's' else '' end;
comment on function crm.describe_count(bigint, text) is 'So many of something in words, like "1 mail" or "3 mails".';

-- Rule: what a check says goes out by mail, and into logs. So it has no visitor's address in it.
create function crm.without_addresses(p_text text) returns text
language sql immutable set search_path = ''
return left(regexp_replace(p_text, '[^\s@<>"''(),;:=]+@[^\s@<>"''(),;:=]+', '(an address)', 'g'), 300);
comment on function crm.without_addresses(text) is 'The beginning of a text, without the mail addresses in it.';

------------------------------------------------------------------------------------------------------------ the events

-- Rule: an event is decided within seconds, or picked up a minute later. History that was brought in may take its time.
create function crm.check_undecided_events()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_since timestamptz;
begin
  select count(*), min(e.received_at)
  into v_count, v_since
  from public.calcom_events as e
  where e.outcome = 'pending'
    and e.received_at <= now() - case when e.source = 'backfill' then interval '1 hour' else interval '5 minutes' end;
  return crm.make_finding(
    v_count = 0, v_since,
    case
      when v_count = 0 then 'Every event that is older than five minutes is decided.'
      else format(
        '%s, stored and not decided, the oldest for %s.', crm.describe_count(v_count, 'event'),
        crm.describe_age(now() - v_since)
      )
    end,
    case
      when v_count > 0 then 'Decide them now: `call handle_pending_events()`. See which they are: '
        '`select * from calcom_events where outcome = ''pending''`. It happens by itself every minute where the check '
        '"schedule" is well.'
    end
  );
end;
$$;
comment on function crm.check_undecided_events() is 'Whether events are left undecided.';

-- Rule: what failed is missing in the tables until somebody tries it again. A body that is no event fails for good, so
--       after a week it is only counted.
create function crm.check_failed_events()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_older bigint;
  v_since timestamptz;
begin
  select
    count(*) filter (where e.decided_at > now() - interval '7 days'),
    count(*) filter (where e.decided_at <= now() - interval '7 days'),
    min(e.decided_at) filter (where e.decided_at > now() - interval '7 days')
  into v_count, v_older, v_since
  from public.calcom_events as e
  where e.outcome = 'failed';
  return crm.make_finding(
    v_count = 0, v_since,
    case
      when v_count = 0 then 'No event failed within the last week.'
      else format(
        '%s failed within the last week, the first %s ago.', crm.describe_count(v_count, 'event'),
        crm.describe_age(now() - v_since)
      )
    end || case when v_older > 0 then format(' Before that: %s.', v_older) else '' end,
    case
      when v_count > 0 then 'See why: `select * from calcom_events where outcome = ''failed''`. When its trouble is '
        'mended: `select retry_failed_events()`. What is no event of Cal.com stays as it is.'
    end
  );
end;
$$;
comment on function crm.check_failed_events() is 'Whether events failed.';

------------------------------------------------------------------------------------------------------------- the mails

-- Rule: a mail goes out within seconds, or a minute later. Alarms are not looked at: no alarm is about an alarm.
create function crm.check_waiting_emails()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_since timestamptz;
  v_untried bigint;
  v_reason text;
begin
  select
    count(*), min(coalesce(m.retried_at, m.created_at)), count(*) filter (where m.attempts = 0 and m.reason is null),
    mode() within group (order by m.reason)
  into v_count, v_since, v_untried, v_reason
  from public.emails as m
  where m.status = 'due' and m.kind <> 'alarm'
    and coalesce(m.retried_at, m.created_at) <= now() - interval '15 minutes';
  return crm.make_finding(
    v_count = 0, v_since,
    case
      when v_count = 0 then 'No mail has been waiting for longer than a quarter of an hour.'
      else concat_ws(
        ' ',
        format(
          '%s that should be out, the oldest for %s.', crm.describe_count(v_count, 'mail'),
          crm.describe_age(now() - v_since)
        ),
        case when v_untried > 0 then format('Nobody has tried to send %s of them.', v_untried) end,
        crm.without_addresses(v_reason)
      )
    end,
    case
      when v_untried > 0 then 'See what is missing: `select crm.invoke_send_emails()`. When that says "called", look '
        'into the log of send-emails: RESEND_API_KEY is not set, or SEND_EMAILS_SECRET is not what Vault has.'
      when v_count > 0 then 'See why: `select * from emails where status = ''due''`. They go out by themselves as soon '
        'as that is mended.'
    end
  );
end;
$$;
comment on function crm.check_waiting_emails() is 'Whether mails wait that should be out.';

-- Rule: for a day, as long as trying again may still be of use. That an address bounced is no failure of ours.
create function crm.check_failed_emails()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_since timestamptz;
  v_reason text;
begin
  select count(*), min(m.finalized_at), mode() within group (order by m.reason)
  into v_count, v_since, v_reason
  from public.emails as m
  where m.status = 'failed' and m.finalized_at > now() - interval '24 hours' and m.kind <> 'alarm';
  return crm.make_finding(
    v_count = 0, v_since,
    case
      when v_count = 0 then 'No mail failed within the last 24 hours.'
      else concat_ws(
        ' ', crm.describe_count(v_count, 'mail'), 'failed within the last 24 hours.', crm.without_addresses(v_reason)
      )
    end,
    case
      when v_count > 0 then 'See why: `select * from emails where status in (''failed'', ''dropped'')`. Most often the '
        'domain of the sender is not verified at Resend. When that is mended: `select retry_email(''<id>'')`.'
    end
  );
end;
$$;
comment on function crm.check_failed_emails() is 'Whether mails failed.';

-- Rule: alarms have no number, so they are not looked at.
-- Time: by numbers, which may skip, because a limit is no limit to a planner that prefers to sort.
create function crm.recent_email_number() returns bigint
language sql stable set search_path = ''
return (select max(e.number) - 500 from public.emails as e);
comment on function crm.recent_email_number() is 'The number after which the latest mails come, 500 at most.';

create function crm.check_senders()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_default text;
begin
  select count(*), max(s.from_address) filter (where s.is_default)
  into v_count, v_default
  from public.senders as s;
  return crm.make_finding(
    v_default is not null, null,
    case
      when v_default is not null
        then format('%s; %s writes for every other organizer.', crm.describe_count(v_count, 'sender'), v_default)
      else format(
        '%s, none of them the default: mails for organizers of other domains wait, and nobody can be told.',
        crm.describe_count(v_count, 'sender')
      )
    end,
    case
      when v_default is null and v_count > 0
        then 'Choose one: `update senders set is_default = true where organizer_domain = ''example.com''`.'
      when v_default is null then 'Add one: `insert into senders (organizer_domain, from_address, is_default) '
        'values (''example.com'', ''team@example.com'', true)`.'
    end
  );
end;
$$;
comment on function crm.check_senders() is 'Whether somebody writes for every organizer.';

-- Rule: either the own address of a sender gets no mail, or most of what it sends comes back: then Resend or the mail
--       servers of others do not trust its domain. Five mails at least, because any visitor may give a wrong address.
create function crm.check_suppressed_senders()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_addresses text;
  v_since timestamptz;
  v_returned text;
  v_returned_since timestamptz;
begin
  select string_agg(distinct p.email, ', ' order by p.email), min(p.suppressed_at)
  into v_addresses, v_since
  from public.senders as s
  cross join lateral ( -- a look-up for each, whatever the planner believes
    select o.email, o.suppressed_at from public.people as o where o.email = lower(s.from_address) limit 1
  ) as p
  where p.suppressed_at is not null;

  select
    string_agg(format('%s: %s of %s mails came back', r.from_address, r.returned, r.reported), ', '
      order by r.from_address),
    min(r.since)
  into v_returned, v_returned_since
  from (
    select
      m.from_address, count(*) as reported, count(*) filter (where m.is_returned) as returned,
      min(m.delivery_at) filter (where m.is_returned) as since
    from (
      select
        o.from_address, o.delivery, o.delivery_at, o.sent_at,
        o.delivery in ('failed', 'suppressed', 'bounced', 'complained') as is_returned
      from public.emails as o
      where o.number > crm.recent_email_number()
    ) as m
    where m.delivery is not null and m.sent_at > now() - interval '7 days'
    group by m.from_address
  ) as r
  where r.returned >= 5 and r.returned * 2 >= r.reported;

  return crm.make_finding(
    v_addresses is null and v_returned is null, least(v_since, v_returned_since),
    case
      when v_addresses is null and v_returned is null
        then 'No sender is suppressed, and of none most mails of the last week came back.'
      else concat_ws(
        ' ', 'Suppressed: ' || v_addresses || '.', 'Of the last week: ' || v_returned || '.'
      )
    end,
    nullif(concat_ws(
      ' ',
      case
        when v_addresses is not null then 'Take the address off the list of suppressions at Resend, then: '
          '`select allow_mail(''team@example.com'')`.'
      end,
      case
        when v_returned is not null then 'See what Resend says about the domain, and see why they came back: '
          '`select from_address, delivery, delivery_reason from emails where delivery_reason is not null`.'
      end
    ), '')
  );
end;
$$;
comment on function crm.check_suppressed_senders() is 'Whether what a sender writes arrives.';

-- Rule: Resend reports on every mail within minutes. One without a report is nothing; the newest five, or all of three
--       or four, are.
create function crm.check_delivery_reports()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_unreported bigint;
  v_since timestamptz;
begin
  select
    count(*) filter (where m.place <= 5), count(*) filter (where m.place <= 5 and m.delivery is null),
    min(m.sent_at) filter (where m.place < coalesce(m.newest_reported, m.place + 1))
  into v_count, v_unreported, v_since
  from (
    select n.*, min(n.place) filter (where n.delivery is not null) over () as newest_reported
    from (
      select s.sent_at, s.delivery, row_number() over (order by s.sent_at desc) as place
      from (
        select o.sent_at, o.delivery
        from public.emails as o
        where o.number > crm.recent_email_number()
      ) as s
      where s.sent_at between now() - interval '30 days' and now() - interval '1 hour'
    ) as n
  ) as m;
  return crm.make_finding(
    v_count < 3 or v_unreported < v_count, v_since,
    case
      when v_count < 3 then 'Fewer than three mails of the last month: too few to tell.'
      when v_unreported < v_count then 'Resend reports what becomes of the mails.'
      else format(
        'The last %s are out for an hour and longer, and Resend has reported nothing about them.',
        crm.describe_count(v_count, 'mail')
      )
    end,
    case
      when v_count >= 3 and v_unreported = v_count then 'Look at Resend, Webhooks: is there one for '
        '`https://<project-ref>.supabase.co/functions/v1/resend-webhook`, and is it enabled? Where it shows 401, '
        'RESEND_WEBHOOK_SECRET is another one than its signing secret.'
    end
  );
end;
$$;
comment on function crm.check_delivery_reports() is 'Whether Resend reports what becomes of the mails.';

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

create function crm.list_vault_names()
returns text[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_vault regclass := to_regclass('vault.decrypted_secrets');
  v_names text[];
begin
  if v_vault is not null then
    execute format('select array(select s.name::text from %s as s where s.name is not null)', v_vault) into v_names;
  end if;
  return v_names;
end;
$$;
comment on function crm.list_vault_names() is 'The names of what Vault has; null where there is no Vault.';

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

------------------------------------------------------------------------------------------------------- reconciliation

-- What the newest runs of the reconciliation say, all of it null where there are none.
create type crm.reconciliation_state as (
  first_started_at timestamptz,
  last_good_at timestamptz,
  last_error text,
  is_under_way boolean,
  newest_update timestamptz,
  was_ever_good boolean
);
comment on column crm.reconciliation_state.newest_update is
  'The newest change of a booking that Cal.com''s API has shown within the last three hours.';

create function crm.read_reconciliations()
returns crm.reconciliation_state
language plpgsql
stable
set search_path = ''
as $$
declare
  v_state crm.reconciliation_state;
begin
  select
    min(r.started_at),
    max(r.finished_at) filter (where r.error is null),
    (array_agg(r.error order by r.started_at desc) filter (where r.error is not null))[1],
    coalesce(
      bool_or(r.finished_at is null and r.error is null and r.started_at > now() - interval '3 hours'), false
    ),
    max(r.api_newest_update) filter (where r.error is null and r.finished_at > now() - interval '3 hours'),
    coalesce(bool_or(r.error is null and r.finished_at is not null), false)
  into v_state
  from (select * from public.reconciliations as o order by o.number desc limit 500) as r
  where not r.is_dry_run;
  return v_state;
end;
$$;
comment on function crm.read_reconciliations() is 'What the newest runs of the reconciliation say about themselves.';

-- Rule: it runs hourly; one run that broke off is made good by the next. That nobody wants it (no key of Cal.com) is a
--       choice, until it has worked once.
create function crm.check_reconciliation()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_state crm.reconciliation_state := crm.read_reconciliations();
  v_limit timestamptz := now() - interval '3 hours';
  v_since timestamptz := coalesce(v_state.last_good_at, v_state.first_started_at);
begin
  if v_state.first_started_at is null then
    return crm.make_finding(true, null, 'No reconciliation has run yet.', null);
  elsif not v_state.was_ever_good and v_state.last_error like '%CALCOM_API_KEY is not set%' then
    return crm.make_finding(
      true, null, 'Nobody looks for webhooks that were lost: CALCOM_API_KEY is not set.',
      'Set CALCOM_API_KEY for the functions, a key of Cal.com: `deno task connect`.'
    );
  elsif v_since >= v_limit or v_state.is_under_way then
    return crm.make_finding(
      true, null,
      case
        when v_state.last_good_at is null then 'The first reconciliation is under way.'
        else format(
          'The last reconciliation was finished %s ago.', crm.describe_age(now() - v_state.last_good_at)
        )
      end,
      null
    );
  end if;
  return crm.make_finding(
    false, v_since,
    concat_ws(
      ' ',
      case
        when v_state.last_good_at is null
          then format('No reconciliation was ever finished; the first began %s ago.', crm.describe_age(now() - v_since))
        else format('No reconciliation was finished for %s.', crm.describe_age(now() - v_since))
      end,
      crm.without_addresses(v_state.last_error)
    ),
    'Try it now: `deno task reconcile`. See what went wrong: `select * from reconciliations order by started_at desc '
    'limit 20`.'
  );
end;
$$;
comment on function crm.check_reconciliation() is 'Whether somebody looks for webhooks that were lost.';

--------------------------------------------------------------------------------------------------------------- silence

-- Rule: a booking that reconciliation had to bring in is a lost webhook when it was made since webhooks arrive here and
--       no webhook has brought it in since. Only what always has a webhook counts: a seat that was taken away, the rest
--       of a series or an absent host has none.
create function crm.find_lost_webhooks(p_first_webhook_at timestamptz, out count bigint, out since timestamptz)
language plpgsql
stable
set search_path = ''
as $$
begin
  select count(*), min((e.position).happened_at)
  into find_lost_webhooks.count, find_lost_webhooks.since
  from (
    select o.*
    from public.calcom_events as o
    where o.source = 'reconciliation' and o.received_at > now() - interval '24 hours'
    order by o.received_at desc
    limit 1000
  ) as e
  where e.outcome = 'applied' and e.trigger in ('BOOKING_CREATED', 'BOOKING_RESCHEDULED')
    and (e.position).happened_at > p_first_webhook_at
    and not exists (
      select from public.calcom_events as w
      where w.uid = e.uid and w.trigger = e.trigger and w.new_uid is not distinct from e.new_uid
        and w.source = 'webhook'
    );
end;
$$;
comment on function crm.find_lost_webhooks(timestamptz) is
  'How many bookings of the last day no webhook has told of, and since when.';

-- Rule: the silence before the same hour of the same weekday in the last eight weeks in which webhooks arrived.
-- Time: nine look-ups by index, however many events there are.
create function crm.longest_usual_silence(p_first_webhook_at timestamptz, p_last_webhook_at timestamptz)
returns interval
language plpgsql
stable
set search_path = ''
as $$
declare
  v_silence_in_weeks integer := floor(extract(epoch from now() - p_last_webhook_at) / 604800);
begin
  return (
    select max(m.moment - w.received_at)
    from generate_series(v_silence_in_weeks + 1, v_silence_in_weeks + 8) as k (weeks)
    cross join lateral (select now() - k.weeks * interval '7 days' as moment) as m
    cross join lateral (
      select e.received_at
      from public.calcom_events as e
      where e.source = 'webhook' and e.trigger is distinct from 'PING' and e.received_at <= m.moment
      order by e.received_at desc
      limit 1
    ) as w
    where m.moment > p_first_webhook_at
  );
end;
$$;
comment on function crm.longest_usual_silence(timestamptz, timestamptz) is
  'For how long there was no webhook at most before this hour of the week, in the weeks before.';

-- Rule: wrong when webhooks were lost, or when none has arrived for much longer than usual for this hour of the week:
--       half as long again and three hours. Whether that is a holiday, Cal.com's API knows; where nobody asked it
--       lately, it takes twice as long. Four weeks with twenty webhooks are the least by which "usual" can be told.
create function crm.check_silence()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_first_ping_at timestamptz;
  v_first_at timestamptz;
  v_last_at timestamptz;
  v_lost record;
  v_is_tiny boolean;
  v_usual interval;
  v_silence interval;
  v_limit interval;
  v_newest_update timestamptz;
  v_to_do constant text := 'Look at the webhook in Cal.com (Settings → Developer → Webhooks): is it on, are address '
    'and secret right? "Ping test" must answer 200; `deno task doctor` checks the rest. Bring in what was lost: '
    '`deno task reconcile`.';
begin
  select
    (
      select w.received_at from public.calcom_events as w
      where w.source = 'webhook' and w.trigger is distinct from 'PING' order by w.received_at limit 1
    ),
    (
      select w.received_at from public.calcom_events as w
      where w.source = 'webhook' and w.trigger is distinct from 'PING' order by w.received_at desc limit 1
    ),
    (
      select w.received_at from public.calcom_events as w
      where w.source = 'webhook' and w.trigger = 'PING' order by w.received_at limit 1
    )
  into v_first_at, v_last_at, v_first_ping_at;

  -- A ping ends no silence, but webhooks could arrive since then.
  v_lost := crm.find_lost_webhooks(least(v_first_at, v_first_ping_at));
  if v_lost.count > 0 then
    return crm.make_finding(
      false, v_lost.since,
      format(
        'Within the last day reconciliation found %s that no webhook had told of.',
        crm.describe_count(v_lost.count, 'booking')
      ),
      v_to_do
    );
  elsif v_last_at is null then
    return crm.make_finding(true, null, 'No webhook has arrived yet, so nobody can tell.', null);
  end if;

  v_silence := now() - v_last_at;
  select count(*) < 20
  into v_is_tiny
  from (
    select
    from public.calcom_events as e
    where e.source = 'webhook' and e.trigger is distinct from 'PING' and e.received_at > v_last_at - interval '28 days'
    limit 20
  ) as w;
  if v_first_at > v_last_at - interval '28 days' then
    return crm.make_finding(
      true, null,
      format(
        'The last webhook arrived %s ago. Whether that is long can be told after four weeks of webhooks.',
        crm.describe_age(v_silence)
      ),
      null
    );
  elsif v_is_tiny then
    return crm.make_finding(
      true, null,
      format(
        'The last webhook arrived %s ago. Fewer than 20 in four weeks are too few to tell whether that is long.',
        crm.describe_age(v_silence)
      ),
      null
    );
  end if;

  v_usual := crm.longest_usual_silence(v_first_at, v_last_at);
  v_limit := v_usual * 1.5 + interval '3 hours';
  v_newest_update := (crm.read_reconciliations()).newest_update;
  if v_silence <= v_limit then
    return crm.make_finding(
      true, null,
      format(
        'The last webhook arrived %s ago; up to %s are usual at this hour of the week.', crm.describe_age(v_silence),
        crm.describe_age(v_usual)
      ),
      null
    );
  elsif v_newest_update <= v_last_at + interval '15 minutes' then
    return crm.make_finding(
      true, null,
      format('No webhook for %s, but nothing has changed at Cal.com since then either.', crm.describe_age(v_silence)),
      null
    );
  end if;
  return crm.make_finding(
    v_newest_update is null and v_silence <= v_limit * 2, v_last_at,
    format(
      'No webhook for %s; up to %s are usual at this hour of the week.%s', crm.describe_age(v_silence),
      crm.describe_age(v_usual), case when v_newest_update is not null then ' Cal.com has newer bookings.' else '' end
    ),
    v_to_do
  );
end;
$$;
comment on function crm.check_silence() is 'Whether webhooks arrive as usual, and all of them.';

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
