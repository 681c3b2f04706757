-- What the tests of health share: rows of any age, and what a check says.
-- This file commits; all the others roll back.
begin;
set local client_min_messages = warning;

create function tests.ago(p_age text)
returns text
language sql
stable
set search_path = ''
return (now() - p_age::interval)::text;
comment on function tests.ago(text) is 'A moment of the past, as JSON takes it.';

create function tests.add_event(p_values jsonb default '{}')
returns uuid
language sql
volatile
set search_path = ''
as $$
  insert into public.calcom_events (
    id, payload, source, received_at, outcome, reason, decided_at, trigger, uid, new_uid, position
  )
  select
    gen_random_uuid(), jsonb_build_object('n', random()), coalesce(r.source, 'webhook'), r.received_at,
    coalesce(r.outcome, 'applied'), 'Test.',
    case when r.outcome is distinct from 'pending' then coalesce(r.decided_at, r.received_at) end,
    coalesce(r.trigger, 'BOOKING_CREATED'), r.uid, r.new_uid,
    row(coalesce((r.position).happened_at, r.received_at), 1, 1)::crm.position
  from jsonb_populate_record(null::public.calcom_events, p_values) as r
  returning id;
$$;
comment on function tests.add_event(jsonb) is
  'Puts an event with these values into the log, decided unless they say not.';

create function tests.add_mail(p_values jsonb default '{}')
returns uuid
language sql
volatile
set search_path = ''
as $$
  insert into public.emails
  select r.*
  from jsonb_populate_record(
    null::public.emails,
    jsonb_build_object(
      'id', gen_random_uuid(), 'number', nextval('public.emails_number_seq'), 'event_id', gen_random_uuid(),
      'kind', 'confirmation', 'calcom_uid', gen_random_uuid(), 'told_before', 0, 'calendar_sequence', 0,
      'hides_organizer', false, 'from_address', 'team@outboundsolutions.com', 'to_address', 'ada@lovelace.test',
      'status', 'due', 'attempts', 0, 'next_attempt_at', now(), 'created_at', now()
    ) || p_values
  ) as r
  returning id;
$$;
comment on function tests.add_mail(jsonb) is 'Puts a mail with these values into the outbox.';

create function tests.finding(p_check text, p_key text default 'ok')
returns text
language sql
stable
set search_path = ''
return (
  select h.finding ->> p_key
  from jsonb_array_elements(public.health()) as h (finding)
  where h.finding ->> 'check' = p_check
);
comment on function tests.finding(text, text) is 'What health() says about a check.';

create function tests.wrong_checks()
returns text
language sql
stable
set search_path = ''
return (
  select coalesce(string_agg(h.finding ->> 'check', ' ' order by h.place), '')
  from jsonb_array_elements(public.health()) with ordinality as h (finding, place)
  where not (h.finding ->> 'ok')::boolean
);
comment on function tests.wrong_checks() is 'The checks that are wrong, as one text.';

create function tests.age_of_finding(p_check text)
returns interval
language sql
stable
set search_path = ''
return now() - tests.finding(p_check, 'since')::timestamptz;
comment on function tests.age_of_finding(text) is 'For how long a check has been wrong.';

-- A case: what makes a check wrong, what it says then, and what makes it well again. Nothing else may turn wrong.
create function tests.run_check_case(
  p_check text, p_sentence text, p_break text, p_detail text, p_age interval, p_to_do text, p_mend text
)
returns setof text
language plpgsql
volatile
as $$
begin
  if tests.wrong_checks() <> '' then
    return next fail(p_sentence || ': all is well before') || e'\n' || diag(tests.wrong_checks());
    return;
  end if;
  execute p_break;
  return next is(
    concat_ws(
      ' | ', tests.wrong_checks(), tests.finding(p_check, 'detail'), tests.age_of_finding(p_check),
      strpos(tests.finding(p_check, 'what_to_do'), p_to_do) > 0
    ),
    concat_ws(' | ', p_check, p_detail, p_age, true),
    p_sentence
  );
  execute p_mend;
  return next is(
    concat_ws(' | ', tests.wrong_checks(), tests.finding(p_check, 'since')), '', p_sentence || ': and well again'
  );
end;
$$;
comment on function tests.run_check_case(text, text, text, text, interval, text, text) is
  'Runs a case: the check alone is wrong, says this, is wrong for so long and names the command; then it is well.';

