-- Migration: outbox
-- Purpose:   how a sender takes mails, freezes what it sends and reports what happened; when to try again, and when to stop
-- Needs:     emails
-- Creates:   crm.key_protects(), crm.attempts_allowed(), crm.jitter(), crm.wait_after(), crm.reason_to_drop(),
--            crm.reason_to_fail(), crm.give_up(), public.claim_emails(), public.freeze_email(),
--            public.record_email_sent(), public.record_email_failure(), public.retry_email()
-- Tests:     supabase/tests/outbox/
--
-- What an answer of Resend means is decided in send-emails/resend.ts, which names it by one of these kinds:
--   unknown    nobody knows whether Resend took the mail: no answer, a timeout, a fault of its own
--   throttled  not taken: too many requests just now
--   quota      not taken: the plan's quota is used up
--   setup      not taken: the API key or the address of Resend is wrong, and somebody has to mend it
--   rejected   not taken, and never will be: something about this mail
--   conflict   Resend has another text under this mail's key
-- What follows from it is decided here.

-- Resend remembers a key for 24 hours. An hour is kept back: clocks differ, and a request takes its time.
create function crm.key_protects()
returns interval
language sql
immutable
security invoker
set search_path = ''
as $$
  select interval '23 hours';
$$;
comment on function crm.key_protects() is 'How long after a first attempt the same key certainly sends no second copy.';

-- With the waits below that is most of the day for which the key protects.
create function crm.attempts_allowed()
returns integer
language sql
immutable
security invoker
set search_path = ''
as $$
  select 25;
$$;
comment on function crm.attempts_allowed() is 'How many attempts of unknown outcome a mail gets.';

create function crm.jitter()
returns double precision
language sql
volatile
security invoker
set search_path = ''
as $$
  select 1 + random() / 4;
$$;
comment on function crm.jitter() is 'By what a wait is multiplied, so that mails that failed together do not all come back together.';

-- Rule: as long as Resend asks for, a day at most. Otherwise half a minute, doubled with each attempt up to an hour.
--       At least an hour when a quota is used up or somebody has to mend something. Up to a quarter longer, never shorter.
create function crm.wait_after(p_kind text, p_attempts integer, p_retry_after integer)
returns interval
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return crm.jitter() * greatest(
    case when p_kind in ('quota', 'setup') then interval '1 hour' end,
    case
      when p_retry_after is not null then least(greatest(p_retry_after, 1), 86400) * interval '1 second'
      else least(interval '15 seconds' * 2 ^ least(greatest(p_attempts, 1), 10), interval '1 hour')
    end
  );
end;
$$;
comment on function crm.wait_after(text, integer, integer) is 'How long a mail waits after a failure; the retry-after of Resend in seconds, if it gave one.';

-- Rule: a mail says only what is still true, and goes to nobody who cannot or will not have it.
--       What it says is compared with the booking itself: which event wrote it last may change with the order of arrival.
-- Time: only a mail that had to wait is compared. In its first ten seconds it goes out as the event told it, so that
--       who books and cancels in one go hears of both, in that order, and not of a cancellation alone.
create function crm.reason_to_drop(p_email public.emails)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_booking public.bookings;
  v_blocked_reason text;
begin
  select b.* into v_booking from public.bookings as b where b.id = p_email.booking_id;
  select p.mail_blocked_reason into v_blocked_reason from public.people as p where p.email = p_email.to_address;

  return case
    when v_blocked_reason is not null then format('The address gets no mail: %s Clear it with allow_mail().', v_blocked_reason)
    when v_booking.id is null then 'The booking is not there any more.'
    when p_email.last_error is null and p_email.created_at > clock_timestamp() - interval '10 seconds' then null
    when p_email.kind = 'cancellation' and v_booking.status <> 'CANCELLED' then 'The booking was given a new time meanwhile.'
    when p_email.kind = 'cancellation' then null
    when v_booking.status = 'CANCELLED' then 'The booking was cancelled meanwhile.'
    when v_booking.calcom_uid <> p_email.calcom_uid
      or v_booking.start_time is distinct from (p_email.details ->> 'start_time')::timestamptz
      or v_booking.end_time is distinct from (p_email.details ->> 'end_time')::timestamptz
      then 'The booking was moved meanwhile.'
  end;
