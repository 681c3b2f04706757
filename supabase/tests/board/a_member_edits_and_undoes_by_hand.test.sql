-- Rule: what a member does by hand is in the log under their address, is repeated by a rebuild, and is undone by
--       another edit; never what somebody else has changed since.
begin;
select plan(9);
select tests.empty_crm();
select tests.add_members();
select tests.send('BOOKING_CREATED');

create function pg_temp.undo(p_who text) returns text language sql as $$
  select tests.try_as(p_who, format(
    'select public.undo_hand_edit(%L) ->> ''name''',
    (select h.id from public.hand_edits as h order by h.number desc limit 1)
  ));
$$;
create function pg_temp.rename(p_who text, p_name text) returns text language sql as $$
  select tests.try_as(p_who, format(
    'update public.companies set name = %L where name = ''lovelace.test'' returning name', p_name
  ));
$$;
create function pg_temp.edits() returns text language sql as $$
  select string_agg(concat_ws(' ', h.operation, h.table_name, h.editor), ', ' order by h.number)
  from public.hand_edits as h;
$$;

-- When
select set_config('request.headers', '{"x-editor": "somebody@else.test"}', true);
select is(pg_temp.rename('sales', 'Lovelace'), 'Lovelace', 'sales rename a company that is called what they saw');
select is(pg_temp.rename('operator', 'Byron'), null, 'who saw the old name changes nothing, and is told so');
select is(pg_temp.edits(), 'update companies sally@team.test', 'the edit has the address of the member');
select public.rebuild_company('lovelace.test');
select is((select c.name from public.companies as c), 'Lovelace', 'a rebuild repeats it');

-- When it is undone
select is(
  pg_temp.undo('viewer') ~ '^KC007 Cannot undo this edit: the row has changed since$'
    and pg_temp.undo('stranger') ~ '^KC007 .*no such edit$',
  true, 'a viewer cannot undo it, nor a stranger'
);
select pg_temp.undo('operator');
select is(
  (select c.name from public.companies as c) || ': ' || pg_temp.edits(),
  'lovelace.test: update companies sally@team.test, update companies otto@team.test', 'undone, it is another edit'
);
select is(
  (
    select tests.try_as('sales', format('select public.undo_hand_edit(%L)::text', h.id))
    from public.hand_edits as h order by h.number limit 1
  ) ~ '^KC007 .*the row has changed since$',
  true, 'an edit that something else came after is not undone'
);

-- When a row is entered, or deleted
select tests.try_as(
  'sales', 'insert into public.companies (name, domain) values (''X'', ''x.test'') returning ''done'''
);
select pg_temp.undo('sales');
select tests.try_as('sales', 'delete from public.deals returning id::text');
select pg_temp.undo('sales');
select is(
  (select count(*) from public.companies as c where c.domain = 'x.test') || ' ' || tests.deals_of('lovelace.test')
    || ': ' || substring(pg_temp.edits() from 'insert.*'),
  '0 active booked: insert companies sally@team.test, delete companies sally@team.test, '
  'delete deals sally@team.test, insert deals sally@team.test, update bookings sally@team.test',
  'it goes again, or is there again'
);
select is(
  (select string_agg(b.calcom_uid, ', ') from public.bookings as b join public.deals as d on d.id = b.deal_id),
  (select string_agg(b.calcom_uid, ', ') from public.bookings as b), 'a deal has its meetings again'
);

select * from finish();
rollback;
