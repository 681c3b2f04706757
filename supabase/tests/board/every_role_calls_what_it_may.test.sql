-- Rule: whoever adds a function decides here whether somebody who has signed in may call it.
begin;
select plan(6);
select tests.empty_crm();
select tests.add_members();
select tests.quiet_outbox();

create temporary table operations (call text);
insert into operations
values
  ('board_health()'), ('board_log_counts()'), ('board_events()'), ('board_retry_event(gen_random_uuid())'),
  ('board_retry_failed_events()'),
  ('board_retry_email(gen_random_uuid())'), ('board_rebuild_company(''lovelace.test'')'),
  ('board_rebuild_person(''ada@lovelace.test'')'), ('board_rebuild_everything()'),
  ('board_allow_mail(''ada@lovelace.test'')'), ('board_export_person(''ada@lovelace.test'')'),
  ('board_change_role(''00000000-0000-0000-0000-00000000000a'', ''viewer'')'),
  ('board_remove_member(''00000000-0000-0000-0000-00000000000a'')'), ('board_erase_person(''ada@lovelace.test'')');
select tests.send('BOOKING_CREATED');

select is(
  array(
    select p.oid::regprocedure::text
    from pg_catalog.pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'crm'::regnamespace)
      and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e')
      and has_function_privilege('authenticated', p.oid, 'execute')
    order by 1
  ),
  array[
    'board_allow_mail(text)', 'board_change_role(uuid,text)',
    'board_column(text,jsonb,timestamp with time zone,uuid,integer)', 'board_erase_person(text)',
    'board_events(text,text,timestamp with time zone,uuid,integer)', 'board_export_person(text)',
    'board_health()', 'board_hosts()', 'board_last_change()',
    'board_log_counts()', 'board_me()',
    'board_pipeline(jsonb,integer)', 'board_rebuild_company(text)', 'board_rebuild_everything()',
    'board_rebuild_person(text)', 'board_remove_member(uuid)',
    'board_retry_email(uuid)', 'board_retry_event(uuid)', 'board_retry_failed_events()',
    'crm.booking_link(text,uuid)', 'crm.change_member(uuid,text)', 'crm.count_log()', 'crm.current_member()',
    'crm.digest_changes()', 'crm.find_brand(text)',
    'crm.find_cards(timestamp with time zone,timestamp with time zone,boolean,uuid,text[],boolean,uuid[],text[],'
      || 'timestamp with time zone,uuid,integer)',
    'crm.find_host(uuid)', 'crm.is_hand_work()',
    'crm.list_events(text,text,timestamp with time zone,uuid,integer)', 'crm.list_hosts()',
    'crm.list_mail_headers(uuid)', 'crm.member_role()',
    'crm.operate(text,text)',
    'crm.read_board_filters(jsonb)', 'crm.read_event_header(uuid)', 'crm.search_board(text[])',
    'crm.show_columns(jsonb,uuid[],text[],timestamp with time zone,uuid,integer)', 'crm.tell_deal(uuid,text)',
    'undo_hand_edit(uuid)'
  ],
  'who has signed in may call these, and those of the closed schema only through a view or policy'
);
select is_empty(
  $$ select w.who, o.call, tests.try_as(w.who, 'select public.' || o.call)
     from unnest(array['viewer', 'sales', 'stranger', 'anon']) as w (who) cross join operations as o
     where tests.try_as(w.who, 'select public.' || o.call)
       <> case w.who
         when 'anon' then '42501 permission denied for function ' || split_part(o.call, '(', 1)
         else '42501 Only an operator of the board may do this'
       end $$,
  'no other role gets an operation done'
);
select is_empty(
  $$ select o.call, r.answer
     from operations as o
     cross join lateral (select tests.try_as('operator', 'select public.' || o.call) as answer) as r
     where r.answer ~ '^[0-9A-Z]{5} ' and r.answer !~ '^KC00[23] ' or r.answer is null $$,
  'an operator does'
);
select is(
  array(
    select tests.try_as(w.who, 'select public.board_me() ->> ''role''')
    from unnest(array['sales', 'operator', 'stranger', 'anon']) with ordinality as w (who, n) order by w.n
  ),
  array['sales', 'operator', null, '42501 permission denied for function board_me'],
  'everybody asks who they are'
);
select is(
  tests.try_as('operator', 'select public.board_remove_member(''00000000-0000-0000-0000-00000000000c'')')
    || ' / ' || tests.try_as('operator',
      'select public.board_change_role(''00000000-0000-0000-0000-00000000000c'', ''sales'')'),
  'KC006 Cannot take the last operator from the board / KC006 Cannot take the last operator from the board',
  'the last operator stays'
);
select is(
  array(
    select tests.try_as('viewer', 'select set_config(''request.jwt.claims'', ' || quote_literal(c.claims)
      || ', true) is not null and (select count(*) > 0 from public.settings)')
    from unnest(array[
      '{"sub": "nobody"}', '{"role": "operator"}', '{"app_metadata": {"role": "operator"}}', ''
    ]) as c (claims)
  ),
  array['false', 'false', 'false', 'false'], 'no claim makes anybody a member'
);

select * from finish();
rollback;
