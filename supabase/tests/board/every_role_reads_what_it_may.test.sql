-- Rule: whoever adds a table or view to schema public decides here who reads and who edits it.
begin;
select plan(6);
select tests.empty_crm();
select tests.add_members();

-- r: reads its rows. e: edits them, too. '-': sees no row of it. '!': is refused.
create temporary table promised (name text, viewer text, sales text, operator text, stranger text, anon text);
insert into promised
values
  ('board_companies', 'r', 'r', 'r', '-', '!'), ('board_deals', 'r', 'r', 'r', '-', '!'),
  ('board_meetings', 'r', 'r', 'r', '-', '!'), ('board_numbers', 'r', 'r', 'r', '-', '!'),
  ('board_timeline', 'r', 'r', 'r', '-', '!'), ('booking_timeline', '!', '!', '!', '!', '!'),
  ('bookings', 'r', 'e', 'e', '-', '!'), ('calcom_events', '-', '-', 'r', '-', '!'),
  ('companies', 'r', 'e', 'e', '-', '!'), ('deal_timeline', '!', '!', '!', '!', '!'),
  ('deals', 'r', 'e', 'e', '-', '!'), ('email_attempts', '-', '-', 'r', '-', '!'),
  ('email_deliveries', '-', '-', 'r', '-', '!'), ('emails', '-', '-', 'r', '-', '!'),
  ('event_effects', 'r', 'r', 'r', '-', '!'), ('hand_edits', 'r', 'r', 'r', '-', '!'),
  ('members', 'r', 'r', 'r', '-', '!'), ('people', 'r', 'e', 'e', '-', '!'),
  ('personal_email_domains', '-', '-', 'r', '-', '!'), ('pipeline', '!', '!', '!', '!', '!'),
  ('reconciliations', '-', '-', 'r', '-', '!'), ('senders', 'r', 'r', 'r', '-', '!'),
  ('settings', '-', '-', 'r', '-', '!');
create temporary table expected as
select p.name, w.who, w.may
from promised as p
cross join lateral (
  values ('viewer', viewer), ('sales', sales), ('operator', operator), ('stranger', stranger), ('anon', anon)
) as w (who, may);

-- Given a row in every table
select tests.send('BOOKING_CREATED');
update public.people as p set name = 'Ada' where p.email = 'ada@lovelace.test';
update public.deals as d set stage = 'met';
update public.deals as d set stage = 'booked';
update public.bookings as b set title = 'Call';
select public.claim_email();
select public.handle_resend_event('msg', jsonb_build_object('type', 'email.sent', 'data', '{}'::jsonb));
select public.next_reconciliation_page();

select bag_eq(
  $$ select e.name, e.who from expected as e $$,
  $$ select c.relname::text, w.who
     from pg_catalog.pg_class as c
     cross join unnest(array['viewer', 'sales', 'operator', 'stranger', 'anon']) as w (who)
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
       and not exists (select from pg_catalog.pg_depend as d where d.objid = c.oid and d.deptype = 'e') $$,
  'every table and view is in the list'
);
select results_eq(
  $$ select e.name, e.who,
       case left(tests.try_as(e.who, format('select count(*) > 0 from public.%I', e.name)), 5)
         when 'true' then 'r' when 'false' then '-' when '42501' then '!' else 'error'
       end
     from expected as e order by 1, 2 $$,
  $$ select e.name, e.who, case e.may when 'e' then 'r' else e.may end from expected as e order by 1, 2 $$,
  'each reads what it may'
);

-- When each of them tries to write, one after the other
create temporary table writes (name text, statement text);
insert into writes
values
  ('companies', 'update public.companies set name = name || ''!'' returning ''done'''),
  ('people', 'update public.people set name = name || ''!'' returning ''done'''),
  ('deals', 'update public.deals set stage = translate(stage, ''x'', '''') returning ''done'''),
  ('bookings', 'update public.bookings set title = title || ''!'' returning ''done''');
select results_eq(
  $$ select w.name, e.who, left(tests.try_as(e.who, w.statement), 5)
     from writes as w join expected as e on e.name = w.name order by 1, 2 $$,
  $$ select w.name, e.who, case e.may when 'e' then 'done' when '!' then '42501' end
     from writes as w join expected as e on e.name = w.name order by 1, 2 $$,
  'sales and operators edit, the others change nothing'
);
select results_eq(
  $$ select w.who, left(tests.try_as(w.who, 'insert into public.companies (name, domain) values (''X'', '''
       || w.who || '.test'') returning ''done'''), 5)
     from unnest(array['anon', 'operator', 'sales', 'stranger', 'viewer']) as w (who) order by 1 $$,
  $$ values ('anon', '42501'), ('operator', 'done'), ('sales', 'done'), ('stranger', '42501'), ('viewer', '42501') $$,
  'they enter rows, the others are refused'
);
select results_eq(
  $$ select w.who, left(tests.try_as(w.who, 'delete from public.companies where domain = ''' || w.domain
       || ''' returning ''done'''), 5)
     from (
       values ('anon', 'sales.test'), ('operator', 'operator.test'), ('sales', 'sales.test'),
         ('stranger', 'lovelace.test'), ('viewer', 'lovelace.test')
     ) as w (who, domain) order by 1 $$,
  $$ values ('anon', '42501'), ('operator', 'done'), ('sales', 'done'), ('stranger', null), ('viewer', null) $$,
  'they delete them, the others find none'
);

-- The columns are those that service_role may edit by hand.
select results_eq(
  $$ select c.relname::text, a.attname::text, p.privilege
     from pg_catalog.pg_class as c
     join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     cross join unnest(array['insert', 'update']) as p (privilege)
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
       and has_column_privilege('authenticated', c.oid, a.attnum, p.privilege)
     order by 1, 2, 3 $$,
  $$ select c.relname::text, a.attname::text, p.privilege
     from pg_catalog.pg_class as c
     join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     cross join unnest(array['insert', 'update']) as p (privilege)
     where c.relname in ('companies', 'people', 'deals', 'bookings') and c.relnamespace = 'public'::regnamespace
       and has_column_privilege('service_role', c.oid, a.attnum, p.privilege)
     order by 1, 2, 3 $$,
  'they edit exactly the columns that may be edited by hand'
);

select * from finish();
rollback;
