-- Migration: access
-- Purpose:   who may do what: every grant of the project on one page
-- Needs:     everything before
-- Tests:     supabase/tests/access/
--
-- Row level security is on everywhere and no policy opens it: anon and authenticated see nothing. The owner of the
-- database (Studio, psql) sees and edits everything. service_role, which the Edge Functions use, gets what is below.

grant usage on schema public to service_role;

-- Read the CRM and the log.
grant select on
  public.calcom_events, public.companies, public.people, public.bookings, public.deals, public.emails, public.email_events,
  public.event_effects, public.deal_timeline, public.booking_timeline
to service_role;

-- Keep a delivery before anything is decided.
grant insert (payload, raw_body) on public.calcom_events to service_role;

-- Edit what a team may add to.
grant select, insert, update, delete on public.personal_email_domains, public.senders to service_role;

-- Knock at the doors. Everything else is decided behind them.
revoke execute on all functions in schema crm from public, anon, authenticated, service_role;
grant execute on function
  public.handle_calcom_event(jsonb),
  public.handle_pending_events(interval, integer),
  public.retry_event(uuid),
  public.retry_failed_events(),
  public.rebuild_company(text),
  public.rebuild_person(text),
  public.rebuild_everything(),
  public.claim_emails(integer),
  public.freeze_email(uuid, jsonb),
  public.record_email_sent(uuid, text),
  public.record_email_failure(uuid, text, text, text, integer),
  public.retry_email(uuid),
  public.record_delivery(text, jsonb),
  public.allow_mail(text)
to service_role;
