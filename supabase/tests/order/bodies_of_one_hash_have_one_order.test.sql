-- Rule: the hash of the body is what decides between events of one moment. Bodies that differ may have the same: then
--       the bodies decide, not which of them came first.
begin;
select plan(3);

-- Given two bodies with one hash: a list of one text is taken for that text twice, so far apart that it evens out
create temporary table bodies as
select b.wrapped, b.plain
from generate_series(0, 64) as k
cross join tests.calcom_event('BOOKING_CREATED', '{"uid": "a", "title": "Call", "iCalUID": "a@cal.test"}') as c (body)
cross join lateral jsonb_set(
  c.body, '{payload,filler}', (select coalesce(jsonb_agg(i), '[]') from generate_series(1, k) as i)
) as f (plain)
cross join lateral (
  select
    jsonb_set(jsonb_set(f.plain, '{payload,title}', '["Call"]'), '{payload,iCalUID}', '["a@cal.test"]') as wrapped,
    f.plain
) as b
where jsonb_hash_extended(b.wrapped, 0) = jsonb_hash_extended(b.plain, 0);
select isnt_empty('table bodies', 'there are such bodies');

-- When they arrive in either order
select tests.empty_crm();
select public.handle_calcom_event(b.plain), public.handle_calcom_event(b.wrapped) from bodies as b limit 1;
create temporary table one_way as
select b.title, b.ical_uid from public.bookings as b where b.calcom_uid = 'a';
select tests.empty_crm();
select public.handle_calcom_event(b.wrapped), public.handle_calcom_event(b.plain) from bodies as b limit 1;

-- Then
select isnt_empty('table one_way', 'the meeting is booked');
select results_eq(
  $$ select b.title, b.ical_uid from public.bookings as b where b.calcom_uid = 'a' $$, 'table one_way',
  'the booking is the same'
);

select * from finish();
rollback;
