-- Rule: a mail to somebody else that tells of the person loses its text, which holds the name and the address in ways
--       that no pattern finds. One that is still due is written again, without the person.
begin;
select plan(8);
select tests.empty_crm();

-- Given Bob, of another company, who brings Ada along, and has been told so
select tests.quiet_outbox();
create function tests.book_as_bob(p_trigger text, p_overrides jsonb default '{}')
returns jsonb
language sql
return tests.send(p_trigger, '{
  "uid": "uid-bob", "email": "bob@other.test", "name": "Bob Other", "title": "Call of Bob Other with Ada Byron",
  "attendees": [
    {"email": "bob@other.test", "name": "Bob Other"}, {"email": "ada@lovelace.test", "name": "Ada Byron"}
  ]
}'::jsonb || p_overrides);
select tests.book_as_bob('BOOKING_CREATED');
select public.start_email_attempt(c.id, c.attempts, jsonb_build_object(
  'html', '<p>Ada&#x20;Byron, ada[@]lovelace[.]test</p>',
  'attachments', jsonb_build_array(jsonb_build_object(
    'content', encode(convert_to('ATTENDEE:mailto:ada@lovelace.test', 'UTF8'), 'base64')
  ))
))
from public.claim_email() as c;
select public.finish_email_attempt(m.id, m.attempts, 'sent', 're_bob') from public.emails as m;
select public.handle_resend_event('msg_bob', '{"type": "email.delivered", "data": {
  "email_id": "re_bob", "to": ["bob@other.test"], "subject": "Confirmed: Call of Bob Other with Ada Byron"
}}');

-- and a second mail to him that a sender has just claimed
select tests.book_as_bob('BOOKING_RESCHEDULED', '{"uid": "uid-b", "rescheduleUid": "uid-bob"}');
create temporary table claimed as select c.* from public.claim_email() as c;

-- When
select public.erase_person('ada@lovelace.test');

-- and Resend reports once more about the first one
select public.handle_resend_event('msg_bob_2', '{"type": "email.opened", "data": {
  "email_id": "re_bob", "to": ["bob@other.test"], "subject": "Confirmed: Call of Bob Other with Ada Byron"
}}');

-- Then
select is(
  tests.standing(array['ada@lovelace.test', 'ada[@]', 'Ada Byron', 'Ada&#x20;Byron', 'ATTENDEE:mailto:ada@']), '{}',
  'nothing tells of her'
);
select is(
  array(select m.status from public.emails as m order by m.number), array['sent', 'due'], 'his mails are what they were'
);
select is(
  (select m.template_data ->> 'title' from public.emails as m where m.kind = 'confirmation'),
  'Call of Bob Other with ' || split_part(tests.pseudonym(), '@', 1), 'what the first one said is kept without her'
);
select is(
  (select r.payload #>> '{data,to,0}' from public.email_deliveries as r where r.id = 'msg_bob'), 'bob@other.test',
  'and so is its report'
);
select is((select m.delivery from public.emails as m where m.resend_id = 're_bob'), 'opened', 'the later one counts');
select is(
  (select public.start_email_attempt(c.id, c.attempts, '{"html": "with Ada Byron"}') from claimed as c), null,
  'the sender that has read of her may not send the second one'
);
create temporary table again as select c.* from public.claim_email() as c;
select is(
  (select a.template_data #>> '{guests,0,email}' from again as a), tests.pseudonym(), 'which is claimed anew'
);
select isnt(
  (select public.start_email_attempt(a.id, a.attempts, '{"html": "Hello"}') from again as a), null, 'and goes out'
);

select * from finish();
rollback;
