-- Rule: a deal that a no-show by hand has taken back to booked is met since the no-show was taken back.
begin;
select plan(2);
select tests.empty_crm();
select tests.add_members();

create function pg_temp.mark(p_uid text, p_is_no_show boolean) returns text language sql as $$
  select tests.try_as('sales', format(
    'update public.bookings set is_no_show = %L where calcom_uid = %L returning ''done''', p_is_no_show, p_uid
  ));
$$;
create function pg_temp.since() returns text language sql as $$
  select tests.try_as('viewer', $q$
    select d.stage || ' since ' || case when d.stage_since >= now() then 'now' else d.stage_since::date::text end
    from public.board_deals as d
  $q$);
$$;

-- Given a deal that a meeting has made met
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', m.uid, 'createdAt', '2026-03-02T09:00:00Z', 'startTime', m.day || 'T09:00:00Z',
  'endTime', m.day || 'T09:30:00Z'
))
from (values ('a', '2026-03-03'), ('b', '2026-03-04')) as m (uid, day);
select tests.send('MEETING_ENDED', '{"uid": "a", "endTime": "2026-03-03T09:30:00.000Z"}');

-- When somebody marks that as a no-show, and takes it back
select pg_temp.mark('a', true), pg_temp.mark('a', false);
select is(pg_temp.since(), 'met since now', 'it is met since it was taken back');

-- When another meeting holds it
delete from public.hand_edits;
select public.rebuild_everything();
select tests.send('MEETING_ENDED', '{"uid": "b", "endTime": "2026-03-04T09:30:00.000Z"}');
select pg_temp.mark('b', true), pg_temp.mark('b', false);
select is(pg_temp.since(), 'met since 2026-03-03', 'one that another meeting held is met as long as before');

select * from finish();
rollback;
