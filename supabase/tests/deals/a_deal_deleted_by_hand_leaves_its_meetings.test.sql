-- Rule: somebody who deletes a deal edits that deal alone. Its meetings stay; that they belong to no deal any more
--       follows from the edit, and is not repeated when the deal turns out not to have been theirs.
begin;
select plan(4);
select tests.empty_crm();

-- Given two meetings, and their deal, deleted by hand
select tests.send(
  'BOOKING_CREATED', '{"uid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2037-03-02T12:00:00Z"}'
);
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T14:10:00Z"}');
delete from public.deals;
select results_eq(
  'select h.table_name, h.operation from public.hand_edits as h', $$ values ('deals', 'delete') $$,
  'that is one edit'
);
select results_eq(
  'select b.calcom_uid, b.deal_id from public.bookings as b order by 1',
  $$ values ('uid-a', null::uuid), ('uid-b', null) $$,
  'the meetings belong to no deal'
);

-- When it turns out that the first was cancelled before the second was booked
select tests.send(
  'BOOKING_CANCELLED', '{"uid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2037-03-02T14:00:00Z"}'
);

-- Then
select results_eq(
  'select b.calcom_uid, d.status from public.bookings as b left join public.deals as d on d.id = b.deal_id order by 1',
  $$ values ('uid-a', 'active'), ('uid-b', null) $$,
  'the second has a deal of its own, and belongs to it'
);
select is(
  (public.rebuild_company('lovelace.test') #>> '{bookings,changed}')::integer, 0, 'a rebuild changes nothing'
);

select * from finish();
rollback;
