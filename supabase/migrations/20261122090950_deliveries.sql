-- Migration: deliveries
-- Purpose:   what became of a mail after Resend took it, and which addresses get no more mail
-- Needs:     emails, outbox, people
-- Creates:   public.email_events, crm.delivery_of(), crm.delivery_rank(), crm.delivery_reason(), crm.block_reason(),
--            crm.email_of(), crm.note_delivery(), public.record_delivery(), public.allow_mail()
-- Tests:     supabase/tests/deliveries/

create table public.email_events (
  id text not null,
  email_id uuid,
  payload jsonb not null,
  received_at timestamptz not null default now(),
  constraint email_events_pkey primary key (id),
  constraint email_events_email_id_fkey foreign key (email_id) references public.emails (id)
);
comment on table public.email_events is 'One row per report of Resend about a mail, kept once however often it was delivered.';
comment on column public.email_events.id is 'The svix-id of the report: Resend delivers a report again under the same id.';
comment on column public.email_events.email_id is 'The mail it is about; null when it is none of ours.';
create index email_events_email_id_idx on public.email_events (email_id);
alter table public.email_events enable row level security;

create function crm.delivery_of(p_type text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case p_type when 'email.delivery_delayed' then 'delayed' else substring(p_type from '^email\.(\w+)$') end;
$$;
comment on function crm.delivery_of(text) is 'Our word for a type of report, like "delivered" for "email.delivered".';

-- Rule: reports come in any order, so the furthest counts: a mail can be returned after it was delivered, and
--       complained about after that. Null: it says nothing about what became of a mail.
create function crm.delivery_rank(p_delivery text)
returns integer
language sql
immutable
security invoker
set search_path = ''
as $$
  select array_position(
    array['sent', 'delayed', 'delivered', 'opened', 'clicked', 'failed', 'suppressed', 'bounced', 'complained'], p_delivery
  );
$$;
comment on function crm.delivery_rank(text) is 'How far a report is along the way of a mail; null when it is not on that way.';

create function crm.delivery_reason(p_data jsonb)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select left(coalesce(
    nullif(concat_ws(
      ': ',
      nullif(concat_ws(' ', crm.text_of(p_data #> '{bounce,type}'), crm.text_of(p_data #> '{bounce,subType}')), ''),
      crm.text_of(p_data #> '{bounce,message}')
    ), ''),
    crm.text_of(p_data #> '{failed,reason}'),
    crm.text_of(p_data #> '{suppressed,message}')
  ), 1000);
$$;
comment on function crm.delivery_reason(jsonb) is 'Why a mail did not arrive, as a report tells it; null when it does not.';

-- Rule: an address that bounced for good, complained, or is on Resend's own list gets no more mail. A full mailbox
--       is no reason.
create function crm.block_reason(p_delivery text, p_data jsonb)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when p_delivery = 'complained' then 'somebody there reported our mail as spam.'
    when p_delivery = 'suppressed' then 'Resend refuses to send to it, after an earlier bounce or complaint.'
    when p_delivery = 'bounced' and coalesce(lower(crm.text_of(p_data #> '{bounce,type}')), 'permanent') = 'permanent'
      then 'our mail came back for good.'
  end;
$$;
comment on function crm.block_reason(text, jsonb) is 'Why an address gets no more mail after a report; null when it still does.';

-- Rule: by Resend's id; by the tag that every mail carries when that id was never heard of (the answer was lost, or
--       the report is faster than the sender).
create function crm.email_of(p_data jsonb)
returns public.emails
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_email public.emails;
  v_resend_id text := crm.text_of(p_data -> 'email_id');
  v_tag text := crm.text_of(p_data #> '{tags,email_id}');
begin
  select e.* into v_email from public.emails as e where e.resend_id = v_resend_id limit 1 for update;
  if not found and v_resend_id is not null and v_tag ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select e.* into v_email from public.emails as e where e.id = v_tag::uuid and e.resend_id is null for update;
  end if;
  return v_email;
end;
$$;
comment on function crm.email_of(jsonb) is 'The mail that a report is about, held until the end of the transaction; nothing when it is none of ours.';

-- Rule: Resend reports only on what it has taken, so such a mail is sent, whatever we knew. States only move forward.
create function crm.note_delivery(p_email public.emails, p_delivery text, p_at timestamptz, p_data jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_block_reason text := crm.block_reason(p_delivery, p_data);
begin
  perform public.record_email_sent(p_email.id, crm.text_of(p_data -> 'email_id'));

  update public.emails as e
  set delivery = p_delivery, delivery_at = p_at, delivery_reason = crm.delivery_reason(p_data)
  where e.id = p_email.id and crm.delivery_rank(p_delivery) > coalesce(crm.delivery_rank(e.delivery), 0);

  if v_block_reason is not null then
    update public.people as p
    set mail_blocked_at = p_at,
      mail_blocked_reason = format('since %s, %s', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD'), v_block_reason)
    where p.email = p_email.to_address and p.mail_blocked_at is null;
  end if;
end;
$$;
comment on function crm.note_delivery(public.emails, text, timestamptz, jsonb) is
  'Moves a mail forward to what was reported, and blocks its address when the report asks for that.';

-- Rule: a report counts once; what it is not about stays as it is.
-- Race: of two deliveries of one report the key lets one in; the other waits for it and is the duplicate.
create function public.record_delivery(delivery_id text, event jsonb)
returns jsonb
language plpgsql
volatile
security definer -- a report may move a mail forward and block an address, nothing else
set search_path = ''
as $$
declare
  v_delivery text := crm.delivery_of(crm.text_of(event -> 'type'));
  v_data jsonb := event -> 'data';
  v_email public.emails;
begin
  v_email := crm.email_of(v_data);
  insert into public.email_events as v (id, email_id, payload)
  values (left(delivery_id, 200), v_email.id, event)
  on conflict on constraint email_events_pkey do nothing;
  if not found then
    return jsonb_build_object('outcome', 'duplicate', 'reason', 'This report was delivered before.');
  elsif crm.delivery_rank(v_delivery) is null then
    return jsonb_build_object('outcome', 'ignored', 'reason', 'It says nothing about what became of a mail.');
  elsif v_email.id is null then
    return jsonb_build_object('outcome', 'ignored', 'reason', 'It is about a mail that was not sent from here.');
  end if;

  perform crm.note_delivery(v_email, v_delivery, coalesce(crm.time_of(event -> 'created_at'), now()), v_data);
  return jsonb_build_object('outcome', 'applied', 'email_id', v_email.id, 'delivery', v_delivery);
end;
$$;
comment on function public.record_delivery(text, jsonb) is
  'Takes a report of Resend, under the id it was delivered with, and says what it did about it.';

create function public.allow_mail(email text)
returns boolean
language plpgsql
volatile
security definer -- an operator may lift a block, not edit people
set search_path = ''
as $$
begin
  update public.people as p
  set mail_blocked_at = null, mail_blocked_reason = null
  where p.email = lower(allow_mail.email) and p.mail_blocked_at is not null;
  return found;
end;
$$;
comment on function public.allow_mail(text) is 'Lets an address have mail again; returns whether it had been blocked.';
