-- Outbox: how a sender claims a mail, fixes what it sends and reports what happened; when to try again, when to stop;
-- and what Resend reports about a mail afterwards.
--
-- What an answer of Resend means is decided in send-emails/resend.ts, which names it by one of these outcomes:
--   sent           Resend has taken it
--   unknown        nobody knows whether Resend took it: no answer, a timeout, a fault of its own
--   throttled      not taken: too many requests just now
--   quota          not taken: the plan's quota is used up
--   configuration  not taken: the API key or the address of Resend is wrong, and somebody has to mend it
--   rejected       not taken, and never will be: something about this mail
--   conflict       Resend has another text under this mail's key
-- What follows from it is decided here.

create table public.email_attempts (
  email_id uuid not null,
  attempt integer not null,
  claimed_at timestamptz not null default clock_timestamp(),
  requested_at timestamptz,
  finished_at timestamptz,
  outcome text,
  error text,
  constraint email_attempts_pkey primary key (email_id, attempt),
  constraint email_attempts_email_id_fkey foreign key (email_id) references public.emails (id) on delete cascade,
  constraint email_attempts_outcome_is_known check (
    outcome in ('sent', 'unknown', 'throttled', 'quota', 'configuration', 'rejected', 'conflict', 'withdrawn')
  ),
  constraint email_attempts_finished_has_its_outcome check ((finished_at is null) = (outcome is null))
);
comment on table public.email_attempts is
  'One row per claim of a mail by a sender. Every report names the attempt that it is about.';
comment on column public.email_attempts.requested_at is
  'When the request to Resend began. From then on the mail may be out, until the outcome says otherwise.';
comment on column public.email_attempts.outcome is
  'sent, unknown, throttled, quota, configuration, rejected or conflict; withdrawn: it was not to be sent any more. '
  'Null while it is under way; stays null when the sender died.';
comment on column public.email_attempts.error is 'What went wrong, in Resend''s words.';
alter table public.email_attempts enable row level security;

---------------------------------------------------------------------------------------------------------------- limits

-- Source: Resend remembers an idempotency key for 24 hours (resend.com/docs, "Idempotency keys"). An hour is kept back:
-- clocks differ, and a request takes its time.
create function crm.idempotency_window() returns interval
language sql immutable set search_path = ''
return interval '23 hours';
comment on function crm.idempotency_window() is
  'How long after a first request the same key certainly sends no second copy.';

-- With the delays below that is most of the time for which the key protects.
create function crm.max_email_attempts() returns integer
language sql immutable set search_path = ''
return 25;
comment on function crm.max_email_attempts() is 'How many attempts of unknown outcome a mail gets.';

create function crm.jitter() returns double precision
language sql volatile set search_path = ''
return 1 + random() / 4;
comment on function crm.jitter() is
  'By what a delay is multiplied, so that mails that failed together do not all come back together.';

-- Rule: as long as Resend asks for, a day at most. Otherwise half a minute, doubled with each attempt up to an hour.
--       At least an hour when a quota is used up or somebody has to mend something. Up to a quarter longer, never
--       shorter.
create function crm.retry_delay(p_outcome text, p_attempts integer, p_retry_after integer)
returns interval
language plpgsql
set search_path = ''
as $$
begin
  return crm.jitter() * greatest(
    case when p_outcome in ('quota', 'configuration') then interval '1 hour' end,
    case
      when p_retry_after is not null then least(greatest(p_retry_after, 1), 86400) * interval '1 second'
      else least(interval '15 seconds' * 2 ^ least(greatest(p_attempts, 1), 10), interval '1 hour')
    end
  );
end;
$$;
comment on function crm.retry_delay(text, integer, integer) is
  'How long a mail waits after an attempt; p_retry_after is what Resend asked for, in seconds.';

-- Rule: an attempt is unconfirmed once its request began, until its outcome says that nothing was taken.
create function crm.unconfirmed_since(p_email_id uuid)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select min(a.requested_at)
    from public.email_attempts as a
    where a.email_id = p_email_id and coalesce(a.outcome, 'unknown') in ('unknown', 'conflict')
  );
end;
$$;
comment on function crm.unconfirmed_since(uuid) is
  'When the first request began that Resend may have taken without saying so; null when there is none.';

