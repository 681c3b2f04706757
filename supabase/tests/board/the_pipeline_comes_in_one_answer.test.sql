-- Rule: board_pipeline and board_column show the same cards as board_deals, filtered, a page at a time.
begin;
select plan(15);
select tests.empty_crm();
select tests.add_members();

-- Given deals in every column, hosts of two brands, a company without a deal
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', m.uid, 'email', m.uid || '@' || m.domain, 'name', m.name, 'createdAt', m.booked, 'startTime', m.start,
  'endTime', m.start::timestamptz + interval '30 minutes', 'organizer', jsonb_build_object('email', m.host)
))
from (
  values
    ('a', 'one.test', 'Ann Ode', '2026-03-01T09:00:00Z', '2026-03-03T09:00:00Z', 'kim@modernfull.com'),
    ('b', 'two.test', 'Bob Ray', '2026-03-02T09:00:00Z', '2026-03-04T09:00:00Z', 'kim@modernfull.com'),
    ('c', 'three.test', 'Cy Ode', '2026-03-03T09:00:00Z', '2026-03-05T09:00:00Z', 'lou@modernfull.com'),
    ('d', 'four.test', '100% _off_', '2026-03-04T09:00:00Z', '2026-03-06T09:00:00Z', 'lee@substrate.build'),
    ('e', 'five.test', 'Eve Ray', '2026-03-05T09:00:00Z', '2037-03-07T09:00:00Z', 'lee@substrate.build'),
    ('f', 'six.test', 'Flo Ode', '2026-03-05T09:00:00Z', '2037-03-08T09:00:00Z', 'kim@modernfull.com')
) as m (uid, domain, name, booked, start, host);
select tests.send('MEETING_ENDED', '{"uid": "a", "email": "a@one.test", "endTime": "2026-03-03T09:30:00.000Z"}');
select tests.send('BOOKING_NO_SHOW_UPDATED', jsonb_build_object(
  'bookingUid', n.uid, 'createdAt', '2026-03-07T10:00:00Z',
  'attendees', jsonb_build_array(jsonb_build_object('email', n.email, 'noShow', true))
))
from (values ('c', 'c@three.test'), ('b', 'b@two.test')) as n (uid, email);
select tests.send('BOOKING_CREATED', '{
  "uid": "b-2", "email": "b@two.test", "createdAt": "2026-03-08T09:00:00Z", "startTime": "2037-03-09T09:00:00Z",
  "endTime": "2037-03-09T09:30:00Z", "organizer": {"email": "lou@modernfull.com"}}');
select tests.send('BOOKING_CANCELLED', '{"uid": "d", "email": "d@four.test", "createdAt": "2026-03-06T09:00:00Z"}');
insert into public.companies (name, domain) values ('Ode Works', 'ode.test'), ('Idle', 'idle.test');
insert into public.deals (company_id) select c.id from public.companies as c where c.domain = 'idle.test';

-- Who it is, and the cards of each column by their domains.
create function pg_temp.columns(p_filters text, p_who text default 'viewer') returns text language sql as $$
  select tests.try_as(p_who, format(
    $q$ select string_agg(concat_ws(' ', c ->> 'stage', c ->> 'total', t.domains), ', ' order by n)
        from jsonb_array_elements(public.board_pipeline(%L) -> 'columns') with ordinality as c (c, n)
        cross join lateral (
          select string_agg(split_part(k ->> 'domain', '.', 1), ' ' order by o)
          from jsonb_array_elements(c.c -> 'cards') with ordinality as k (k, o)
        ) as t (domains) $q$, p_filters
  ));
$$;

