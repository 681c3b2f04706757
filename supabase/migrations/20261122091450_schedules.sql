-- Migration: schedules
-- Purpose:   every minute, decide what was left undecided and have the due mails sent, without anybody's help
-- Needs:     replay, outbox; pg_cron, pg_net and Vault where they exist (Supabase), and nothing where they do not
-- Creates:   crm.call_send_emails(), two jobs of pg_cron
-- Tests:     supabase/tests/schedules/

-- Rule: the address of the project and a secret key are in Vault under "project_url" and "secret_key". Without them,
--       or with nothing due, nobody is called. Written so that it can be created where pg_net and Vault do not exist.
-- Time: the call may last as long as the function takes to send what is due; nobody waits for it.
create function crm.call_send_emails()
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_vault regclass := to_regclass('vault.decrypted_secrets');
  v_net regnamespace := to_regnamespace('net');
  v_url text;
  v_key text;
begin
  if not exists (
    select from public.emails as e
    where e.status = 'due' and e.next_attempt_at <= now() and (e.leased_until is null or e.leased_until <= now())
  ) then
    return 'nothing is due';
  elsif v_vault is null or v_net is null then
    return 'pg_net and Vault are not here: call the Edge Function send-emails by other means';
  end if;

  execute format(
    'select max(s.decrypted_secret) filter (where s.name = $1), max(s.decrypted_secret) filter (where s.name = $2) from %s as s',
    v_vault
  )
  into v_url, v_key
  using 'project_url', 'secret_key';
  if v_url is null or v_key is null then
    return 'Vault has no "project_url" or no "secret_key"';
  end if;

  execute format('select %s.http_post(url := $1, headers := $2, body := $3, timeout_milliseconds := $4)', v_net)
  using rtrim(v_url, '/') || '/functions/v1/send-emails', jsonb_build_object('apikey', v_key, 'content-type', 'application/json'),
    jsonb_build_object(), 60000;
  return 'called';
end;
$$;
comment on function crm.call_send_emails() is 'Has the Edge Function send-emails send what is due; says why when it does not.';

do $$
begin
  create extension if not exists pg_cron;
  perform cron.schedule('handle-pending-calcom-events', '* * * * *', 'select public.handle_pending_events()');
  perform cron.schedule('send-due-emails', '* * * * *', 'select crm.call_send_emails()');
exception
  when others then
    raise notice 'No pg_cron here (%): call public.handle_pending_events() and send-emails every minute by other means', sqlerrm;
end;
$$;

do $$
begin
  create extension if not exists pg_net with schema extensions;
exception
  when others then
    raise notice 'No pg_net here (%): call the Edge Function send-emails every minute by other means', sqlerrm;
end;
$$;