-- Rule: an attempt that Resend refused before it read the mail does not count, nor does one before a retry.
create function crm.count_attempts(p_email public.emails)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select count(*)
    from public.email_attempts as a
    where a.email_id = p_email.id
      and coalesce(a.outcome, 'unknown') not in ('throttled', 'quota', 'configuration')
      and a.claimed_at >= coalesce(p_email.retried_at, '-infinity')
  );
end;
$$;
comment on function crm.count_attempts(public.emails) is 'How many attempts of a mail count against its limit.';

------------------------------------------------------------------------------------------------ why a mail is not sent

-- Rule: a mail says only what is still true, and is not sent to a suppressed address, nor about a meeting that is over.
--       What it says is compared with the booking itself: which event wrote it last may change with the order of
--       arrival.
--       An alarm is about no booking; whoever wrote it takes it back when it is not true any more.
-- Time: only a mail that had to wait is compared. In its first ten seconds it goes out as the event told it, so that
--       a person who books and cancels at once gets both mails, in that order, and not a cancellation alone.
create function crm.obsolete_reason(p_email public.emails)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_booking public.bookings;
  v_suppressed_reason text;
begin
  select b.* into v_booking from public.bookings as b where b.id = p_email.booking_id;
  select p.suppressed_reason into v_suppressed_reason from public.people as p where p.email = p_email.to_address;

  return case
    when v_suppressed_reason is not null
      then format('The address gets no mail: %s Clear it with allow_mail().', v_suppressed_reason)
    when p_email.kind = 'alarm' then null
    when v_booking.id is null then 'The booking is not there any more.'
    when coalesce(v_booking.end_time, v_booking.start_time) <= clock_timestamp() then 'The meeting is over.'
    when p_email.created_at > clock_timestamp() - interval '10 seconds' and not crm.has_failed_before(p_email) then null
    when p_email.kind = 'cancellation' and v_booking.status <> 'CANCELLED'
      then 'The booking was given a new time meanwhile.'
    when p_email.kind = 'cancellation' then null
    when v_booking.status = 'CANCELLED' then 'The booking was cancelled meanwhile.'
    when v_booking.calcom_uid <> p_email.calcom_uid
      or v_booking.start_time is distinct from p_email.start_time
      or v_booking.end_time is distinct from p_email.end_time
      then 'The booking was moved meanwhile.'
  end;
end;
$$;
comment on function crm.obsolete_reason(public.emails) is 'Why a mail is not to be sent any more; null when it is.';

create function crm.has_failed_before(p_email public.emails)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (select from public.email_attempts as a where a.email_id = p_email.id and a.error is not null);
end;
$$;
comment on function crm.has_failed_before(public.emails) is 'Whether an attempt to send the mail went wrong.';

