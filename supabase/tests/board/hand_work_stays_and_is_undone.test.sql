-- Rule: what a member does on the board is recorded under their address, survives a rebuild, is refused to who has seen
--       another value, and is undone to what it was; whatever it is.
begin;
select plan(8);
select tests.empty_crm();
select tests.add_members();

-- Given a deal that is met, one that is booked, somebody without a company, and a deal that is closed
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', m.uid, 'email', m.email, 'createdAt', '2026-03-01T09:00:00Z', 'startTime', '2026-03-03T09:00:00Z',
  'endTime', '2026-03-03T09:30:00Z'
))
from (
  values ('a', 'a@one.test'), ('b', 'b@two.test'), ('c', 'c@gmail.com'), ('d', 'd@three.test')
) as m (uid, email);
select tests.send('MEETING_ENDED', '{"uid": "a", "email": "a@one.test", "endTime": "2026-03-03T09:30:00.000Z"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "d", "email": "d@three.test", "createdAt": "2026-03-02T09:00:00Z"}');

create temporary table works (what text, shown text, statement text);
insert into works
values
  (
    'rename a company', 'select c.name from public.companies as c where c.domain = ''one.test''',
    'update public.companies set name = ''One & Co'' where domain = ''one.test'' and name = ''one.test'''
  ),
  (
    'correct a name', 'select p.name from public.people as p where p.email = ''a@one.test''',
    'update public.people set name = ''Ada Lovelace'' where email = ''a@one.test'' and name = ''Ada Byron'''
  ),
  (
    'correct an address',
    'select p.email from public.bookings as b join public.people as p on p.id = b.person_id where b.calcom_uid = ''a''',
    'update public.people set email = ''ada@one.test'' where email = ''a@one.test'''
  ),
  (
    'link a person to a company',
    'select c.domain from public.people as p left join public.companies as c on c.id = p.company_id
     where p.email = ''c@gmail.com''',
    'update public.people set company_id = (select c.id from public.companies as c where c.domain = ''two.test'')
     where email = ''c@gmail.com'' and company_id is null'
  ),
  (
    'close a deal', 'select d.stage from public.board_deals as d where d.domain = ''two.test''',
    'update public.deals set status = ''cancelled''
     where company_id = (select c.id from public.companies as c where c.domain = ''two.test'') and status = ''active'''
  ),
  (
    'reopen a deal', 'select d.stage from public.board_deals as d where d.domain = ''three.test''',
    'update public.deals set status = ''active''
     where company_id = (select c.id from public.companies as c where c.domain = ''three.test'')
       and status = ''cancelled'''
  ),
  (
    'mark a no-show', 'select m.state from public.board_meetings as m where m.calcom_uid = ''a''',
    'update public.bookings set attended = false where calcom_uid = ''a'' and attended'
  );

-- When one after the other is done and undone, by two people
create function pg_temp.play() returns table (
  what text, change text, second text, editors text, rebuilt text, undone text
) language plpgsql as $$
declare
  v_work record;
  v_before text;
  v_after text;
begin
  for v_work in select w.* from works as w loop
    v_before := coalesce(tests.try_as('viewer', v_work.shown), 'none');
    perform tests.try_as('sales', v_work.statement || ' returning ''done''');
    v_after := tests.try_as('viewer', v_work.shown);
    second := tests.try_as('operator', v_work.statement || ' returning ''done''');
    what := v_work.what;
    change := v_before || ' -> ' || v_after;
    editors := (select string_agg(h.editor, ' ') from public.hand_edits as h);
    perform public.rebuild_everything();
    rebuilt := case tests.try_as('viewer', v_work.shown) when v_after then 'same' else 'other' end;
    perform tests.try_as('operator', format(
      'select public.undo_hand_edit(%L)::text', (select h.id from public.hand_edits as h order by h.number desc limit 1)
    ));
    perform public.rebuild_everything();
    undone := case coalesce(tests.try_as('viewer', v_work.shown), 'none') when v_before then 'same' else 'other' end;
    return next;
    delete from public.hand_edits;
  end loop;
end;
$$;
create temporary table played as select * from pg_temp.play();

select results_eq(
  'select p.what, p.change from played as p',
  $$ values
    ('rename a company', 'one.test -> One & Co'), ('correct a name', 'Ada Byron -> Ada Lovelace'),
    ('correct an address', 'a@one.test -> ada@one.test'), ('link a person to a company', 'none -> two.test'),
    ('close a deal', 'booked -> cancelled'), ('reopen a deal', 'cancelled -> booked'),
    ('mark a no-show', 'met -> no_show') $$,
  'sales do it on the board'
);
select is_empty(
  'select p.what, p.second from played as p where p.second is not null',
  'who has seen another value changes nothing, and gets no row back'
);
select is_empty(
  'select p.what, p.editors from played as p where p.editors is distinct from ''sally@team.test''',
  'it is recorded once, under the address of who did it'
);
select is_empty('select p.what from played as p where p.rebuilt <> ''same''', 'a rebuild leaves it as it is');
select is_empty(
  'select p.what from played as p where p.undone <> ''same''', 'undone, it is what it was, also after a rebuild'
);
select is_empty(
  $$ select w.what, r.role, tests.try_as(r.role, w.statement || ' returning ''done''')
     from works as w cross join unnest(array['viewer', 'stranger', 'anon']) as r (role)
     where tests.try_as(r.role, w.statement || ' returning ''done''') !~ '^42501' $$,
  'nobody else does'
);

-- When somebody says that a meeting took place of which nobody had said anything, and of one that was a no-show
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', m.uid, 'email', m.uid || '@' || m.uid || '.test', 'createdAt', '2026-03-01T09:00:00Z',
  'startTime', '2026-03-03T09:00:00Z', 'endTime', '2026-03-03T09:30:00Z'
))
from (values ('over'), ('missed')) as m (uid);
select tests.send('BOOKING_NO_SHOW_UPDATED', '{
  "bookingUid": "missed", "createdAt": "2026-03-03T10:00:00Z",
  "attendees": [{"email": "missed@missed.test", "noShow": true}]}');
create function pg_temp.undo_met(p_uid text) returns text language plpgsql as $$
begin
  perform tests.try_as(
    'sales', format('update public.bookings set attended = true where calcom_uid = %L returning ''done''', p_uid)
  );
  return left(tests.try_as('sales', format(
    'select public.undo_hand_edit(%L) ->> ''is_no_show''',
    (select h.id from public.hand_edits as h order by h.number desc limit 1)
  )), 5);
end;
$$;
create temporary table answers as select pg_temp.undo_met('over') as over, pg_temp.undo_met('missed') as missed;
select is(
  (select a.over from answers as a) || (select m.state from public.board_meetings as m where m.calcom_uid = 'over'),
  'KC007met', 'the first word about a meeting is not undone: it would become a no-show'
);
select is((select a.missed from answers as a), 'true', 'that about a no-show is');

select * from finish();
rollback;
