-- What the tests of the outbox and of the operations share: one mail to look at, and its attempts.
-- This file commits; all the others roll back.
begin;
set local client_min_messages = warning;

create function tests.quiet_outbox()
returns void
language sql
volatile
set search_path = ''
as $$
  update public.emails as e set next_attempt_at = 'infinity' where e.status = 'due';
$$;
comment on function tests.quiet_outbox() is
  'Puts off every mail, so that none is due but those that the test goes on to make.';

create function tests.email(p_kind text default 'confirmation', p_to text default 'ada@lovelace.test')
returns public.emails
language sql
volatile
set search_path = ''
as $$
  select e.* from public.emails as e where e.to_address = p_to and e.kind = p_kind order by e.created_at desc limit 1;
$$;
comment on function tests.email(text, text) is 'The mail of a kind that an address is owed.';

create function tests.make_due(p_email public.emails)
returns void
language sql
volatile
set search_path = ''
as $$
  update public.emails as e set next_attempt_at = now() where e.id = p_email.id;
$$;
comment on function tests.make_due(public.emails) is 'Lets the time pass that a mail is claimed for or has to wait.';

create function tests.claim_all()
returns setof public.emails
language plpgsql
volatile
set search_path = ''
as $$
begin
  loop
    return query select c.* from public.claim_email() as c;
    exit when not found;
  end loop;
end;
$$;
comment on function tests.claim_all() is 'Claims every mail that is due.';

create function tests.start_attempt(p_request_body jsonb default '{}')
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_email public.emails;
begin
  select c.* into v_email from public.claim_email() as c;
  if public.start_email_attempt(v_email.id, v_email.attempts, p_request_body) is null then
    raise exception 'No attempt could be started';
  end if;
  return v_email.attempts;
end;
$$;
comment on function tests.start_attempt(jsonb) is
  'Claims the mail that is due and begins its request; returns the number of the attempt.';

create function tests.finish_attempt(p_outcome text, p_error text default null)
returns text
language sql
volatile
set search_path = ''
as $$
  select public.finish_email_attempt(e.id, e.attempts, p_outcome, error => p_error) from tests.email() as e;
$$;
comment on function tests.finish_attempt(text, text) is
  'Reports the last attempt of Ada''s confirmation; returns the status of the mail.';

-- The attempts are in the past, a minute apart.
create function tests.add_attempts(p_email public.emails, p_outcome text, p_count integer)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into public.email_attempts (email_id, attempt, claimed_at, requested_at, finished_at, outcome)
  select p_email.id, p_email.attempts + n, t.at, t.at, case when p_outcome is not null then t.at end, p_outcome
  from generate_series(1, p_count) as n
  cross join lateral (select now() - (p_count - n) * interval '1 minute' as at) as t;
  update public.emails as e set attempts = e.attempts + p_count where e.id = p_email.id;
$$;
comment on function tests.add_attempts(public.emails, text, integer) is
  'Gives a mail attempts that it had before, all with one outcome; null: nobody reported them.';

create function tests.stop_jitter()
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  create or replace function crm.jitter() returns double precision language sql return 1::double precision;
end;
$$;
comment on function tests.stop_jitter() is 'Makes every delay exactly as long as its rule says, until the test ends.';

select plan(1);
select has_function('tests', 'quiet_outbox', 'the helpers are there for the files that follow');
select * from finish();
commit;