select is(
  pg_temp.columns('{}'), 'booked 4 idle ' || (
    select string_agg(split_part(d.domain, '.', 1), ' ' order by d.deal_id)
    from public.board_deals as d where d.domain in ('five.test', 'six.test')
  ) || ' two, met 1 one, no_show 1 three, cancelled 1 four',
  'four columns, the newest card first'
);
select is(
  (
    select jsonb_agg(k.k order by k.k ->> 'deal_id')
    from jsonb_array_elements(public.board_pipeline() -> 'columns') as c (c)
    cross join lateral jsonb_array_elements(c.c -> 'cards') as k (k)
  ),
  (select jsonb_agg(to_jsonb(d) order by d.deal_id) from public.board_deals as d),
  'a card is a row of board_deals'
);
select is_empty(
  $$ select f.filters, pg_temp.columns(f.filters), e.expected
     from (
       values
         ('{"host": "kim@modernfull.com"}', 'd.host = ''kim@modernfull.com'''),
         ('{"host": "nobody@modernfull.com"}', 'false'), ('{"host": 5, "brand": {"a": 1}}', 'false'),
         ('{"host": "", "brand": null, "search": "  ", "since": "", "company_id": null}', 'true'), ('null', 'true'),
         ('{"brand": "modernfull.com"}', 'd.brand = ''modernfull.com'''),
         ('{"brand": "outboundsolutions.com"}', 'd.brand = ''outboundsolutions.com'''),
         ('{"brand": "modernfull.com", "host": "lee@substrate.build"}', 'false'),
         ('{"since": "2026-03-02T09:00:00Z", "until": "2026-03-05T09:00:00+00"}',
           'd.opened_at >= ''2026-03-02 09:00Z'' and d.opened_at < ''2026-03-05 09:00Z'''),
         ('{"next_meeting": true}', 'd.next_meeting is not null'),
         ('{"next_meeting": "false"}', 'd.next_meeting is null'),
         ('{"next_meeting": "", "host": "kim@modernfull.com"}', 'd.host = ''kim@modernfull.com'''),
         ('{"next_meeting": "false", "host": "kim@modernfull.com"}',
           'd.next_meeting is null and d.host = ''kim@modernfull.com'''),
         ('{"search": "oDe"}', 'd.search like ''%ode%'''), ('{"search": "ode THREE"}', 'd.domain = ''three.test'''),
         ('{"search": "cy@ three"}', 'false'), ('{"search": "c@three.test"}', 'd.domain = ''three.test'''),
         ('{"search": "%"}', 'd.domain = ''four.test'''), ('{"search": "_off_"}', 'd.domain = ''four.test'''),
         ('{"search": "'' or 1=1 --"}', 'false'), ('{"search": "ode", "host": "lou@modernfull.com"}',
           'd.domain = ''three.test''')
     ) as f (filters, condition)
     cross join lateral (
       select tests.try_as('viewer', format(
         'select string_agg(concat_ws('' '', s.stage, s.total, s.domains), '', '' order by s.n) from (
            select s.stage, s.n, count(d.deal_id) as total,
              string_agg(split_part(d.domain, ''.'', 1), '' '' order by d.opened_at desc, d.deal_id) as domains
            from unnest(array[''booked'', ''met'', ''no_show'', ''cancelled'']) with ordinality as s (stage, n)
            left join public.board_deals as d on d.stage = s.stage and (%s) group by s.stage, s.n) as s', f.condition
       )) as expected
     ) as e
     where pg_temp.columns(f.filters) is distinct from e.expected $$,
  'every filter shows what the same condition on board_deals does'
);
select is(
  pg_temp.columns(
    format('{"company_id": "%s"}', (select c.id from public.companies as c where c.domain = 'two.test'))
  ),
  'booked 1 two, met 0, no_show 0, cancelled 0', 'the deals of one company'
);
select is(
  tests.try_as('viewer', $$
    select jsonb_path_query_array(public.board_pipeline('{"search": "ode"}'), '$.companies[*].domain')
  $$) || tests.try_as('viewer', $$ select public.board_pipeline() -> 'companies' $$),
  '["ode.test"][]', 'a search finds companies without a deal'
);
select is(
  tests.try_as('viewer', $$ select public.board_pipeline('{"host": "x"}') - 'columns' - 'as_of' $$)::jsonb,
  '{"companies": [], "brands": ["modernfull.com", "outboundsolutions.com", "substrate.build"],
    "hosts": ["kim@modernfull.com", "lee@substrate.build", "lou@modernfull.com"]}',
  'hosts and brands to filter by are all there are'
);
select is(
  tests.try_as('viewer', 'select public.board_hosts()')::jsonb -> 1,
  '{"host": "lee@substrate.build", "brand": "substrate.build"}', 'each host has a brand'
);

