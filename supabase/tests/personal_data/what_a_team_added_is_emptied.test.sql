-- Rule: columns that a team has added to people are about the person; in its other columns and tables the address and
--       the name are replaced.
begin;
select plan(6);
select tests.empty_crm();

-- Given
alter table public.people add column linkedin text, add column score integer not null default 0, add column born date;
alter table public.deals add column forecast text;
create table public.notes (id integer, person_id uuid, body text, tags text[], extra jsonb, blob bytea);
select tests.send('BOOKING_CREATED');
update public.people as p set linkedin = 'in/the-countess', score = 7, born = '1815-12-10';
update public.deals as d set forecast = 'Ask ada@lovelace.test';
insert into public.notes
select
  1, p.id, 'Ada Byron likes numbers', array['of Ada@lovelace.test'], jsonb_build_object('cc', 'ada@lovelace.test'),
  convert_to('ada@lovelace.test', 'UTF8')
from public.people as p
union all
select 2, null, 'The weather is fine', null, null, 'rain'::bytea;

-- When
select public.erase_person('ada@lovelace.test');

-- Then
select is(
  (select concat_ws(' ', p.linkedin, p.score, p.born) from public.people as p), '0', 'what they knew is emptied'
);
select is(
  (select d.forecast from public.deals as d), 'Ask ' || tests.pseudonym(), 'a deal keeps what it says of itself'
);
select is(
  (select concat_ws(' ', n.body, n.tags, n.extra, n.blob) from public.notes as n where n.id = 1),
  format(
    '%s likes numbers {"of %s"} {"cc": "%2$s"}', split_part(tests.pseudonym(), '@', 1), tests.pseudonym()
  ),
  'so does a table of the team'
);
select is(
  (select concat_ws(' ', n.body, n.blob) from public.notes as n where n.id = 2), 'The weather is fine \x7261696e',
  'a row about nobody stays'
);
select is(tests.standing(array['ada@lovelace.test', 'Ada Byron', 'the-countess']), '{}', 'nothing tells of her');

-- The columns that are not a team's are written down once.
select is(
  array(
    select a.attname::text from pg_catalog.pg_attribute as a
    where a.attrelid = 'public.people'::regclass and a.attnum > 0 and not a.attisdropped
      and a.attname not in ('linkedin', 'score', 'born')
    order by 1
  ),
  array(
    select (regexp_matches(
      substring(
        pg_get_functiondef('crm.forget_in_person'::regproc)
        from 'v_own_columns constant text\[\] := array\[[^]]*\]'
      ),
      '''(\w+)''', 'g'
    ))[1]
    order by 1
  ),
  'the engine knows its own columns'
);

select * from finish();
rollback;