-- Rule: a second copy is worse than none. Past the protection of its key, a mail that may be out is not tried again.
create function crm.give_up_reason(p_email public.emails, p_at timestamptz)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_unconfirmed_since timestamptz := crm.unconfirmed_since(p_email.id);
begin
  return case
    when p_at >= v_unconfirmed_since + crm.idempotency_window() then format(
      'Resend may have taken it at %s, but never said so; trying again after a day could send it twice.',
      to_char(v_unconfirmed_since at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
    )
    when crm.count_attempts(p_email) >= crm.max_email_attempts()
      then format('Given up after %s attempts.', p_email.attempts)
  end;
end;
$$;
comment on function crm.give_up_reason(public.emails, timestamptz) is
  'Why a mail cannot be tried again at a moment; null when it can.';

create function crm.finalize_email(p_email public.emails, p_status text, p_reason text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.emails as e
  set status = p_status, finalized_at = now(),
    reason = left(
      concat(
        p_reason,
        case
          when p_status = 'dropped' and crm.unconfirmed_since(p_email.id) is not null
            then ' An earlier attempt may have sent it all the same.'
        end
      ),
      1000
    )
  where e.id = p_email.id and e.status = 'due';
end;
$$;
comment on function crm.finalize_email(public.emails, text, text) is
  'Takes a mail out of the queue for good, and says why.';

-- Rule: the series that a dropped mail was to confirm is confirmed with another meeting, unless the mail may be out.
create function crm.drop_if_obsolete(p_email public.emails)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_reason text := crm.obsolete_reason(p_email);
begin
  if v_reason is null then
    return false;
  end if;
  perform crm.finalize_email(p_email, 'dropped', v_reason);
  if p_email.series_event_type is not null and crm.unconfirmed_since(p_email.id) is null then
    perform crm.confirm_rest_of_series(p_email);
  end if;
  return true;
end;
$$;
comment on function crm.drop_if_obsolete(public.emails) is
  'Takes a mail out of the queue that is not to be sent any more; returns whether it was.';

create function crm.rewrite_email(p_email_id uuid)
returns public.emails
language plpgsql
set search_path = ''
as $$
declare
  v_email public.emails;
  v_sender public.senders;
begin
  v_sender := crm.pick_sender((select e.organizer_email from public.emails as e where e.id = p_email_id));
  update public.emails as e
  set request_body = null,
    from_address = v_sender.from_address,
    from_name = v_sender.from_name,
    reason = case when v_sender.from_address is null then crm.no_sender_reason() end,
    template_data = e.template_data || jsonb_build_object('brand', crm.sender_style(v_sender))
  where e.id = p_email_id
  returning e.* into v_email;
  return v_email;
end;
$$;
comment on function crm.rewrite_email(uuid) is
  'Has a mail that nobody has seen written again, from the brand that writes for its organizer now, if there is one.';

-- Rule: read by the first claim and kept, so that a later attempt says the same. What cannot be read once never can be,
--       and holds up no other mail. An alarm brings along what it has to say, until that is emptied.
create function crm.read_facts(p_email public.emails)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if p_email.kind = 'alarm' and p_email.template_data is null then
    perform crm.finalize_email(
      p_email, 'failed', 'What it had to say is not kept any more: select health() says how things are now.'
    );
    return null;
  end if;
  return coalesce(p_email.template_data, crm.email_facts(p_email));
exception
  when others then
    if crm.is_transient(sqlstate) then
      raise;
    end if;
    perform crm.finalize_email(
      p_email, 'failed', format('What it has to say cannot be read: %s (%s).', sqlerrm, sqlstate)
    );
    return null;
end;
$$;
comment on function crm.read_facts(public.emails) is
  'What a mail has to say, as the first claim read it; null when that cannot be read, and the mail has failed.';

--------------------------------------------------------------------------------------------------- the way of a sender

-- Rule: what is due, oldest first, for two minutes; a sender that dies loses its claim, not the mail. What is not to
--       be sent any more is dropped on the way. What no brand could write is looked at again a minute later. What it
--       has to say is read here.
-- Race: several senders may ask at once; each gets another row.
create function public.claim_email()
returns setof public.emails
language plpgsql
security definer -- a sender may change a mail in the ways of this chapter and in no other
set search_path = ''
as $$
declare
  v_email public.emails;
  v_facts jsonb;
  v_reason text;
begin
  loop
    select e.* into v_email
    from public.emails as e
    where e.status = 'due' and e.next_attempt_at <= now()
    order by e.next_attempt_at, e.id
    limit 1
    for update skip locked;
    if not found then
      return;
    end if;

    continue when crm.drop_if_obsolete(v_email);
    v_reason := crm.give_up_reason(v_email, now());
    if v_reason is not null then
      perform crm.finalize_email(v_email, 'failed', v_reason);
      continue;
    end if;
    if v_email.from_address is null then
      v_email := crm.rewrite_email(v_email.id);
    end if;
    if v_email.from_address is null then
      update public.emails as e set next_attempt_at = now() + interval '1 minute' where e.id = v_email.id;
      continue;
    end if;

    v_facts := crm.read_facts(v_email);
    if v_facts is null then
      continue;
    end if;

    update public.emails as e
    set attempts = e.attempts + 1, next_attempt_at = now() + interval '2 minutes', template_data = v_facts
    where e.id = v_email.id
    returning e.* into v_email;
    insert into public.email_attempts (email_id, attempt) values (v_email.id, v_email.attempts);
    return next v_email;
    return;
  end loop;
end;
$$;
comment on function public.claim_email() is
  'Takes the mail that has been due longest, for two minutes; no row when none is due. "attempts" is the number of '
  'this attempt, which the sender names in all it reports.';

-- Rule: asked before every request. The first text wins; a second attempt sends exactly what the first one did. From
--       here on the outcome is unknown until this attempt reports it, for the sender can die at any moment.
-- Race: a sender that was too slow has lost its claim. Another may have claimed the mail since, so it is not enough
--       that the mail is claimed: it must be claimed under the number of this attempt.
create function public.start_email_attempt(email_id uuid, attempt integer, request_body jsonb)
returns jsonb
language plpgsql
security definer -- see claim_email
set search_path = ''
as $$
declare
  v_email public.emails;
begin
  select e.* into v_email
  from public.emails as e
  join public.email_attempts as a on a.email_id = e.id and a.attempt = e.attempts
  where e.id = start_email_attempt.email_id and e.status = 'due' and e.next_attempt_at > now()
    and a.attempt = start_email_attempt.attempt and a.finished_at is null
  for update;
  if not found then
    return null;
  end if;

  if crm.drop_if_obsolete(v_email) then
    update public.email_attempts as a
    set outcome = 'withdrawn', finished_at = now()
    where a.email_id = v_email.id and a.attempt = v_email.attempts;
    return null;
  end if;

  update public.email_attempts as a
  set requested_at = coalesce(a.requested_at, now())
  where a.email_id = v_email.id and a.attempt = v_email.attempts;
  update public.emails as e
  set request_body = coalesce(e.request_body, start_email_attempt.request_body)
  where e.id = v_email.id
  returning e.request_body into v_email.request_body;
  return v_email.request_body;
end;
$$;
comment on function public.start_email_attempt(uuid, integer, jsonb) is
  'Fixes what is sent for a mail and returns it, the first text wins; null when it is not to be sent, or not by this '
  'attempt.';

-- Rule: what Resend has taken is sent. It does not matter what was decided meanwhile, nor which attempt reports it.
--       What can never work is failed at once. Everything else stays due and waits.
-- Race: a report other than "sent" closes its own attempt; about the mail it says something only while no later
--       attempt has begun.
create function public.finish_email_attempt(
  email_id uuid, attempt integer, outcome text, resend_id text default null, error text default null,
  reason text default null, retry_after integer default null
)
returns text
language plpgsql
security definer -- see claim_email
set search_path = ''
as $$
declare
  v_email public.emails;
begin
  select e.* into v_email from public.emails as e where e.id = finish_email_attempt.email_id for update;
  update public.email_attempts as a
  set outcome = finish_email_attempt.outcome, error = left(finish_email_attempt.error, 1000), finished_at = now()
  where a.email_id = finish_email_attempt.email_id and a.attempt = finish_email_attempt.attempt
    and a.finished_at is null;

  if outcome = 'sent' then
    perform crm.mark_email_sent(v_email.id, resend_id);
  elsif found and v_email.status = 'due' and v_email.attempts = finish_email_attempt.attempt then
    perform crm.schedule_retry(v_email, outcome, coalesce(reason, error), retry_after);
  end if;
  return (select e.status from public.emails as e where e.id = v_email.id);
end;
$$;
comment on function public.finish_email_attempt(uuid, integer, text, text, text, text, integer) is
  'Records what came of an attempt: sent, with Resend''s id, or why not, with the seconds that Resend asks to wait. '
  'The mail is tried again later, or failed when that is of no use. Returns its status.';

create function crm.mark_email_sent(p_email_id uuid, p_resend_id text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.emails as e
  set status = 'sent', sent_at = now(), resend_id = p_resend_id, reason = null, finalized_at = null
  where e.id = p_email_id and e.status <> 'sent';
end;
$$;
comment on function crm.mark_email_sent(uuid, text) is 'Records that Resend has taken a mail, and under which id.';

create function crm.schedule_retry(p_email public.emails, p_outcome text, p_reason text, p_retry_after integer)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_next_attempt_at timestamptz := now() + crm.retry_delay(p_outcome, crm.count_attempts(p_email), p_retry_after);
  v_give_up_reason text := case
    when p_outcome in ('rejected', 'conflict') then coalesce(p_reason, 'Resend refused it.')
    else crm.give_up_reason(p_email, v_next_attempt_at)
  end;
begin
  if v_give_up_reason is not null then
    perform crm.finalize_email(p_email, 'failed', v_give_up_reason);
  else
    update public.emails as e
    set next_attempt_at = v_next_attempt_at, reason = left(p_reason, 1000)
    where e.id = p_email.id;
  end if;
end;
$$;
comment on function crm.schedule_retry(public.emails, text, text, integer) is
  'Has a mail tried again after an attempt that failed, or fails it when that is of no use.';

-- Rule: for a mail whose trouble somebody has put right. Written again, from the sender of today, if it is certain that
--       Resend never took it; otherwise the same text under the same key, and only while that key still protects. It
--       counts towards the limits then, unless it is an alarm.
create function public.retry_email(email_id uuid)
returns jsonb
language plpgsql
security definer -- see claim_email
set search_path = ''
as $$
declare
  v_unconfirmed_since timestamptz := crm.unconfirmed_since(email_id);
  v_email public.emails;
begin
  update public.emails as e
  set status = 'due', finalized_at = null, reason = null, retried_at = clock_timestamp(), next_attempt_at = now(),
    number = case when e.kind <> 'alarm' then coalesce(e.number, nextval('public.emails_number_seq')) end,
    mailbox_hash = case when e.kind <> 'alarm' then crm.mailbox_hash(e.to_address) end
  where e.id = retry_email.email_id and e.status in ('failed', 'dropped')
    and (v_unconfirmed_since is null or now() < v_unconfirmed_since + crm.idempotency_window());
  if found and v_unconfirmed_since is null then
    perform crm.rewrite_email(email_id);
  end if;
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

---------------------------------------------------------------------------------------------------- delivery reports

create table public.email_deliveries (
  id text not null,
  email_id uuid,
  payload jsonb not null,
  received_at timestamptz not null default now(),
  constraint email_deliveries_pkey primary key (id),
  constraint email_deliveries_email_id_fkey foreign key (email_id) references public.emails (id)
);
comment on table public.email_deliveries is
  'One row per report of Resend about a mail, kept once however often it arrives.';
comment on column public.email_deliveries.id is 'The svix-id of the report: Resend repeats a report under the same id.';
comment on column public.email_deliveries.email_id is 'The mail it is about; null when it is none of ours.';
create index email_deliveries_email_id_idx on public.email_deliveries (email_id);
alter table public.email_deliveries enable row level security;

create function crm.delivery_status(p_type text) returns text
language sql immutable set search_path = ''
return case p_type when 'email.delivery_delayed' then 'delayed' else substring(p_type from '^email\.(\w+)$') end;
comment on function crm.delivery_status(text) is
  'Our word for a type of report, like "delivered" for "email.delivered".';

-- Rule: reports come in any order, so the furthest counts: a mail can be returned after it was delivered, and
--       complained about after that. Null: it says nothing about what became of a mail.
create function crm.delivery_order(p_delivery text) returns integer
language sql immutable set search_path = ''
return array_position(
  array['sent', 'delayed', 'delivered', 'opened', 'clicked', 'failed', 'suppressed', 'bounced', 'complained'],
  p_delivery
);
comment on function crm.delivery_order(text) is
  'How far a report is along the way of a mail; null when it is not on that way.';

create function crm.delivery_reason(p_data jsonb)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return left(coalesce(
    nullif(concat_ws(
      ': ',
      nullif(
        concat_ws(' ', crm.jsonb_text(p_data #> '{bounce,type}'), crm.jsonb_text(p_data #> '{bounce,subType}')), ''
      ),
      crm.jsonb_text(p_data #> '{bounce,message}')
    ), ''),
    crm.jsonb_text(p_data #> '{failed,reason}'),
    crm.jsonb_text(p_data #> '{suppressed,message}')
  ), 1000);
end;
$$;
comment on function crm.delivery_reason(jsonb) is
  'Why a mail did not arrive, as a report tells it; null when it does not.';

-- Rule: an address that bounced for good, complained, or is on Resend's own list gets no more mail. A full mailbox
--       is no reason.
create function crm.suppression_reason(p_delivery text, p_data jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when p_delivery = 'complained' then 'somebody there reported our mail as spam.'
    when p_delivery = 'suppressed' then 'Resend refuses to send to it, after an earlier bounce or complaint.'
    when p_delivery = 'bounced'
      and coalesce(lower(crm.jsonb_text(p_data #> '{bounce,type}')), 'permanent') = 'permanent'
      then 'our mail came back for good.'
  end;
end;
$$;
comment on function crm.suppression_reason(text, jsonb) is
  'Why an address gets no more mail after a report; null when it still does.';

-- Rule: by Resend's id; by the tag that every mail carries when that id was never heard of (the answer was lost, or
--       the report is faster than the sender).
create function crm.find_reported_email(p_data jsonb)
returns public.emails
language plpgsql
set search_path = ''
as $$
declare
  v_email public.emails;
  v_resend_id text := crm.jsonb_text(p_data -> 'email_id');
  v_tag text := crm.jsonb_text(p_data #> '{tags,email_id}');
begin
  select e.* into v_email from public.emails as e where e.resend_id = v_resend_id limit 1 for update;
  if not found and v_resend_id is not null and v_tag ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select e.* into v_email from public.emails as e where e.id = v_tag::uuid and e.resend_id is null for update;
  end if;
  return v_email;
end;
$$;
comment on function crm.find_reported_email(jsonb) is
  'The mail that a report is about, locked until the end of the transaction; nothing when it is none of ours.';

-- Rule: Resend reports only on what it has taken, so such a mail is sent, whatever we knew. States only move forward.
create function crm.apply_email_report(p_email public.emails, p_delivery text, p_at timestamptz, p_data jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_suppression_reason text := crm.suppression_reason(p_delivery, p_data);
begin
  perform crm.mark_email_sent(p_email.id, crm.jsonb_text(p_data -> 'email_id'));

  update public.emails as e
  set delivery = p_delivery, delivery_at = p_at, delivery_reason = crm.delivery_reason(p_data)
  where e.id = p_email.id and crm.delivery_order(p_delivery) > coalesce(crm.delivery_order(e.delivery), 0);

  if v_suppression_reason is not null then
    update public.people as p
    set suppressed_at = p_at,
      suppressed_reason = format(
        'since %s, %s', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD'), v_suppression_reason
      )
    where p.email = p_email.to_address and p.suppressed_at is null;
  end if;
end;
$$;
comment on function crm.apply_email_report(public.emails, text, timestamptz, jsonb) is
  'Moves a mail forward to what was reported, and suppresses its address when the report asks for that.';

-- Rule: a report counts once; what it is not about stays as it is.
-- Race: of two copies of one report the key lets one in; the other waits for it and is the duplicate.
create function public.handle_resend_event(delivery_id text, event jsonb)
returns jsonb
language plpgsql
security definer -- a report may move a mail forward and suppress an address, nothing else
set search_path = ''
as $$
declare
  v_delivery text := crm.delivery_status(crm.jsonb_text(event -> 'type'));
  v_data jsonb := event -> 'data';
  v_email public.emails;
begin
  v_email := crm.find_reported_email(v_data);
  insert into public.email_deliveries as v (id, email_id, payload)
  values (left(delivery_id, 200), v_email.id, coalesce(event, 'null'::jsonb))
  on conflict on constraint email_deliveries_pkey do nothing;
  if not found then
    return jsonb_build_object('outcome', 'duplicate', 'reason', 'This report was delivered before.');
  elsif crm.delivery_order(v_delivery) is null then
    return jsonb_build_object('outcome', 'ignored', 'reason', 'It says nothing about what became of a mail.');
  elsif v_email.id is null then
    return jsonb_build_object('outcome', 'ignored', 'reason', 'It is about a mail that was not sent from here.');
  end if;

  perform crm.apply_email_report(
    v_email, v_delivery, coalesce(crm.jsonb_timestamp(event -> 'created_at'), now()), v_data
  );
  return jsonb_build_object('outcome', 'applied', 'email_id', v_email.id, 'delivery', v_delivery);
end;
$$;
comment on function public.handle_resend_event(text, jsonb) is
  'Takes a report of Resend, under the id it was delivered with, and says what it did about it.';

create function public.allow_mail(email text)
returns boolean
language plpgsql
security definer -- an operator may lift a suppression, not edit people
set search_path = ''
as $$
begin
  update public.people as p
  set suppressed_at = null, suppressed_reason = null
  where p.email = lower(allow_mail.email) and p.suppressed_at is not null;
  return found;
end;
$$;
comment on function public.allow_mail(text) is
  'Lifts the suppression of an address; returns whether it had been suppressed.';
