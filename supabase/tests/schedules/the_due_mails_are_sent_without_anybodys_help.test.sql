-- Rule: where pg_net and Vault are, the Edge Function is called with what Vault holds; never when nothing is due.
begin;
select plan(4);

-- Given no mail that is due
update public.emails as e set next_attempt_at = 'infinity';
select is(crm.call_send_emails(), 'nothing is due', 'nobody is called');

-- Given a mail, and no extension
select tests.send('BOOKING_CREATED');
create temporary table answers as select crm.call_send_emails() as answer;
select matches((select a.answer from answers as a), '^(pg_net and Vault are not here|Vault has no)', 'nobody can be called');

-- Given stand-ins for the extensions, where they are not
create temporary table calls (url text, headers jsonb, body jsonb, timeout_milliseconds integer);
do $$
begin
  if to_regnamespace('net') is not null then
    return;
  end if;
  create schema net;
  create schema vault;
  create table vault.decrypted_secrets (name text, decrypted_secret text);
  insert into vault.decrypted_secrets values ('project_url', 'https://ref.supabase.co/'), ('secret_key', 'sb_secret_1'), ('other', 'x');
  create function net.http_post(url text, headers jsonb, body jsonb, timeout_milliseconds integer) returns bigint language sql as
    'insert into pg_temp.calls values (url, headers, body, timeout_milliseconds) returning 1::bigint';
end;
$$;
update answers as a set answer = crm.call_send_emails();

-- Then
select matches((select a.answer from answers as a), '^(called|Vault has no)', 'the function is called');
select is(
  array(select concat_ws(' ', c.url, c.headers, c.body, c.timeout_milliseconds) from calls as c),
  array(
    select 'https://ref.supabase.co/functions/v1/send-emails {"apikey": "sb_secret_1", "content-type": "application/json"} {} 60000'
    from answers as a where a.answer = 'called' and to_regclass('net.http_request_queue') is null
  ),
  'with the key, and time enough'
);

select * from finish();
rollback;
