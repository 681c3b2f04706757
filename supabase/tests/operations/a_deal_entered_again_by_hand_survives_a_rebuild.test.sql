-- Rule: somebody may delete a deal and enter it again under its id, as undoing the deletion does. A rebuild and a late
--       event repeat both, into the same rows.
begin;
select plan(4);
select tests.empty_crm();

-- Given a deal that is there again
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00Z"}');
delete from public.deals;
select public.undo_hand_edit(h.id) from public.hand_edits as h where h.table_name = 'deals' and h.operation = 'delete';
create temporary view rows_now as
select b.id as booking_id, b.deal_id, b.status, p.email, d.status as deal_status, d.stage
from public.bookings as b
join public.people as p on p.id = b.person_id
left join public.deals as d on d.id = b.deal_id;
create temporary table before as table rows_now;
select results_eq(
  'select deal_status, stage from before', $$ values ('active', 'booked') $$, 'the meeting has its deal'
);

-- When all is rebuilt
select public.rebuild_everything();
select results_eq('table rows_now', 'table before', 'it is the same');
select is(
  (select string_agg(e.outcome, ' ') from public.calcom_events as e), 'applied', 'and no event has failed'
);

-- When an older event turns up
select tests.send('BOOKING_CREATED', '{
  "uid": "older", "email": "grace@lovelace.test", "createdAt": "2037-03-01T09:00:00Z"
}');
select results_eq(
  $$ select n.* from rows_now as n where n.booking_id in (select booking_id from before) $$, 'table before',
  'it is the same'
);

select * from finish();
rollback;