-- Where pg_cron is, its tables belong to somebody else.
create function tests.stand_in_for_cron()
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  if to_regnamespace('cron') is not null or to_regnamespace('net') is not null then
    return false;
  end if;
  create schema net;
  create schema cron;
  create table cron.job (
    jobid bigint, schedule text, command text, database text, username text, active boolean default true, jobname text
  );
  create table cron.job_run_details (
    jobid bigint, runid bigint generated always as identity primary key, status text, return_message text,
    start_time timestamptz, end_time timestamptz
  );
  insert into cron.job (jobid, jobname, schedule, command)
  select row_number() over (), s.name, s.schedule, s.command from crm.schedule_jobs() as s;
  insert into cron.job_run_details (jobid, status, start_time, end_time)
  select j.jobid, 'succeeded', now() - interval '1 minute', now() - interval '1 minute' from cron.job as j;
  return true;
end;
$$;
comment on function tests.stand_in_for_cron() is
  'Makes the tables of pg_cron, every job of ours in them with a run a minute ago; false where pg_cron is.';

-- Two checks that are easily made wrong and well again.
create function tests.break_check(p_check text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform tests.add_event(jsonb_build_object(
    'outcome', case p_check when 'failed_events' then 'failed' when 'undecided_events' then 'pending' end,
    'received_at', tests.ago('1 hour')
  ));
end;
$$;
comment on function tests.break_check(text) is 'Makes failed_events or undecided_events wrong.';

create function tests.mend_check(p_check text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.calcom_events as e set outcome = 'ignored', decided_at = now()
  where e.outcome = case p_check when 'failed_events' then 'failed' when 'undecided_events' then 'pending' end;
end;
$$;
comment on function tests.mend_check(text) is 'Makes such a check well again.';

create function tests.alert(p_address text)
returns void
language sql
volatile
set search_path = ''
as $$
  update public.settings as s set value = p_address where s.name = 'alert_address';
$$;
comment on function tests.alert(text) is 'Has somebody told when something is wrong.';

create function tests.let_alarms_pass(p_time interval)
returns void
language sql
volatile
set search_path = ''
as $$
  update crm.alarms as a
  set told_at = a.told_at - p_time, well_at = a.well_at - p_time;
  update public.emails as m
  set created_at = m.created_at - p_time, next_attempt_at = m.next_attempt_at - p_time,
    sent_at = m.sent_at - p_time, finalized_at = m.finalized_at - p_time
  where m.kind = 'alarm';
$$;
comment on function tests.let_alarms_pass(interval) is 'As if so much time had passed for whoever is told.';

create function tests.send_alarm(p_outcome text default 'sent')
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_email public.emails;
begin
  select c.* into v_email from public.claim_email() as c;
  if v_email.id is null then
    return 'nothing is due';
  elsif public.start_email_attempt(v_email.id, v_email.attempts, v_email.template_data) is null then
    return 'not to be sent';
  end if;
  return public.finish_email_attempt(
    v_email.id, v_email.attempts, p_outcome, gen_random_uuid()::text, case when p_outcome <> 'sent' then 'Because.' end
  );
end;
$$;
comment on function tests.send_alarm(text) is 'Makes an attempt at the mail that is due; returns what became of it.';

create function tests.alarms()
returns text
language sql
stable
set search_path = ''
return (
  select string_agg(
    concat_ws(
      ' ', m.status,
      'wrong: ' || nullif((
        select string_agg(
          (w ->> 'check') || case when (w ->> 'is_new')::boolean then '' else ' still' end, ', ' order by n
        )
        from jsonb_array_elements(m.template_data -> 'wrong') with ordinality as l (w, n)
      ), ''),
      'well: ' || nullif((
        select string_agg(w ->> 'check', ', ' order by n)
        from jsonb_array_elements(m.template_data -> 'well') with ordinality as l (w, n)
      ), '')
    ), ' | ' order by m.start_time
  )
  from public.emails as m
  where m.kind = 'alarm'
);
comment on function tests.alarms() is 'Every alarm and what it says, like "sent wrong: failed_events".';

select plan(1);
select has_function('tests', 'add_mail', 'the helpers are there for the files that follow');
select * from finish();
commit;
