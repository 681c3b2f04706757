-- Rule: the functions that somebody may call, and those that follow an edit by hand, change tables as their owner;
--       no step does, and nobody calls it.
begin;
select plan(3);

create temporary table our_functions as
select p.oid, p.oid::regprocedure::text as signature, p.prosecdef, p.proacl, p.proowner
from pg_catalog.pg_proc as p
where p.pronamespace in ('crm'::regnamespace, 'public'::regnamespace)
  and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e');

select is(
  array(select f.signature from our_functions as f where f.prosecdef order by 1),
  array[
    'allow_mail(text)', 'apply_retention(integer)', 'claim_email()', 'crm.booking_link(text,uuid)',
    'crm.change_member(uuid,text)', 'crm.count_log()', 'crm.current_member()', 'crm.detach_emails()',
    'crm.digest_changes()', 'crm.keep_suppression()',
    'crm.list_events(text,text,timestamp with time zone,uuid,integer)',
    'crm.list_mail_headers(uuid)', 'crm.member_role()',
    'crm.operate(text,text)', 'crm.prepare_hand_edit()', 'crm.queue_hand_edit()', 'crm.read_event_header(uuid)',
    'crm.record_hand_edit()', 'crm.save_previous_uids()', 'crm.tell_deal(uuid,text)',
    'erase_person(text)', 'export_person(text)',
    'finish_email_attempt(uuid,integer,text,text,text,text,integer)', 'handle_calcom_event(jsonb)',
    'handle_pending_event(interval)', 'handle_resend_event(text,jsonb)', 'health()',
    'next_reconciliation_page(timestamp with time zone,uuid,timestamp with time zone,boolean)', 'rebuild_company(text)',
    'rebuild_everything()', 'rebuild_person(text)', 'reconcile_calcom_bookings(jsonb,boolean,text[],boolean,boolean)',
    'reconcile_held_bookings(uuid,integer)',
    'retry_email(uuid)', 'retry_event(uuid)', 'retry_failed_events()',
    'save_reconciliation_page(uuid,uuid,jsonb,jsonb,boolean,boolean,text)', 'skip_reconciliation(text)',
    'start_email_attempt(uuid,integer,jsonb)'
  ],
  'these run with the rights of the owner'
);
select is_empty(
  $$ select f.signature, a.grantee::regrole
     from our_functions as f
     cross join lateral aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as a
     where a.grantee <> all (array[f.proowner, 'service_role'::regrole::oid, 'authenticated'::regrole::oid]) $$,
  'nobody but the owner, service_role and who has signed in may call any'
);
select is(
  array(
    select f.signature
    from our_functions as f
    cross join lateral aclexplode(f.proacl) as a
    where a.grantee = 'service_role'::regrole
      and not exists (
        select from aclexplode(f.proacl) as b where b.grantee = 'authenticated'::regrole
      )
    order by 1
  ),
  array(
    select f.signature
    from our_functions as f
    where f.prosecdef and f.oid not in (select t.tgfoid from pg_catalog.pg_trigger as t)
      and not exists (select from aclexplode(f.proacl) as b where b.grantee = 'authenticated'::regrole)
    order by 1
  ),
  'service_role may call exactly those with the rights of the owner, triggers and the board aside'
);

select * from finish();
rollback;
