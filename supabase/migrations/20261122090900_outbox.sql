-- Migration: outbox
-- Purpose:   how a sender takes mails, freezes what it sends and reports what happened
-- Needs:     emails
-- Creates:   public.claim_emails(), public.freeze_email(), public.record_email_sent(), public.record_email_error()
-- Tests:     supabase/tests/outbox/

-- Rule: what is due, oldest first, for two minutes; a sender that dies loses its lease, not the mail.
-- Race: several senders may ask at once; each gets other rows.
create function public.claim_emails(batch_size integer default 10)
returns setof public.emails
language sql
volatile
security definer -- a sender may change a mail in these four ways and in no other
set search_path = ''
as $$
  -- Materialized: a plan may run a plain subquery once per row, and then claims more than was asked for.
  with due as materialized (
    select d.id
    from public.emails as d
    where d.status = 'due' and d.next_attempt_at <= now() and (d.leased_until is null or d.leased_until < now())
    order by d.next_attempt_at, d.id
    limit greatest(batch_size, 0)
    for update skip locked
  )
  update public.emails as e
  set attempts = e.attempts + 1, leased_until = now() + interval '2 minutes'
  from due
  where e.id = due.id
  returning e.*;
$$;
comment on function public.claim_emails(integer) is
  'Takes up to batch_size mails that are due, for two minutes, and counts the attempt.';

-- Rule: the first text wins; a second attempt sends exactly what the first one did.
create function public.freeze_email(email_id uuid, message jsonb)
returns jsonb
language sql
volatile
security definer -- see claim_emails
set search_path = ''
as $$
  update public.emails as e
  set message = coalesce(e.message, freeze_email.message)
  where e.id = freeze_email.email_id
  returning e.message;
$$;
comment on function public.freeze_email(uuid, jsonb) is 'Fixes what will be sent for a mail and returns it; the first text wins.';

create function public.record_email_sent(email_id uuid, resend_id text)
returns void
language sql
volatile
security definer -- see claim_emails
set search_path = ''
as $$
  update public.emails as e
  set status = 'sent', sent_at = now(), resend_id = record_email_sent.resend_id, leased_until = null, last_error = null
  where e.id = record_email_sent.email_id and e.status = 'due';
$$;
comment on function public.record_email_sent(uuid, text) is 'Records that Resend has taken a mail, and under which id.';

-- Rule: it stays due. The wait doubles from half a minute up to an hour.
create function public.record_email_error(email_id uuid, error text)
returns void
language sql
volatile
security definer -- see claim_emails
set search_path = ''
as $$
  update public.emails as e
  set last_error = left(record_email_error.error, 1000),
    leased_until = null,
    next_attempt_at = now() + least(interval '15 seconds' * 2 ^ least(e.attempts, 10), interval '1 hour')
  where e.id = record_email_error.email_id and e.status = 'due';
$$;
comment on function public.record_email_error(uuid, text) is 'Records why a mail could not be sent; it stays due and is tried again later.';
