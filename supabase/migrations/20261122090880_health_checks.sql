-- The checks of health() that look at events, mails and reconciliation.
--
-- A check is a function crm.check_<name>() that returns a finding. It only looks, and says what is wrong, since when,
-- and what to do.

create type crm.finding as (
  ok boolean,
  since timestamptz,
  detail text,
  what_to_do text
);
comment on type crm.finding is 'What came of a check.';
comment on column crm.finding.since is 'Since when it is wrong, as the data tells it; null when they do not.';
comment on column crm.finding.what_to_do is
  'In words, with commands between backticks; null when there is nothing to do.';

-- Time: each is left when nothing is wrong, and small when something is.
create index calcom_events_failed_idx on public.calcom_events (decided_at) where outcome = 'failed';
create index emails_finalized_at_idx on public.emails (finalized_at) where finalized_at is not null;
-- Time: the newest event comes last in them. They hold one source each, so that nothing else is ever read by them: of
--       two indexes that could do it the planner may take the wrong one.
-- Rule: a ping is no webhook here: doctor, connect and Cal.com's button send one whenever somebody likes.
create index calcom_events_webhook_received_at_idx on public.calcom_events (received_at)
where source = 'webhook' and trigger is distinct from 'PING';
create index calcom_events_ping_received_at_idx on public.calcom_events (received_at)
where source = 'webhook' and trigger = 'PING';
create index calcom_events_reconciliation_received_at_idx on public.calcom_events (received_at)
where source = 'reconciliation';

------------------------------------------------------------------------------------------------------------- in words

create function crm.make_finding(p_ok boolean, p_since timestamptz, p_detail text, p_what_to_do text)
returns crm.finding
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_finding crm.finding;
begin
  v_finding.ok := coalesce(p_ok, false);
  v_finding.since := case when not v_finding.ok then p_since end;
  v_finding.detail := p_detail;
  v_finding.what_to_do := p_what_to_do;
  return v_finding;
end;
$$;
comment on function crm.make_finding(boolean, timestamptz, text, text) is
  'A finding; one that is well has no beginning, and what nobody knows is not well.';

create function crm.describe_age(p_age interval) returns text
language sql immutable set search_path = ''
return case
  when p_age < interval '2 minutes' then 'a minute'
  when p_age < interval '2 hours' then floor(extract(epoch from p_age) / 60) || ' minutes'
  when p_age < interval '48 hours' then floor(extract(epoch from p_age) / 3600) || ' hours'
  else floor(extract(epoch from p_age) / 86400) || ' days'
end;
comment on function crm.describe_age(interval) is 'A time span in words, like "5 hours".';

create function crm.describe_count(p_count bigint, p_noun text) returns text
language sql immutable set search_path = ''
return p_count || ' ' || p_noun || case when p_count <> 1 then 's' else '' end;
comment on function crm.describe_count(bigint, text) is 'So many of something in words, like "1 mail" or "3 mails".';

-- Rule: what a check says goes out by mail, and into logs. So it has no visitor's address in it.
create function crm.without_addresses(p_text text) returns text
language sql immutable set search_path = ''
return left(regexp_replace(p_text, '[^\s@<>"''(),;:=]+@[^\s@<>"''(),;:=]+', '(an address)', 'g'), 300);
comment on function crm.without_addresses(text) is 'The beginning of a text, without the mail addresses in it.';

------------------------------------------------------------------------------------------------------------ the events

-- Rule: an event that waits for its booking finds it within an hour or two, by its webhook or by reconciliation. Of
--       some nobody ever tells: a seat whose booking was lost, and that was given up, is not in Cal.com's API any more.
-- Time: as many as are told.
create function crm.describe_waiting_events() returns text
language sql stable set search_path = ''
return (
  select case
    when count(*) = 1 then ' 1 event has waited for its booking for longer than a day.'
    when count(*) > 0
      then ' ' || count(*) || ' events have waited for their booking for longer than a day.'
  end
  from (
    select from public.calcom_events as e
    where e.outcome = 'waiting' and e.received_at < now() - interval '1 day'
    limit 1000
  ) as w
);
comment on function crm.describe_waiting_events() is
  'How many events wait for a booking of which nobody may ever tell; null when none does.';

