-- Retention: what no rule needs any more is emptied after a number of days. The rows stay, and so does what they
-- decide: a rebuild makes the same of them, and a repeat is still known.

alter table public.settings add constraint "value must be a number of days, or forever"
  check (name !~ '^keep_\w+_days$' or value = 'forever' or value ~ '^\d{1,5}$');

insert into public.settings (name, value, description)
values
  (
    'keep_raw_body_days', '30',
    'After how many days the exact bytes of a body that is no proper JSON are emptied: time to see what sent it.'
  ),
  (
    'keep_mail_text_days', '90',
    'After how many days the text of a mail is emptied that was sent, failed or dropped: time for questions about it.'
  ),
  (
    'keep_delivery_reports_days', '90',
    'After how many days a report of Resend keeps only what became of the mail: no address, subject, IP or browser.'
  ),
  (
    'keep_payload_details_days', '365',
    'After how many days the body of an event keeps only what a rule reads: no notes, answers, numbers, links or '
    'passwords. Never before its meeting is over.'
  );

create function crm.retention_limit(p_setting text)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return now() - nullif(crm.setting(p_setting), 'forever')::integer * interval '1 day';
end;
$$;
comment on function crm.retention_limit(text) is 'What is older than this is emptied; null when it is kept for ever.';

-- The rows are picked as an array: a subquery with a limit may be run again for each row, and pick others each time.
create function crm.empty_raw_bodies(p_max_rows integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_count integer;
begin
  update public.calcom_events as e set raw_body = null
  where e.id = any (array(
    select o.id from public.calcom_events as o
    where o.raw_body is not null and o.outcome <> 'pending'
      and o.received_at < crm.retention_limit('keep_raw_body_days')
    limit p_max_rows
    for update skip locked
  ));
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;
comment on function crm.empty_raw_bodies(integer) is 'Empties the exact bytes of old bodies; returns of how many.';

-- Rule: a mail that is due is left alone. One about a meeting to come may be compared with a later one.
create function crm.empty_mail_texts(p_max_rows integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_count integer;
begin
  update public.emails as m
  set request_body = null, template_data = null
  where m.id = any (array(
    select o.id from public.emails as o
    where o.status <> 'due' and coalesce(o.sent_at, o.finalized_at) < crm.retention_limit('keep_mail_text_days')
      and coalesce(o.start_time < now(), true)
      and (o.request_body is not null or o.template_data is not null)
    limit p_max_rows
    for update skip locked
  ));
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;
comment on function crm.empty_mail_texts(integer) is 'Empties the text of old mails; returns of how many.';

create function crm.empty_delivery_reports(p_max_rows integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_count integer;
begin
  update public.email_deliveries as r set payload = crm.slim_report(r.payload)
  where r.id = any (array(
    select o.id from public.email_deliveries as o
    where o.received_at < crm.retention_limit('keep_delivery_reports_days') and o.payload <> crm.slim_report(o.payload)
    limit p_max_rows
    for update skip locked
  ));
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;
comment on function crm.empty_delivery_reports(integer) is 'Empties old reports of Resend; returns how many.';

-- Rule: what is undecided or failed may still be needed whole, and so may what a mail to come is made of.
create function crm.empty_payload_details(p_max_rows integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_count integer;
begin
  update public.calcom_events as e
  set payload = crm.slim_payload(e.payload), received_hash = e.payload_hash, is_slim = true
  where e.id = any (array(
    select o.id from public.calcom_events as o
    where not o.is_slim and o.outcome in ('applied', 'duplicate', 'ignored')
      and o.received_at < crm.retention_limit('keep_payload_details_days')
      and coalesce(crm.jsonb_timestamp(crm.event_body(o.payload) -> 'endTime') < now(), true)
    limit p_max_rows
    for update skip locked
  ));
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;
comment on function crm.empty_payload_details(integer) is
  'Leaves of the bodies of old events only what a rule reads; returns of how many.';

-- Race: an event that is being decided keeps its row; the next run takes it.
create function public.apply_retention(max_rows integer default 5000)
returns jsonb
language plpgsql
security definer -- an operator may have old data emptied as the settings say, not edit the log
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock_shared(crm.maintenance_lock_key());
  -- Nobody goes on with these: what they were for has been decided otherwise.
  delete from crm.paused_replays as r
  where not exists (select from crm.backlog as b where b.stream_key = r.stream_key);
  return jsonb_build_object(
    'raw_bodies', crm.empty_raw_bodies(max_rows),
    'mail_texts', crm.empty_mail_texts(max_rows),
    'delivery_reports', crm.empty_delivery_reports(max_rows),
    'payload_details', crm.empty_payload_details(max_rows)
  );
end;
$$;
comment on function public.apply_retention(integer) is
  'Empties what the settings do not want kept any longer, so many rows of each kind at most; returns of how many.';

-- A few runs each night, so that each stays short.
do $$
begin
  perform cron.schedule('apply-retention', '*/5 3 * * *', 'select public.apply_retention()');
exception
  when others then
    raise notice 'No pg_cron here (%): call apply_retention() by other means', sqlerrm;
end;
$$;
