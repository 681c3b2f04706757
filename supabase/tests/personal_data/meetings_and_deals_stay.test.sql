-- Rule: rows, ids, times, deals and the order of the events are what they were, and a rebuild makes the same of the
--       log.
begin;
select plan(4);

-- Given
select tests.live_as_ada();
create temporary table before as select tests.facts() as facts, tests.picture(array['lovelace.test']) as picture;

-- When
select public.erase_person('ada@lovelace.test');

-- Then
select is(tests.facts(), (select b.facts from before as b), 'meetings and deals are what they were');
select is(tests.changes_of_rebuild(), null, 'a rebuild of everything changes nothing');
select public.rebuild_company('lovelace.test');
select is(tests.facts(), (select b.facts from before as b), 'nor does one of the company');
select is(
  (select count(*) from public.hand_edits as h where h.skipped_reason is not null), 0::bigint,
  'and what was done by hand is repeated'
);

select * from finish();
rollback;
