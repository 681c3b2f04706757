-- Rule: Resend reports only on what it has taken; the tag says which mail that is.
begin;
select plan(4);

-- Given a mail whose attempt nobody answered, and which was given up
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
select c.id, public.freeze_email(c.id, '{}') from public.claim_emails(10) as c;
select public.record_email_failure(m.id, 'conflict', '409') from mail as m;

-- When Resend reports on a mail with its tag
select is(
  (select public.record_delivery('msg_1', jsonb_build_object('type', 'email.delivered', 'data', jsonb_build_object('email_id', 're_9', 'tags', jsonb_build_object('email_id', m.id)))) ->> 'outcome' from mail as m),
  'applied', 'the report counts'
);
select results_eq(
  $$ select e.status, e.resend_id, e.delivery, e.doubtful_since from public.emails as e join mail as m using (id) $$,
  $$ values ('sent', 're_9', 'delivered', null::timestamptz) $$,
  'the mail was sent'
);

-- When another mail of Resend has that tag
select is(
  (select public.record_delivery('msg_2', jsonb_build_object('type', 'email.bounced', 'data', jsonb_build_object('email_id', 're_10', 'tags', jsonb_build_object('email_id', m.id)))) ->> 'outcome' from mail as m),
  'ignored', 'it is another mail'
);
select is((select e.delivery from public.emails as e join mail as m using (id)), 'delivered', 'and changes nothing');

select * from finish();
rollback;
