-- Rule: reports come in any order; the furthest counts.
begin;
select plan(5);

-- Given a mail that was sent
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
select c.id, public.freeze_email(c.id, '{}') from public.claim_emails(10) as c;
select public.record_email_sent(m.id, 're_1') from mail as m;

-- When it was delivered, and the report that it was sent comes after that
select is(
  public.record_delivery('msg_2', '{"type": "email.delivered", "created_at": "2026-03-02T09:00:09.000Z", "data": {"email_id": "re_1"}}') ->> 'outcome',
  'applied', 'the report counts'
);
select public.record_delivery('msg_1', '{"type": "email.sent", "created_at": "2026-03-02T09:00:01.000Z", "data": {"email_id": "re_1"}}');
select public.record_delivery('msg_3', '{"type": "email.delivery_delayed", "created_at": "2026-03-02T09:00:05.000Z", "data": {"email_id": "re_1"}}');
select results_eq(
  $$ select e.delivery, e.delivery_at from public.emails as e join mail as m using (id) $$,
  $$ values ('delivered', '2026-03-02T09:00:09Z'::timestamptz) $$,
  'it stays delivered'
);

-- When it comes back after that
select public.record_delivery('msg_4', '{"type": "email.bounced", "created_at": "2026-03-02T09:05:00Z", "data": {"email_id": "re_1",
  "bounce": {"type": "Permanent", "subType": "General", "message": "No such user."}}}');
select public.record_delivery('msg_5', '{"type": "email.opened", "created_at": "2026-03-02T09:06:00Z", "data": {"email_id": "re_1"}}');
select results_eq(
  $$ select e.status, e.delivery, e.delivery_reason from public.emails as e join mail as m using (id) $$,
  $$ values ('sent', 'bounced', 'Permanent General: No such user.') $$,
  'it bounced, whoever opened it'
);

-- Then
select is(
  array(select d from unnest(array['complained', 'clicked', 'failed', 'sent', 'suppressed', 'opened', 'bounced', 'delivered', 'delayed']) as d order by crm.delivery_rank(d)),
  array['sent', 'delayed', 'delivered', 'opened', 'clicked', 'failed', 'suppressed', 'bounced', 'complained'],
  'every state has its place'
);
select is((select count(*) from public.email_events as v join mail as m on m.id = v.email_id), 5::bigint, 'every report is kept with its mail');

select * from finish();
rollback;
