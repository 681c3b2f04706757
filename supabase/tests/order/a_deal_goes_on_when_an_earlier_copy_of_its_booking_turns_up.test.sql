-- Rule: a deal keeps its row and all that refers to it when the booking that opened it turns out to have been sent
--       before, by a second webhook.
begin;
select plan(3);
select tests.empty_crm();

-- Given a deal that the later copy has opened, and that somebody has closed
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00.004Z"}');
update public.deals set status = 'cancelled';
create temporary table before as select d.id from public.deals as d;

-- When the copy comes that was sent first
select is(
  tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00.000Z"}') ->> 'outcome', 'applied',
  'that is the one that counts now'
);

-- Then
select results_eq(
  'select d.id, d.status from public.deals as d', $$ select b.id, 'cancelled' from before as b $$,
  'the deal is the same, and closed'
);
select results_eq(
  'select b.deal_id from public.bookings as b', 'select b.id from before as b', 'the booking belongs to it'
);

select * from finish();
rollback;
