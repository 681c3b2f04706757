-- Rule: hideOrganizerEmail: replies go to customReplyToEmail, else nowhere; the address is in no text of the mail. A
--       body that does not say is as the one before.
begin;
select plan(4);
create temporary view mails as
select e.calcom_uid, e.kind, e.from_address, e.reply_to, crm.email_facts(e)::text ilike '%greta@%' as shows_address,
  crm.email_facts(e) ->> 'title' as title, crm.email_facts(e) ->> 'organizer_name' as name
from public.emails as e where e.to_address = 'ada@lovelace.test';
insert into public.senders (organizer_domain, from_address) values ('host.test', 'team@host.test');

-- When
select tests.send('BOOKING_CREATED', '{
  "uid": "none", "hideOrganizerEmail": true, "title": "Call between GRETA@host.test and Ada",
  "organizer": {"email": "Greta@Host.test", "name": "Greta@Host.test"}, "location": "Ask greta@host.test",
  "attendees": [{"email": "ada@lovelace.test", "name": "Ada"}, {"email": "greta@host.test", "name": ""}]
}');
select tests.send('BOOKING_CREATED', '{
  "uid": "custom", "hideOrganizerEmail": true, "customReplyToEmail": "Sales@host.test",
  "createdAt": "2037-03-02T09:01:00Z"
}');
select tests.send('BOOKING_CREATED', '{
  "uid": "shown", "customReplyToEmail": "sales@host.test", "createdAt": "2037-03-02T09:02:00Z"
}');

-- Then
select results_eq(
  $$ select m.calcom_uid, m.reply_to, m.shows_address from mails as m order by 1 $$,
  $$ values ('custom', 'sales@host.test', false), ('none', null, false), ('shown', 'greta@host.test', true) $$,
  'the address is shown where it may be, and replies go where they may go'
);
select results_eq(
  $$ select m.title, m.name from mails as m where m.calcom_uid = 'none' $$,
  $$ values ('Call between … and Ada', null::text) $$,
  'a name that is the address is none'
);
select is(
  array(select distinct m.from_address from mails as m), array['team@host.test'], 'its brand writes all the same'
);

-- When a body does not say whether
select public.handle_calcom_event(tests.calcom_event('BOOKING_CANCELLED', '{"uid": "none"}'));

-- Then
select results_eq(
  $$ select m.reply_to, m.shows_address from mails as m where m.kind = 'cancellation' $$,
  $$ values (null::text, false) $$,
  'the address stays hidden'
);

select * from finish();
rollback;
