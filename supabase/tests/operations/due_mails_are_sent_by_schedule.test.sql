-- Rule: where pg_net and Vault are, the Edge Function is called with what Vault holds; never when nothing is due.
begin;
select plan(6);

create temporary table platform as
select to_regnamespace('net') is not null or to_regnamespace('vault') is not null as is_there;

-- Given no mail that is due
select tests.quiet_outbox();
select is(crm.invoke_send_emails(), 'nothing is due', 'nobody is called');

-- Given a mail that is due, and no extension or no secret
select tests.send('BOOKING_CREATED');
select is(
  crm.invoke_send_emails(),
  case
    when p.is_there then 'Vault has no "project_url" or no "send_emails_secret"'
    else 'pg_net and Vault are not here: call the Edge Function send-emails by other means'
  end,
  'the answer says what is missing'
)
from platform as p;

-- Given stand-ins for the extensions, where they are not
create temporary table calls (url text, headers jsonb, body jsonb, timeout_milliseconds integer);
do $$
begin
  if (select p.is_there from platform as p) then
    return;
  end if;
  create schema net;
  create schema vault;
  create table vault.decrypted_secrets (name text, decrypted_secret text);
  create function net.http_post(url text, headers jsonb, body jsonb, timeout_milliseconds integer) returns bigint
  language sql as 'insert into pg_temp.calls values (url, headers, body, timeout_milliseconds) returning 1::bigint';
end;
$$;
create function pg_temp.keep_secret(p_name text, p_secret text) returns void language plpgsql as $$
begin
  if (select p.is_there from platform as p) then
    execute 'select vault.create_secret($1, $2)' using p_secret, p_name;
  else
    execute 'insert into vault.decrypted_secrets values ($1, $2)' using p_name, p_secret;
  end if;
end;
$$;

-- When Vault has one of the two secrets, and a key that could do everything
select pg_temp.keep_secret('secret_key', 'sb_secret_1');
select pg_temp.keep_secret('send_emails_secret', 'only to wake it');
select is(
  crm.invoke_send_emails(), 'Vault has no "project_url" or no "send_emails_secret"', 'one secret is not enough'
);

-- When it has both
select pg_temp.keep_secret('project_url', 'https://ref.supabase.co/');
select is(crm.invoke_send_emails(), 'called', 'the function is called');

-- Then
select case
  when p.is_there then skip('pg_net keeps its calls to itself')
  else is(
    array(select concat_ws(' ', c.url, c.headers, c.body, c.timeout_milliseconds) from calls as c),
    array[
      'https://ref.supabase.co/functions/v1/send-emails '
      '{"content-type": "application/json", "x-send-emails-secret": "only to wake it"} {} 60000'
    ],
    'once, with that secret alone, and time enough'
  )
end
from platform as p;

-- When the mail is claimed
select c.id from public.claim_email() as c;
select is(crm.invoke_send_emails(), 'nothing is due', 'nobody is called for what somebody is sending');

select * from finish();
rollback;