-- Pages
create function pg_temp.pages(p_stage text, p_size integer) returns text language plpgsql as $$
declare
  v_page jsonb;
  v_last jsonb := '{}';
  v_text text;
begin
  perform tests.sign_in('viewer');
  loop
    v_page := public.board_column(
      p_stage, '{}', (v_last ->> 'opened_at')::timestamptz, (v_last ->> 'deal_id')::uuid, p_size
    );
    exit when v_page -> 'cards' = '[]';
    v_text := concat_ws(' | ', v_text, (
      select string_agg(k ->> 'deal_id', ' ' order by n)
      from jsonb_array_elements(v_page -> 'cards') with ordinality as k (k, n)
    ));
    v_last := v_page -> 'cards' -> -1;
  end loop;
  return v_text;
end;
$$;
select is(
  array[replace(pg_temp.pages('booked', 1), ' |', ''), replace(pg_temp.pages('booked', 3), ' |', '')],
  array_fill((
    select string_agg(d.deal_id::text, ' ' order by d.opened_at desc, d.deal_id)
    from public.board_deals as d where d.stage = 'booked'
  ), array[2]),
  'page by page every card of a column comes once, also of two opened at once'
);
select is(
  array[pg_temp.pages('met', -1) = pg_temp.pages('met', 1), pg_temp.pages('met', null) is not null,
    pg_temp.pages('lost', 5) is null],
  array[true, true, true], 'a size that makes no sense, and a column that there is not'
);

-- Who asks for what there is not
select is_empty(
  $$ select f, pg_temp.columns(f)
     from unnest(array[
       '{"since": "yesterdays"}', '{"until": "2026-99-01"}', '{"company_id": "1"}', '{"company_id": ["a"]}',
       '{"hots": 1}', '[1]', '"x"', '5', '{"since": {"a": 1}}', '{"since": "99999999-01-01"}'
     ]) as f where pg_temp.columns(f) !~ '^KC008 Cannot filter' $$,
  'a filter that is none is refused'
);
select is(
  pg_temp.columns('{"search": "' || repeat('o de ', 20000) || '"}') ~ '^booked', true,
  'a search of any length costs that of a few words'
);
select is(
  array[
    pg_temp.columns('{}', 'stranger'), pg_temp.columns('{"search": "ode"}', 'stranger'),
    tests.try_as('stranger', 'select public.board_pipeline(''{"search": "ode"}'') - ''columns'' - ''as_of'''),
    pg_temp.columns('{}', 'anon')
  ],
  array[
    'booked 0, met 0, no_show 0, cancelled 0', 'booked 0, met 0, no_show 0, cancelled 0',
    '{"hosts": [], "brands": [], "companies": []}', '42501 permission denied for function board_pipeline'
  ],
  'a stranger sees empty columns, and nothing to filter by'
);

-- What has changed
create function pg_temp.change_of(p_sql text) returns text language plpgsql as $$
declare
  v_before text := tests.try_as('viewer', 'select public.board_last_change()');
begin
  execute p_sql;
  return case tests.try_as('viewer', 'select public.board_last_change()') when v_before then 'same' else 'changed' end;
end;
$$;
select is(pg_temp.change_of('select 1'), 'same', 'while nothing changes, the answer is the same');
select is_empty(
  $$ select s from unnest(array[
       'select tests.send(''BOOKING_CREATED'', ''{"uid": "z"}'')', 'update public.companies set name = ''X''',
       'update public.emails set status = ''sent'', sent_at = now() where calcom_uid = ''z''',
       'update public.emails set delivery = ''bounced'', delivery_at = now() where calcom_uid = ''z''',
       'insert into public.calcom_events (payload) values (''{}'')',
       'select public.handle_pending_event(''0 s'')', 'select public.erase_person(''a@one.test'')',
       'update public.members set role = ''operator'' where role = ''sales'''
     ]) as s where pg_temp.change_of(s) <> 'changed' $$,
  'an event, a hand edit, a mail and what became of it change it, and the role of a member'
);
select is(
  array[
    tests.try_as('stranger', 'select public.board_last_change()'),
    tests.try_as('anon', 'select public.board_last_change()')
  ],
  array[null, '42501 permission denied for function board_last_change'], 'a stranger is told nothing'
);

select * from finish();
rollback;