-- Rule: an event is decided within seconds, or picked up a minute later. History that was brought in may take its time.
create function crm.check_undecided_events()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_since timestamptz;
  v_waiting text := crm.describe_waiting_events();
begin
  select count(*), min(e.received_at)
  into v_count, v_since
  from public.calcom_events as e
  where e.outcome = 'pending'
    and e.received_at <= now() - case when e.source = 'backfill' then interval '1 hour' else interval '5 minutes' end;
  return crm.make_finding(
    v_count = 0, v_since,
    case
      when v_count = 0 then 'Every event that is older than five minutes is decided.'
      else format(
        '%s, stored and not decided, the oldest for %s.', crm.describe_count(v_count, 'event'),
        crm.describe_age(now() - v_since)
      )
    end || coalesce(v_waiting, ''),
    case
      when v_count > 0 then 'Decide them now: `call handle_pending_events()`. See which they are: '
        '`select * from calcom_events where outcome = ''pending''`. It happens by itself every minute where the check '
        '"schedule" is well.'
      when v_waiting is not null then 'There is nothing to do: what waits counts as soon as its booking becomes known. '
        'See which: `select * from calcom_events where outcome = ''waiting''`.'
    end
  );
end;
$$;
comment on function crm.check_undecided_events() is 'Whether events are left undecided.';

-- Rule: what failed is missing in the tables until somebody tries it again. A body that is no event fails for good, so
--       after a week it is only counted.
create function crm.check_failed_events()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_older bigint;
  v_since timestamptz;
  v_is_too_slow boolean;
begin
  select
    count(*) filter (where e.decided_at > now() - interval '7 days'),
    count(*) filter (where e.decided_at <= now() - interval '7 days'),
    min(e.decided_at) filter (where e.decided_at > now() - interval '7 days'),
    bool_or(strpos(e.reason, '(57014)') > 0) filter (where e.decided_at > now() - interval '7 days')
  into v_count, v_older, v_since, v_is_too_slow
  from public.calcom_events as e
  where e.outcome = 'failed';
  return crm.make_finding(
    v_count = 0, v_since,
    case
      when v_count = 0 then 'No event failed within the last week.'
      else format(
        '%s failed within the last week, the first %s ago.', crm.describe_count(v_count, 'event'),
        crm.describe_age(now() - v_since)
      )
    end || case when v_older > 0 then format(' Before that: %s.', v_older) else '' end,
    case
      when v_is_too_slow then 'An event took longer than statement_timeout allows, five times. Where nothing holds it '
        'up any more, in the SQL editor or psql: `set statement_timeout = 0; select retry_event(id) from '
        'calcom_events where outcome = ''failed''`.'
      when v_count > 0 then 'See why: `select * from calcom_events where outcome = ''failed''`. When its trouble is '
        'mended: `select retry_failed_events()`. What is no event of Cal.com stays as it is.'
    end
  );
end;
$$;
comment on function crm.check_failed_events() is 'Whether events failed.';

------------------------------------------------------------------------------------------------------------- the mails

-- Rule: a mail goes out within seconds, or a minute later. Alarms are not looked at: no alarm is about an alarm.
create function crm.check_waiting_emails()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_since timestamptz;
  v_untried bigint;
  v_reason text;
