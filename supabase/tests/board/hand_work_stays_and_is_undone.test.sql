-- Rule: what a member does on the board is recorded under their address, survives a rebuild, is refused to who has seen
--       another value, and is undone to what it was; whatever it is.
begin;
select plan(11);
select tests.empty_crm();
select tests.add_members();

-- Given a deal that is met, one whose meeting is over and unclear, two people without a company, one of whom was
-- missing, and a deal that is closed
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', m.uid, 'email', m.email, 'createdAt', '2026-03-01T09:00:00Z', 'startTime', '2026-03-03T09:00:00Z',
  'endTime', '2026-03-03T09:30:00Z'
))
from (
  values
    ('a', 'a@one.test'), ('b', 'b@two.test'), ('c', 'c@gmail.com'), ('d', 'd@three.test'), ('e', 'e@gmail.com')
) as m (uid, email);
select tests.send('MEETING_ENDED', '{"uid": "a", "email": "a@one.test", "endTime": "2026-03-03T09:30:00.000Z"}');
select tests.send('BOOKING_NO_SHOW_UPDATED', '{
  "bookingUid": "e", "createdAt": "2026-03-03T10:00:00Z", "attendees": [{"email": "e@gmail.com", "noShow": true}]}');
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
    'mark a no-show',
    'select m.state || '', its deal '' || d.stage || '' '' || d.deal_stage
     from public.board_meetings as m join public.board_deals as d on d.deal_id = m.deal_id
     where m.calcom_uid = ''a''',
    'update public.bookings set is_no_show = true where calcom_uid = ''a'' and not is_no_show'
  ),
  (
    'say of an unclear meeting that it was missed',
    'select m.state || '', its deal '' || d.stage || '' '' || d.deal_stage
     from public.board_meetings as m join public.board_deals as d on d.deal_id = m.deal_id
     where m.calcom_uid = ''b''',
    'update public.bookings set is_no_show = true where calcom_uid = ''b'' and not attended and not is_no_show'
  ),
  (
    'say of an unclear meeting that it took place',
    'select m.state from public.board_meetings as m where m.calcom_uid = ''b''',
    'update public.bookings set attended = true where calcom_uid = ''b'' and not attended and not is_no_show'
  ),
  (
    'take a no-show back', 'select m.state from public.board_meetings as m where m.calcom_uid = ''e''',
    'update public.bookings set is_no_show = false where calcom_uid = ''e'' and is_no_show'
  ),
  (
    'say that a no-show was there', 'select m.state from public.board_meetings as m where m.calcom_uid = ''e''',
    'update public.bookings set attended = true where calcom_uid = ''e'' and is_no_show'
  ),
  (
    'take back that a meeting took place', 'select m.state from public.board_meetings as m where m.calcom_uid = ''a''',
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
    ('mark a no-show', 'met, its deal met met -> no_show, its deal no_show booked'),
    (
      'say of an unclear meeting that it was missed',
      'over, its deal booked booked -> no_show, its deal no_show booked'
    ),
    ('say of an unclear meeting that it took place', 'over -> met'), ('take a no-show back', 'no_show -> over'),
    ('say that a no-show was there', 'no_show -> met'), ('take back that a meeting took place', 'met -> over') $$,
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

-- When an unclear meeting is marked as a no-show by hand, Cal.com tells something of it, and the mark is undone
create function pg_temp.mark_and_undo(p_trigger text, p_told jsonb) returns text language plpgsql as $$
declare
  v_edit_id uuid;
  v_told text;
  v_answer text;
begin
  perform tests.try_as(
    'sales', 'update public.bookings set is_no_show = true where calcom_uid = ''b'' returning ''done'''
  );
  v_edit_id := (select h.id from public.hand_edits as h order by h.number desc limit 1);
  perform tests.send(p_trigger, p_told || '{"email": "b@two.test"}');
  v_told := (select m.state from public.board_meetings as m where m.calcom_uid = 'b');
  v_answer := tests.try_as('sales', format('select left(public.undo_hand_edit(%L)::text, 0)', v_edit_id));
  return concat_ws(
    ', ', v_told, coalesce(nullif(left(v_answer, 5), ''), 'undone'),
    (select m.state from public.board_meetings as m where m.calcom_uid = 'b')
  );
end;
$$;
select is(
  pg_temp.mark_and_undo('BOOKING_NO_SHOW_UPDATED', jsonb_build_object(
    'bookingUid', 'b', 'createdAt', tests.iso(now() + interval '1 hour'),
    'attendees', '[{"email": "b@two.test", "noShow": false}]'::jsonb
  )),
  'over, KC007, over', 'what Cal.com says of the mark after that counts, and is not undone'
);
select is(
  pg_temp.mark_and_undo('MEETING_ENDED', jsonb_build_object(
    'uid', 'b', 'startTime', '2026-03-03T09:00:00.000Z', 'endTime', tests.iso(now() + interval '2 hours')
  )),
  'no_show, undone, met', 'a meeting that ends after that was missed, and took place when the mark is taken back'
);
create function pg_temp.correct_and_undo() returns text language plpgsql as $$
begin
  perform tests.try_as('sales', s.statement || ' returning ''done''')
  from unnest(array[
    'update public.bookings set is_no_show = true where calcom_uid = ''c''',
    'update public.bookings set attended = true where calcom_uid = ''c'''
  ]) as s (statement);
  perform tests.try_as('sales', format(
    'select public.undo_hand_edit(%L)::text', (select h.id from public.hand_edits as h order by h.number desc limit 1)
  ));
  perform tests.try_as(
    'sales', 'update public.bookings set is_no_show = false where calcom_uid = ''c'' returning ''done'''
  );
  perform public.rebuild_everything();
  return (select m.state from public.board_meetings as m where m.calcom_uid = 'c');
end;
$$;
select is(
  pg_temp.correct_and_undo(), 'over', 'a no-show whose correction was undone was not there, also when it is taken back'
);
select results_eq(
  $$ select distinct t.sentence from public.board_timeline as t
     where t.booking_id = (select b.id from public.bookings as b where b.calcom_uid = 'b') and t.kind = 'hand_edit' $$,
  $$ values
    ('Marked as a no-show by hand by sally@team.test.'),
    ('No longer marked as a no-show by hand by sally@team.test.') $$,
  'the story of the meeting tells it'
);
select is(
  (select d.stage || ': ' || d.last_happening from public.board_deals as d where d.domain = 'two.test'),
  'met: No longer marked as a no-show by hand by sally@team.test.', 'and so does its deal'
);

select * from finish();
rollback;
