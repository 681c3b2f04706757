-- Rule: it is kept, and touches nothing; no body makes it raise.
begin;
select plan(4);

select is(
  array(
    select public.handle_resend_event('msg_' || b.place, b.body) ->> 'outcome'
    from unnest(array[
      '{}', '{"type": "email.delivered"}', '{"type": "email.delivered", "data": {"email_id": "somebody-elses"}}',
      '{"type": "email.delivered", "data": {"email_id": "x", "tags": {"email_id": "not-a-uuid"}}}',
      '{"type": "email.delivered",
        "data": {"email_id": "x", "tags": {"email_id": "00000000-0000-4000-8000-000000000000"}}}',
      '{"type": "email.delivered", "data": []}', '{"type": 5, "data": null}', '[]', '"text"'
    ]::jsonb[]) with ordinality as b (body, place)
  ),
  array_fill('ignored'::text, array[9]), 'whatever it is'
);
select is(
  (select count(*) from public.email_deliveries as d where d.id ~ '^msg_\d$' and d.email_id is null), 9::bigint,
  'it is kept'
);

-- Given a mail that was sent
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select public.finish_email_attempt((tests.email()).id, 1, 'sent', 're_1');

-- When something happens that says nothing about the way of a mail
select is(
  public.handle_resend_event('msg_s', '{"type": "email.scheduled", "data": {"email_id": "re_1"}}') ->> 'reason',
  'It says nothing about what became of a mail.', 'the answer says so'
);
select is((tests.email()).delivery, null, 'and the mail is as before');

select * from finish();
rollback;