begin
  select
    count(*), min(coalesce(m.retried_at, m.created_at)), count(*) filter (where m.attempts = 0 and m.reason is null),
    mode() within group (order by m.reason)
  into v_count, v_since, v_untried, v_reason
  from public.emails as m
  where m.status = 'due' and m.kind <> 'alarm'
    and coalesce(m.retried_at, m.created_at) <= now() - interval '15 minutes';
  return crm.make_finding(
    v_count = 0, v_since,
    case
      when v_count = 0 then 'No mail has been waiting for longer than a quarter of an hour.'
      else concat_ws(
        ' ',
        format(
          '%s that should be out, the oldest for %s.', crm.describe_count(v_count, 'mail'),
          crm.describe_age(now() - v_since)
        ),
        case when v_untried > 0 then format('Nobody has tried to send %s of them.', v_untried) end,
        crm.without_addresses(v_reason)
      )
    end,
    case
      when v_untried > 0 then 'See what is missing: `select crm.invoke_send_emails()`. When that says "called", look '
        'into the log of send-emails: RESEND_API_KEY is not set, or SEND_EMAILS_SECRET is not what Vault has.'
      when v_count > 0 then 'See why: `select * from emails where status = ''due''`. They go out by themselves as soon '
        'as that is mended.'
    end
  );
end;
$$;
comment on function crm.check_waiting_emails() is 'Whether mails wait that should be out.';

-- Rule: for a day, as long as trying again may still be of use. That an address bounced is no failure of ours, nor is
--       what one mailbox did not get for its own limit. The limit of all together is: whoever books often enough keeps
--       everybody's mails from going out.
create function crm.check_failed_emails()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_too_many bigint;
  v_since timestamptz;
  v_reason text;
