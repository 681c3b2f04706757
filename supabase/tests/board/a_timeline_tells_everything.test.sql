-- Rule: events, hand edits and mails of a company, a deal, a meeting or a person, also for who may not read their rows.
begin;
select plan(4);
select tests.empty_crm();
select tests.add_members();

create function pg_temp.lines(p_where text) returns text language sql as $$
  select tests.try_as('viewer', format(
    $q$ select string_agg(concat_ws(' | ', t.kind, t.what, t.sentence, t.deal_change, t.editor, t.status), E'\n'
          order by t.what, t.sentence)
        from public.board_timeline as t where %s $q$, p_where
  ));
$$;

-- Given
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_REASSIGNED', '{"organizer": {"email": "kim@modernfull.com"}}');
select tests.try_as('sales', 'update public.companies set name = ''Lovelace'' returning name');
select tests.try_as('sales', 'update public.people set name = ''Ada'' returning name');
select tests.try_as('sales', 'update public.bookings set title = ''Call'' returning title');
select tests.try_as('sales', 'update public.deals set stage = ''met'' returning stage');

select is(
  pg_temp.lines('t.company_id = (select c.id from public.companies as c)'),
  concat_ws(
    e'\n',
    'event | BOOKING_CREATED | Booked; lovelace.test has a new deal. | opened',
    'event | BOOKING_REASSIGNED | ' || (select f.reason from public.event_effects as f where f.deal_change is null),
    'mail | confirmation | The confirmation to ada@lovelace.test waits to be sent. | due',
    'hand_edit | update bookings | Booking changed by hand (title) by sally@team.test. | sally@team.test',
    'hand_edit | update companies | Company changed by hand (name) by sally@team.test. | sally@team.test',
    'hand_edit | update deals | Moved to met by hand by sally@team.test. | sally@team.test',
    'hand_edit | update people | Person changed by hand (name) by sally@team.test. | sally@team.test'
  ),
  'that of a company has all of it'
);
select is(
  array[
    pg_temp.lines('t.deal_id = (select d.id from public.deals as d)') ~ 'update deals.*' and
      pg_temp.lines('t.deal_id = (select d.id from public.deals as d)') !~ 'update (people|companies)',
    regexp_count(pg_temp.lines('t.deal_id = (select d.id from public.deals as d)'), E'\n') = 4
  ],
  array[true, true], 'that of a deal what concerns its meetings and itself'
);

-- When
update public.emails as m set status = 'sent', sent_at = now(), delivery = 'bounced', delivery_at = now(),
  delivery_reason = 'No such mailbox.';
select tests.try_as('sales', 'delete from public.deals returning ''done''');
select is(
  pg_temp.lines(
    't.company_id = (select c.id from public.companies as c) and (t.kind = ''mail'' or t.what like ''delete%'')'
  ),
  concat_ws(
    e'\n', 'mail | confirmation | The confirmation to ada@lovelace.test bounced: No such mailbox. | bounced',
    'hand_edit | delete deals | Deal deleted by hand by sally@team.test. | sally@team.test'
  ),
  'what became of a mail, and what was deleted'
);
select is(
  tests.try_as('stranger', 'select count(*) from public.board_timeline'), '0', 'a stranger is told nothing'
);

select * from finish();
rollback;
