-- Rule: it is kept, and touches nothing; no body makes it raise.
begin;
select plan(3);

select is(
  array(
    select public.record_delivery('msg_' || b.place, b.body) ->> 'outcome'
    from unnest(array[
      '{}', '{"type": "email.delivered"}', '{"type": "email.delivered", "data": {"email_id": "somebody-elses"}}',
      '{"type": "email.delivered", "data": {"email_id": "x", "tags": {"email_id": "not-a-uuid"}}}',
      '{"type": "email.delivered", "data": {"email_id": "x", "tags": {"email_id": "00000000-0000-4000-8000-000000000000"}}}',
      '{"type": "email.delivered", "data": []}', '{"type": 5, "data": null}', '[]', '"text"'
    ]::jsonb[]) with ordinality as b (body, place)
  ),
  array_fill('ignored'::text, array[9]), 'whatever it is'
);

-- Given a mail that was sent
update public.emails as e set next_attempt_at = 'infinity';
create temporary table mail as select (tests.send('BOOKING_CREATED') ->> 'email_id')::uuid as id;
select c.id, public.freeze_email(c.id, '{}') from public.claim_emails(10) as c;
select public.record_email_sent(m.id, 're_1') from mail as m;

-- When something happens that says nothing about the way of a mail
select is(
  public.record_delivery('msg_s', '{"type": "email.scheduled", "data": {"email_id": "re_1"}}') ->> 'reason',
  'It says nothing about what became of a mail.', 'the answer says so'
);
select is((select e.delivery from public.emails as e join mail as m using (id)), null, 'and the mail is as before');

select * from finish();
rollback;
