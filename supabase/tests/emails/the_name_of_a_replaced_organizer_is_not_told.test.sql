-- Rule: a mail speaks for the organizer that the booking has now; the name in its event may be that of the one before.
begin;
select plan(1);

-- Given a booking that another host has taken over before its mail is written
create temporary table answer as select tests.send('BOOKING_CREATED') as answer;
delete from public.emails as e where e.event_id = (select (a.answer ->> 'event_id')::uuid from answer as a);
update public.bookings as b set organizer_email = 'piet@substrate.build' where b.calcom_uid = 'uid-a';

-- When
select q.*
from public.bookings as b
join public.people as p on p.id = b.person_id
join public.calcom_events as c on c.id = b.last_event_id
cross join lateral crm.parse_event(c) as e
cross join lateral crm.queue_email(e, crm.make_effect(e, b, 'applied', '', null, null, 'confirmation'), p) as q
where b.calcom_uid = 'uid-a';

-- Then
select results_eq(
  $$ select e.from_address, e.reply_to, crm.email_facts(e) ->> 'organizer_email',
       crm.email_facts(e) ->> 'organizer_name'
     from tests.email() as e $$,
  $$ values ('team@substrate.build', 'piet@substrate.build', 'piet@substrate.build', null::text) $$,
  'the old name does not stand beside the new address'
);

select * from finish();
rollback;
