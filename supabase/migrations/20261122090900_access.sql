-- Access: who may do what. Every grant of the project is on this page.
--
-- Row level security is on everywhere and no policy opens it: anon and authenticated see nothing. The owner of the
-- database (Studio, SQL editor, psql) sees and edits everything. service_role, which the Edge Functions use, gets what
-- is below.

grant usage on schema public to service_role;

-- Read the CRM and the log.
grant select on
  public.calcom_events, public.companies, public.people, public.bookings, public.deals, public.event_effects,
  public.hand_edits, public.emails, public.email_attempts, public.email_deliveries, public.reconciliations,
  public.pipeline, public.deal_timeline, public.booking_timeline
to service_role;

-- Keep an event before anything is decided.
grant insert (payload, raw_body, source) on public.calcom_events to service_role;

-- Do what a person may do by hand, in an app of the team: each change is recorded (see hand_edits). A column that a
-- team adds is granted by the team.
grant
  insert (id, name, domain), update (name, domain), delete
on public.companies to service_role;
grant
  insert (id, email, name, company_id), update (email, name, company_id), delete
on public.people to service_role;
grant
  insert (id, company_id, status, stage), update (company_id, status, stage), delete
on public.deals to service_role;
grant
  insert (
    id, calcom_uid, person_id, deal_id, title, start_time, end_time, status, attended, organizer_email
  ),
  update (calcom_uid, person_id, deal_id, title, start_time, end_time, status, attended, organizer_email),
  delete
on public.bookings to service_role;

-- Edit what a team may add to, and choose.
grant select, insert, update, delete on public.personal_email_domains, public.senders to service_role;
grant select, update (value) on public.settings to service_role;

-- Everything else goes through functions, which decide what may change.
revoke execute on all functions in schema crm from public, anon, authenticated, service_role;
revoke execute on procedure public.handle_pending_events(interval) from public, anon, authenticated, service_role;
grant execute on function
  crm.is_hand_work(), -- a trigger asks for it in the name of whoever writes
  public.handle_calcom_event(jsonb),
  public.handle_pending_event(interval),
  public.retry_event(uuid),
  public.retry_failed_events(),
  public.rebuild_company(text),
  public.rebuild_person(text),
  public.rebuild_everything(),
  public.claim_email(),
  public.start_email_attempt(uuid, integer, jsonb),
  public.finish_email_attempt(uuid, integer, text, text, text, text, integer),
  public.retry_email(uuid),
  public.handle_resend_event(text, jsonb),
  public.allow_mail(text),
  public.export_person(text),
  public.erase_person(text),
  public.apply_retention(integer),
  public.health(),
  public.reconcile_calcom_bookings(jsonb, boolean, text[], boolean),
  public.next_reconciliation_page(timestamptz, uuid, timestamptz, boolean),
  public.save_reconciliation_page(uuid, uuid, jsonb, jsonb, boolean, boolean, text),
  public.skip_reconciliation(text)
to service_role;
