-- Rule: it reads the CRM and the log, keeps events, does what a person may do by hand, and calls these functions.
begin;
select plan(5);

create temporary table relations as
select c.oid, c.oid::regclass::text as name
from pg_catalog.pg_class as c
where c.relnamespace in ('public'::regnamespace, 'crm'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
  and not exists (select from pg_catalog.pg_depend as d where d.objid = c.oid and d.deptype = 'e');

select is(
  array(select r.name from relations as r where has_table_privilege('service_role', r.oid, 'select') order by 1),
  array[
    'board_companies', 'board_deals', 'board_meetings', 'board_numbers', 'board_timeline', 'booking_timeline',
    'bookings', 'calcom_events', 'companies', 'crm.cards', 'crm.meetings', 'crm.opened_deals', 'deal_timeline',
    'deals', 'email_attempts', 'email_deliveries', 'emails', 'event_effects', 'hand_edits', 'members', 'people',
    'personal_email_domains', 'pipeline', 'reconciliations', 'senders', 'settings'
  ],
  'it reads these tables and views'
);
select is(
  array(
    select concat_ws(' ', p.privilege, r.name)
    from relations as r
    cross join unnest(array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as p (privilege)
    where has_table_privilege('service_role', r.oid, p.privilege)
    order by 1
  ),
  array[
    'delete bookings', 'delete companies', 'delete deals', 'delete members', 'delete people',
    'delete personal_email_domains', 'delete senders', 'insert members', 'insert personal_email_domains',
    'insert senders', 'update members', 'update personal_email_domains', 'update senders'
  ],
  'it edits what a team may add to'
);
select is(
  array(
    select concat_ws(' ', p.privilege, r.name || '.' || a.attname)
    from relations as r
    join pg_catalog.pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    cross join unnest(array['insert', 'update', 'references']) as p (privilege)
    where has_column_privilege('service_role', r.oid, a.attnum, p.privilege)
      and not has_table_privilege('service_role', r.oid, p.privilege)
    order by 1
  ),
  array(
    select concat_ws(' ', p.privilege, t.name || '.' || c.name)
    from (
      values
        ('companies', 'name domain'), ('people', 'email name company_id'), ('deals', 'company_id status stage'),
        (
          'bookings',
          'calcom_uid person_id deal_id title start_time end_time status attended is_no_show organizer_email'
        )
    ) as t (name, columns)
    cross join regexp_split_to_table('id ' || t.columns, ' ') as c (name)
    cross join unnest(array['insert', 'update']) as p (privilege)
    where (c.name, p.privilege) <> ('id', 'update')
    union all
    values
      ('insert calcom_events.payload'), ('insert calcom_events.raw_body'), ('insert calcom_events.source'),
      ('update settings.value')
    order by 1
  ),
  'it edits what a person may edit, keeps the body of an event and chooses settings'
);
select is(
  array(
    select p.oid::regprocedure::text
    from pg_catalog.pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'crm'::regnamespace)
      and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e')
      and has_function_privilege('service_role', p.oid, 'execute')
    order by 1
  ),
  array[
    'allow_mail(text)', 'apply_retention(integer)', 'claim_email()', 'crm.booking_link(text,uuid)',
    'crm.current_member()', 'crm.find_brand(text)', 'crm.find_host(uuid)', 'crm.is_hand_work()', 'crm.list_hosts()',
    'crm.list_mail_headers(uuid)', 'crm.member_role()',
    'crm.read_event_header(uuid)', 'crm.tell_deal(uuid,text)', 'erase_person(text)', 'export_person(text)',
    'finish_email_attempt(uuid,integer,text,text,text,text,integer)', 'handle_calcom_event(jsonb)',
    'handle_pending_event(interval)', 'handle_resend_event(text,jsonb)', 'health()',
    'next_reconciliation_page(timestamp with time zone,uuid,timestamp with time zone,boolean)', 'rebuild_company(text)',
    'rebuild_everything()', 'rebuild_person(text)', 'reconcile_calcom_bookings(jsonb,boolean,text[],boolean,boolean)',
    'reconcile_held_bookings(uuid,integer)',
    'retry_email(uuid)', 'retry_event(uuid)', 'retry_failed_events()',
    'save_reconciliation_page(uuid,uuid,jsonb,jsonb,boolean,boolean,text)', 'skip_reconciliation(text)',
    'start_email_attempt(uuid,integer,jsonb)', 'undo_hand_edit(uuid)'
  ],
  'it calls these functions'
);
select is_empty(
  $$ select from unnest(array['crm', 'public']) as s (name)
     where has_schema_privilege('service_role', s.name, 'create')
        or has_schema_privilege('service_role', 'crm', 'usage') $$,
  'it sees nothing of schema crm, and creates nothing'
);

select * from finish();
rollback;