end;
$$;
comment on function crm.reason_to_drop(public.emails) is 'Why a mail is not to be sent any more; null when it is.';

-- Rule: a second copy is worse than none. Past the protection of its key, nobody may try a mail again that may be out.
create function crm.reason_to_fail(p_email public.emails, p_at timestamptz)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_at >= p_email.doubtful_since + crm.key_protects() then format(
      'Resend may have taken it at %s, but never said so; trying again after a day could send it twice.',
      to_char(p_email.doubtful_since at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
    )
    when p_email.attempts - p_email.excused >= crm.attempts_allowed()
      then format('Given up after %s attempts.', p_email.attempts)
  end;
end;
$$;
comment on function crm.reason_to_fail(public.emails, timestamptz) is 'Why a mail cannot be tried again at a moment; null when it can.';

create function crm.give_up(p_email public.emails, p_status text, p_reason text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.emails as e
  set status = p_status, given_up_at = now(), leased_until = null,
    reason = left(
      p_reason || case
        when p_status = 'dropped' and p_email.doubtful_since is not null then ' An earlier attempt may have sent it all the same.'
        else ''
      end, 1000
    )
  where e.id = p_email.id and e.status = 'due';
$$;
comment on function crm.give_up(public.emails, text, text) is 'Takes a mail out of the queue for good, and says why.';

-- Rule: what is due, oldest first, for two minutes; a sender that dies loses its lease, not the mail. What is not to
--       be sent any more is dropped on the way.
-- Race: several senders may ask at once; each gets other rows.
create function public.claim_emails(batch_size integer default 10)
returns setof public.emails
language plpgsql
volatile
security definer -- a sender may change a mail in the ways of this chapter and in no other
set search_path = ''
as $$
declare
  v_email public.emails;
  v_left integer := batch_size;
  v_drop text;
  v_fail text;
begin
  while v_left > 0 loop
    select e.* into v_email
    from public.emails as e
    where e.status = 'due' and e.next_attempt_at <= now() and (e.leased_until is null or e.leased_until <= now())
    order by e.next_attempt_at, e.id
    limit 1
    for update skip locked;
    exit when not found;

    v_drop := crm.reason_to_drop(v_email);
    v_fail := crm.reason_to_fail(v_email, now());
    if v_drop is not null then
      perform crm.give_up(v_email, 'dropped', v_drop);
    elsif v_fail is not null then
      perform crm.give_up(v_email, 'failed', v_fail);
    else
      update public.emails as e set attempts = e.attempts + 1, leased_until = now() + interval '2 minutes'
      where e.id = v_email.id
      returning e.* into v_email;
      return next v_email;
      v_left := v_left - 1;
    end if;
  end loop;
end;
$$;
comment on function public.claim_emails(integer) is
  'Takes up to batch_size mails that are due, for two minutes, and counts the attempt; drops what is not to be sent any more.';

-- Rule: asked before every attempt. The first text wins; a second attempt sends exactly what the first one did. From
--       here on the outcome is unknown until somebody reports it, for the sender can die at any moment.
-- Race: a sender that was too slow has lost its lease and gets nothing.
create function public.freeze_email(email_id uuid, message jsonb)
returns jsonb
language plpgsql
volatile
security definer -- see claim_emails
set search_path = ''
as $$
declare
  v_email public.emails;
  v_drop text;
begin
  select e.* into v_email
  from public.emails as e
  where e.id = freeze_email.email_id and e.status = 'due' and e.leased_until > now()
  for update;
  if not found then
    return null;
  end if;

  v_drop := crm.reason_to_drop(v_email);
  if v_drop is not null then
    perform crm.give_up(v_email, 'dropped', v_drop);
    return null;
  end if;

  update public.emails as e
  set message = coalesce(e.message, freeze_email.message),
    doubtful_since = coalesce(e.doubtful_since, now()), doubtful_attempt = coalesce(e.doubtful_attempt, e.attempts)
  where e.id = v_email.id
  returning e.message into v_email.message;
  return v_email.message;
end;
$$;
comment on function public.freeze_email(uuid, jsonb) is
  'Fixes what is sent for a mail and returns it, the first text wins; null when it is not to be sent, or no longer by this sender.';

-- Rule: what Resend has taken is sent, whatever was decided about it meanwhile.
create function public.record_email_sent(email_id uuid, resend_id text)
returns void
language sql
volatile
security definer -- see claim_emails
set search_path = ''
as $$
  update public.emails as e
  set status = 'sent', sent_at = now(), resend_id = record_email_sent.resend_id, leased_until = null, last_error = null,
    reason = null, given_up_at = null, doubtful_since = null, doubtful_attempt = null
  where e.id = record_email_sent.email_id and e.status <> 'sent';
$$;
comment on function public.record_email_sent(uuid, text) is 'Records that Resend has taken a mail, and under which id.';

-- Rule: what can never work is given up at once. Everything else stays due, and waits; an attempt that Resend turned
--       away without a look at the mail does not count. The doubt ends only when the very attempt that began it is
--       known to have sent nothing.
create function public.record_email_failure(
  email_id uuid, kind text, error text, reason text default null, retry_after integer default null
)
returns text
language plpgsql
volatile
security definer -- see claim_emails
set search_path = ''
as $$
declare
  v_email public.emails;
  v_next timestamptz;
  v_reason text;
  v_is_final boolean := kind in ('rejected', 'conflict');
  v_is_untaken boolean := kind in ('throttled', 'quota', 'setup', 'rejected');
begin
  update public.emails as e
  set last_error = left(record_email_failure.error, 1000),
    reason = left(record_email_failure.reason, 1000),
    leased_until = null,
    excused = e.excused + (record_email_failure.kind in ('throttled', 'quota', 'setup'))::integer,
    doubtful_since = case when v_is_untaken and e.doubtful_attempt = e.attempts then null else e.doubtful_since end,
    doubtful_attempt = case when v_is_untaken and e.doubtful_attempt = e.attempts then null else e.doubtful_attempt end
  where e.id = record_email_failure.email_id and e.status = 'due'
  returning e.* into v_email;
  if not found then
    return null;
  end if;

  v_next := now() + crm.wait_after(kind, v_email.attempts - v_email.excused, retry_after);
  v_reason := case when v_is_final then coalesce(reason, error, 'Resend refused it.') else crm.reason_to_fail(v_email, v_next) end;
  if v_reason is not null then
    perform crm.give_up(v_email, 'failed', v_reason);
    return 'failed';
  end if;
  update public.emails as e set next_attempt_at = v_next where e.id = v_email.id;
  return 'due';
end;
$$;
comment on function public.record_email_failure(uuid, text, text, text, integer) is
  'Records why a mail could not be sent; it is tried again later, or given up when that is of no use. Returns its status.';

-- Rule: for a mail whose trouble somebody has put right. Written anew if it is certain that Resend never took it;
--       otherwise the same text under the same key, and only while that key still protects.
create function public.retry_email(email_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- see claim_emails
set search_path = ''
as $$
declare
  v_email public.emails;
begin
  update public.emails as e
  set status = 'due', given_up_at = null, reason = null, excused = e.attempts, next_attempt_at = now(),
    message = case when e.doubtful_since is not null then e.message end
  where e.id = retry_email.email_id and e.status in ('failed', 'dropped')
    and (e.doubtful_since is null or now() < e.doubtful_since + crm.key_protects());
  select e.* into v_email from public.emails as e where e.id = retry_email.email_id;
  if not found then
    raise exception using
      errcode = 'KC003', message = format('Cannot retry mail %s: the outbox has no such mail', email_id),
      hint = 'Look its id up in emails';
  end if;
  return jsonb_build_object('email_id', v_email.id, 'status', v_email.status, 'reason', v_email.reason);
end;
$$;
comment on function public.retry_email(uuid) is
  'Makes a mail due again that failed or was dropped, unless it could be sent twice; returns its status.';
