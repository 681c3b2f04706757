-- Access: who may do what. Every grant of the project is on this page.
--
-- Row level security is on everywhere. anon sees nothing. Of authenticated, who has signed in, the policies of the
-- chapter on members let through only members of the board, each by the role. The owner of the database (Studio, SQL
-- editor, psql) sees and edits everything. service_role, which the Edge Functions use, gets what is below.

grant usage on schema public to service_role, authenticated;

-- Read the CRM and the log.
grant select on
  public.calcom_events, public.companies, public.people, public.bookings, public.deals, public.event_effects,
  public.hand_edits, public.emails, public.email_attempts, public.email_deliveries, public.reconciliations,
  public.pipeline, public.deal_timeline, public.booking_timeline
to service_role;

-- The board: members read the CRM, operators the log too (see the policies).
grant select on
  public.board_deals, public.board_meetings, public.board_companies, public.board_numbers, public.board_timeline
to service_role, authenticated;
grant select on
  public.companies, public.people, public.bookings, public.deals, public.event_effects, public.hand_edits,
  public.members, public.senders, public.calcom_events, public.emails, public.email_attempts, public.email_deliveries,
  public.reconciliations, public.settings, public.personal_email_domains
to authenticated;
grant select, insert, update, delete on public.members to service_role;

-- Keep an event before anything is decided.
grant insert (payload, raw_body, source) on public.calcom_events to service_role;

-- Do what a person may do by hand, on the board or in an app of the team: each change is recorded (see hand_edits). A
-- column that a team adds is granted by the team.
grant
  insert (id, name, domain), update (name, domain), delete
on public.companies to service_role, authenticated;
grant
  insert (id, email, name, company_id), update (email, name, company_id), delete
on public.people to service_role, authenticated;
grant
  insert (id, company_id, status, stage), update (company_id, status, stage), delete
on public.deals to service_role, authenticated;
grant
  insert (
    id, calcom_uid, person_id, deal_id, title, start_time, end_time, status, attended, is_no_show, organizer_email
  ),
  update (
    calcom_uid, person_id, deal_id, title, start_time, end_time, status, attended, is_no_show, organizer_email
  ),
  delete
on public.bookings to service_role, authenticated;

-- Edit what a team may add to, and choose.
grant select, insert, update, delete on public.personal_email_domains, public.senders to service_role;
grant select, update (value) on public.settings to service_role;

-- Everything else goes through functions, which decide what may change.
revoke execute on all functions in schema crm from public, anon, authenticated, service_role;
revoke execute on procedure public.handle_pending_events(interval) from public, anon, authenticated, service_role;
grant execute on function
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
  public.reconcile_calcom_bookings(jsonb, boolean, text[], boolean, boolean),
  public.reconcile_held_bookings(uuid, integer),
  public.next_reconciliation_page(timestamptz, uuid, timestamptz, boolean),
  public.save_reconciliation_page(uuid, uuid, jsonb, jsonb, boolean, boolean, text),
  public.skip_reconciliation(text)
to service_role;

-- What triggers ask in the name of whoever writes, and the views and policies of the board of whoever reads. Nobody
-- else gets there: the schema is closed.
grant execute on function
  crm.is_hand_work(),
  crm.member_role(),
  crm.current_member(),
  crm.read_event_header(uuid),
  crm.list_mail_headers(uuid),
  crm.booking_link(text, uuid),
  crm.find_brand(text),
  crm.find_host(uuid),
  crm.list_hosts(),
  crm.tell_deal(uuid, text)
to service_role, authenticated;
grant select on crm.cards, crm.meetings, crm.opened_deals to service_role, authenticated;
grant execute on function public.undo_hand_edit(uuid) to service_role, authenticated;

-- The pipeline of the board, with the rights of who looks at it.
grant execute on function
  crm.read_board_filters(jsonb),
  crm.search_board(text[]),
  crm.find_cards(timestamptz, timestamptz, boolean, uuid, text[], boolean, uuid[], text[], timestamptz, uuid, integer),
  crm.show_columns(jsonb, uuid[], text[], timestamptz, uuid, integer),
  public.board_pipeline(jsonb, integer),
  public.board_column(text, jsonb, timestamptz, uuid, integer),
  public.board_hosts()
to authenticated;

-- Operations for operators of the board. Each asks for the role.
grant execute on function
  crm.operate(text, text),
  crm.change_member(uuid, text),
  crm.digest_changes(),
  crm.count_log(),
  crm.list_events(text, text, timestamptz, uuid, integer),
  public.board_me(),
  public.board_last_change(),
  public.board_health(),
  public.board_log_counts(),
  public.board_events(text, text, timestamptz, uuid, integer),
  public.board_retry_event(uuid),
  public.board_retry_failed_events(),
  public.board_retry_email(uuid),
  public.board_rebuild_company(text),
  public.board_rebuild_person(text),
  public.board_rebuild_everything(),
  public.board_allow_mail(text),
  public.board_export_person(text),
  public.board_erase_person(text),
  public.board_change_role(uuid, text),
  public.board_remove_member(uuid)
to authenticated;