begin
  select
    count(*) filter (where m.status = 'failed'), count(*) filter (where m.status = 'dropped'), min(m.finalized_at),
    mode() within group (order by m.reason) filter (where m.status = 'failed')
  into v_count, v_too_many, v_since, v_reason
  from public.emails as m
  where m.finalized_at > now() - interval '24 hours' and m.kind <> 'alarm'
    and (m.status = 'failed' or m.number is null and strpos(m.reason, 'mails_per_hour') > 0);
  return crm.make_finding(
    v_count + v_too_many = 0, v_since,
    case
      when v_count + v_too_many = 0 then 'No mail failed within the last 24 hours.'
      else concat_ws(
        ' ',
        case when v_count > 0 then crm.describe_count(v_count, 'mail') || ' failed within the last 24 hours.' end,
        crm.without_addresses(v_reason),
        case
          when v_too_many > 0 then format(
            '%s dropped within the last 24 hours: more than the setting mails_per_hour allows.',
            crm.describe_count(v_too_many, 'mail')
          )
        end
      )
    end,
    case
      when v_too_many > 0 then 'See who books so often: `select to_address, created_at from emails where number is '
        'null order by created_at`. When it is no flood, `update settings set value = ''2000'' where name = '
        '''mails_per_hour''`, and send what was dropped: `select retry_email(''<id>'')`.'
      when v_count > 0 then 'See why: `select * from emails where status in (''failed'', ''dropped'')`. Most often the '
        'domain of the sender is not verified at Resend. When that is mended: `select retry_email(''<id>'')`.'
    end
  );
end;
$$;
comment on function crm.check_failed_emails() is 'Whether mails failed.';

-- Rule: alarms have no number, so they are not looked at.
-- Time: by numbers, which may skip, because a limit is no limit to a planner that prefers to sort.
create function crm.recent_email_number() returns bigint
language sql stable set search_path = ''
return (select max(e.number) - 500 from public.emails as e);
comment on function crm.recent_email_number() is 'The number after which the latest mails come, 500 at most.';

create function crm.check_senders()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_default text;
begin
  select count(*), max(s.from_address) filter (where s.is_default)
  into v_count, v_default
  from public.senders as s;
  return crm.make_finding(
    v_default is not null, null,
    case
      when v_default is not null
        then format('%s; %s writes for every other organizer.', crm.describe_count(v_count, 'sender'), v_default)
      else format(
        '%s, none of them the default: mails for organizers of other domains wait, and nobody can be told.',
        crm.describe_count(v_count, 'sender')
      )
    end,
    case
      when v_default is null and v_count > 0
        then 'Choose one: `update senders set is_default = true where organizer_domain = ''example.com''`.'
      when v_default is null then 'Add one: `insert into senders (organizer_domain, from_address, is_default) '
        'values (''example.com'', ''team@example.com'', true)`.'
    end
  );
end;
$$;
comment on function crm.check_senders() is 'Whether somebody writes for every organizer.';

-- Rule: either the own address of a sender gets no mail, or most of what it sends comes back: then Resend or the mail
--       servers of others do not trust its domain. Five mails at least, because any visitor may give a wrong address.
create function crm.check_suppressed_senders()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_addresses text;
  v_since timestamptz;
  v_returned text;
  v_returned_since timestamptz;
begin
  select string_agg(distinct p.email, ', ' order by p.email), min(p.suppressed_at)
  into v_addresses, v_since
  from public.senders as s
  cross join lateral ( -- a look-up for each, whatever the planner believes
    select o.email, o.suppressed_at from public.people as o where o.email = lower(s.from_address) limit 1
  ) as p
  where p.suppressed_at is not null;

  select
    string_agg(format('%s: %s of %s mails came back', r.from_address, r.returned, r.reported), ', '
      order by r.from_address),
    min(r.since)
  into v_returned, v_returned_since
  from (
    select
      m.from_address, count(*) as reported, count(*) filter (where m.is_returned) as returned,
      min(m.delivery_at) filter (where m.is_returned) as since
    from (
      select
        o.from_address, o.delivery, o.delivery_at, o.sent_at,
        o.delivery in ('failed', 'suppressed', 'bounced', 'complained') as is_returned
      from public.emails as o
      where o.number > crm.recent_email_number()
    ) as m
    where m.delivery is not null and m.sent_at > now() - interval '7 days'
    group by m.from_address
  ) as r
  where r.returned >= 5 and r.returned * 2 >= r.reported;

  return crm.make_finding(
    v_addresses is null and v_returned is null, least(v_since, v_returned_since),
    case
      when v_addresses is null and v_returned is null
        then 'No sender is suppressed, and of none most mails of the last week came back.'
      else concat_ws(
        ' ', 'Suppressed: ' || v_addresses || '.', 'Of the last week: ' || v_returned || '.'
      )
    end,
    nullif(concat_ws(
      ' ',
      case
        when v_addresses is not null then 'Take the address off the list of suppressions at Resend, then: '
          '`select allow_mail(''team@example.com'')`.'
      end,
      case
        when v_returned is not null then 'See what Resend says about the domain, and see why they came back: '
          '`select from_address, delivery, delivery_reason from emails where delivery_reason is not null`.'
      end
    ), '')
  );
end;
$$;
comment on function crm.check_suppressed_senders() is 'Whether what a sender writes arrives.';

-- Rule: Resend reports on every mail within minutes. One without a report is nothing; the newest five, or all of three
--       or four, are.
create function crm.check_delivery_reports()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_count bigint;
  v_unreported bigint;
  v_since timestamptz;
begin
  select
    count(*) filter (where m.place <= 5), count(*) filter (where m.place <= 5 and m.delivery is null),
    min(m.sent_at) filter (where m.place < coalesce(m.newest_reported, m.place + 1))
  into v_count, v_unreported, v_since
  from (
    select n.*, min(n.place) filter (where n.delivery is not null) over () as newest_reported
    from (
      select s.sent_at, s.delivery, row_number() over (order by s.sent_at desc) as place
      from (
        select o.sent_at, o.delivery
        from public.emails as o
        where o.number > crm.recent_email_number()
      ) as s
      where s.sent_at between now() - interval '30 days' and now() - interval '1 hour'
    ) as n
  ) as m;
  return crm.make_finding(
    v_count < 3 or v_unreported < v_count, v_since,
    case
      when v_count < 3 then 'Fewer than three mails of the last month: too few to tell.'
      when v_unreported < v_count then 'Resend reports what becomes of the mails.'
      else format(
        'The last %s are out for an hour and longer, and Resend has reported nothing about them.',
        crm.describe_count(v_count, 'mail')
      )
    end,
    case
      when v_count >= 3 and v_unreported = v_count then 'Look at Resend, Webhooks: is there one for '
        '`https://<project-ref>.supabase.co/functions/v1/resend-webhook`, and is it enabled? Where it shows 401, '
        'RESEND_WEBHOOK_SECRET is another one than its signing secret.'
    end
  );
end;
$$;
comment on function crm.check_delivery_reports() is 'Whether Resend reports what becomes of the mails.';

------------------------------------------------------------------------------------------------------- reconciliation

-- What the newest runs of the reconciliation say, all of it null where there are none.
create type crm.reconciliation_state as (
  first_started_at timestamptz,
  last_good_at timestamptz,
  last_error text,
  is_under_way boolean,
  newest_update timestamptz,
  was_ever_good boolean,
  made_lately bigint,
  progress bigint,
  last_note text
);
comment on column crm.reconciliation_state.newest_update is
  'The newest change of a booking that Cal.com''s API has shown within the last three hours.';
comment on column crm.reconciliation_state.made_lately is 'Events that it has made up within a day.';
comment on column crm.reconciliation_state.progress is 'Bookings that the pass under way has compared.';
comment on column crm.reconciliation_state.last_note is 'What the last finished pass has left out.';

create function crm.read_reconciliations()
returns crm.reconciliation_state
language plpgsql
stable
set search_path = ''
as $$
declare
  v_state crm.reconciliation_state;
begin
  select
    min(r.started_at),
    max(r.finished_at) filter (where r.is_good),
    (array_agg(r.error order by r.started_at desc) filter (where r.error is not null))[1],
    coalesce(
      bool_or(r.finished_at is null and r.error is null and r.started_at > now() - interval '3 hours'), false
    ),
    max(r.api_newest_update) filter (where r.is_good and r.finished_at > now() - interval '3 hours'),
    coalesce(bool_or(r.is_good and r.finished_at is not null), false),
    coalesce(sum(r.events_made) filter (where r.started_at > now() - interval '1 day'), 0),
    sum(r.bookings) filter (where r.finished_at is null and r.error is null),
    (array_agg(r.error order by r.number desc) filter (where r.finished_at is not null))[1]
  into v_state
  from (
    select o.*, o.error is null or o.pages > 0 as is_good -- what was left out is noted as an error, too
    from public.reconciliations as o
    order by o.number desc
    limit 500
  ) as r
  where not r.is_dry_run;
  return v_state;
end;
$$;
comment on function crm.read_reconciliations() is 'What the newest runs of the reconciliation say about themselves.';

-- Rule: it runs hourly; one run that broke off is made good by the next. That nobody wants it (no key of Cal.com) is a
--       choice, until it has worked once. Where the schedule knows its secret, somebody has set it up, and then it has
--       as long as later runs, also where webhooks arrived for months before.
create function crm.check_reconciliation()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_state crm.reconciliation_state := crm.read_reconciliations();
  v_limit timestamptz := now() - interval '3 hours';
  v_since timestamptz := coalesce(v_state.last_good_at, v_state.first_started_at);
  v_wanted_since timestamptz;
begin
  if v_state.first_started_at is null then
    v_wanted_since := (
      select greatest(e.received_at, crm.vault_secret_made_at('reconcile_secret'))
      from public.calcom_events as e
      where e.source = 'webhook' and e.trigger is distinct from 'PING'
      order by e.received_at
      limit 1
    );
    if v_wanted_since < v_limit and 'reconcile_secret' = any (crm.list_vault_names()) then
      return crm.make_finding(
        false, v_wanted_since,
        'No reconciliation has ever run: the Edge Function reconcile is not deployed, or refuses the schedule.',
        'Look at its log in Supabase''s dashboard, and set it up again: `deno task connect`.'
      );
    end if;
    return crm.make_finding(true, null, 'No reconciliation has run yet.', null);
  elsif not v_state.was_ever_good and v_state.last_error like '%CALCOM_API_KEY is not set%' then
    return crm.make_finding(
      true, null, 'Nobody looks for webhooks that were lost: CALCOM_API_KEY is not set.',
      'Set CALCOM_API_KEY for the functions, a key of Cal.com: `deno task connect`.'
    );
  elsif v_since >= v_limit or v_state.is_under_way then
    return crm.make_finding(
      true, null,
      concat_ws(
        ' ',
        case
          when v_state.last_good_at is null then 'The first reconciliation is under way.'
          else format(
            'The last reconciliation was finished %s ago.', crm.describe_age(now() - v_state.last_good_at)
          )
        end,
        case
          when v_state.made_lately > 0
            then format('Made up within a day: %s.', crm.describe_count(v_state.made_lately, 'event'))
        end,
        case
          when v_state.is_under_way
            then format('The pass under way has compared %s.', crm.describe_count(v_state.progress, 'booking'))
        end,
        crm.without_addresses(v_state.last_note)
      ),
      null
    );
  end if;
  return crm.make_finding(
    false, v_since,
    concat_ws(
      ' ',
      case
        when v_state.last_good_at is null
          then format('No reconciliation was ever finished; the first began %s ago.', crm.describe_age(now() - v_since))
        else format('No reconciliation was finished for %s.', crm.describe_age(now() - v_since))
      end,
      crm.without_addresses(v_state.last_error)
    ),
    'Try it now: `deno task reconcile`. See what went wrong: `select * from reconciliations order by started_at desc '
    'limit 20`.'
  );
end;
$$;
comment on function crm.check_reconciliation() is 'Whether somebody looks for webhooks that were lost.';

--------------------------------------------------------------------------------------------------------------- silence

-- Rule: a booking that reconciliation had to bring in is a lost webhook when it was made since webhooks arrive here and
--       no webhook has brought it in since. Only what always has a webhook counts: a seat that was taken away, the rest
--       of a series or an absent host has none.
create function crm.find_lost_webhooks(p_first_webhook_at timestamptz, out count bigint, out since timestamptz)
language plpgsql
stable
set search_path = ''
as $$
begin
  select count(*), min((e.position).happened_at)
  into find_lost_webhooks.count, find_lost_webhooks.since
  from (
    select o.*
    from public.calcom_events as o
    where o.source = 'reconciliation' and o.received_at > now() - interval '24 hours'
    order by o.received_at desc
    limit 1000
  ) as e
  where e.outcome = 'applied' and e.trigger in ('BOOKING_CREATED', 'BOOKING_RESCHEDULED')
    and (e.position).happened_at > p_first_webhook_at
    and not exists (
      select from public.calcom_events as w
      where w.uid = e.uid and w.trigger = e.trigger and w.new_uid is not distinct from e.new_uid
        and w.source = 'webhook'
    );
end;
$$;
comment on function crm.find_lost_webhooks(timestamptz) is
  'How many bookings of the last day no webhook has told of, and since when.';

-- Rule: the silence before the same hour of the same weekday in the last eight weeks in which webhooks arrived.
-- Time: nine look-ups by index, however many events there are.
create function crm.longest_usual_silence(p_first_webhook_at timestamptz, p_last_webhook_at timestamptz)
returns interval
language plpgsql
stable
set search_path = ''
as $$
declare
  v_silence_in_weeks integer := floor(extract(epoch from now() - p_last_webhook_at) / 604800);
begin
  return (
    select max(m.moment - w.received_at)
    from generate_series(v_silence_in_weeks + 1, v_silence_in_weeks + 8) as k (weeks)
    cross join lateral (select now() - k.weeks * interval '7 days' as moment) as m
    cross join lateral (
      select e.received_at
      from public.calcom_events as e
      where e.source = 'webhook' and e.trigger is distinct from 'PING' and e.received_at <= m.moment
      order by e.received_at desc
      limit 1
    ) as w
    where m.moment > p_first_webhook_at
  );
end;
$$;
comment on function crm.longest_usual_silence(timestamptz, timestamptz) is
  'For how long there was no webhook at most before this hour of the week, in the weeks before.';

-- Rule: wrong when webhooks were lost, or when none has arrived for much longer than usual for this hour of the week:
--       half as long again and three hours. Whether that is a holiday, Cal.com's API knows; where nobody asked it
--       lately, it takes twice as long. Four weeks with twenty webhooks are the least by which "usual" can be told.
create function crm.check_silence()
returns crm.finding
language plpgsql
stable
set search_path = ''
as $$
declare
  v_first_ping_at timestamptz;
  v_first_at timestamptz;
  v_last_at timestamptz;
  v_lost record;
  v_is_tiny boolean;
  v_usual interval;
  v_silence interval;
  v_limit interval;
  v_newest_update timestamptz;
  v_to_do constant text := 'Look at the webhook in Cal.com (Settings → Developer → Webhooks): is it on, are address '
    'and secret right? "Ping test" must answer 200; `deno task doctor` checks the rest. Bring in what was lost: '
    '`deno task reconcile`.';
begin
  select
    (
      select w.received_at from public.calcom_events as w
      where w.source = 'webhook' and w.trigger is distinct from 'PING' order by w.received_at limit 1
    ),
    (
      select w.received_at from public.calcom_events as w
      where w.source = 'webhook' and w.trigger is distinct from 'PING' order by w.received_at desc limit 1
    ),
    (
      select w.received_at from public.calcom_events as w
      where w.source = 'webhook' and w.trigger = 'PING' order by w.received_at limit 1
    )
  into v_first_at, v_last_at, v_first_ping_at;

  -- A ping ends no silence, but webhooks could arrive since then.
  v_lost := crm.find_lost_webhooks(least(v_first_at, v_first_ping_at));
  if v_lost.count > 0 then
    return crm.make_finding(
      false, v_lost.since,
      format(
        'Within the last day reconciliation found %s that no webhook had told of.',
        crm.describe_count(v_lost.count, 'booking')
      ),
      v_to_do
    );
  elsif v_last_at is null then
    return crm.make_finding(true, null, 'No webhook has arrived yet, so nobody can tell.', null);
  end if;

  v_silence := now() - v_last_at;
  select count(*) < 20
  into v_is_tiny
  from (
    select
    from public.calcom_events as e
    where e.source = 'webhook' and e.trigger is distinct from 'PING' and e.received_at > v_last_at - interval '28 days'
    limit 20
  ) as w;
  if v_first_at > v_last_at - interval '28 days' then
    return crm.make_finding(
      true, null,
      format(
        'The last webhook arrived %s ago. Whether that is long can be told after four weeks of webhooks.',
        crm.describe_age(v_silence)
      ),
      null
    );
  elsif v_is_tiny then
    return crm.make_finding(
      true, null,
      format(
        'The last webhook arrived %s ago. Fewer than 20 in four weeks are too few to tell whether that is long.',
        crm.describe_age(v_silence)
      ),
      null
    );
  end if;

  v_usual := crm.longest_usual_silence(v_first_at, v_last_at);
  v_limit := v_usual * 1.5 + interval '3 hours';
  v_newest_update := (crm.read_reconciliations()).newest_update;
  if v_silence <= v_limit then
    return crm.make_finding(
      true, null,
      format(
        'The last webhook arrived %s ago; up to %s are usual at this hour of the week.', crm.describe_age(v_silence),
        crm.describe_age(v_usual)
      ),
      null
    );
  elsif v_newest_update <= v_last_at + interval '15 minutes' then
    return crm.make_finding(
      true, null,
      format('No webhook for %s, but nothing has changed at Cal.com since then either.', crm.describe_age(v_silence)),
      null
    );
  end if;
  return crm.make_finding(
    v_newest_update is null and v_silence <= v_limit * 2, v_last_at,
    format(
      'No webhook for %s; up to %s are usual at this hour of the week.%s', crm.describe_age(v_silence),
      crm.describe_age(v_usual), case when v_newest_update is not null then ' Cal.com has newer bookings.' else '' end
    ),
    v_to_do
  );
end;
$$;
comment on function crm.check_silence() is 'Whether webhooks arrive as usual, and all of them.';
