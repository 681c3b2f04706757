-- Migration: timeline
-- Purpose:   every deal and booking tells which event did what to it, and when
-- Needs:     fold
-- Creates:   public.deal_timeline, public.booking_timeline
-- Tests:     supabase/tests/timeline/

create view public.deal_timeline
with (security_invoker = true)
as
select
  f.deal_id,
  c.name as company,
  e.happened_at,
  e.trigger,
  coalesce(f.deal, 'unchanged') as change,
  f.reason,
  p.name as person,
  f.booking_id,
  e.id as event_id,
  e.received_at
from public.event_effects as f
join public.calcom_events as e on e.id = f.event_id
join public.deals as d on d.id = f.deal_id
join public.companies as c on c.id = d.company_id
join public.bookings as b on b.id = f.booking_id
join public.people as p on p.id = b.person_id;
comment on view public.deal_timeline is
  'One row per event of a deal, by the sender''s time: what opened it, moved it to met, cancelled it or brought it back.';

create view public.booking_timeline
with (security_invoker = true)
as
select
  f.booking_id,
  p.name as person,
  b.title,
  e.happened_at,
  e.trigger,
  f.reason,
  f.deal_id,
  coalesce(f.deal, 'unchanged') as deal_change,
  e.id as event_id,
  e.received_at
from public.event_effects as f
join public.calcom_events as e on e.id = f.event_id
join public.bookings as b on b.id = f.booking_id
join public.people as p on p.id = b.person_id;
comment on view public.booking_timeline is
  'One row per event of a booking, by the sender''s time: booked, moved, cancelled, attended.';
