-- Rule: so do a complaint and Resend's own list; a full mailbox does not.
begin;
select plan(3);

select is(
  array(
    select crm.suppression_reason(d.delivery, d.data)
    from (
      values
        (1, 'bounced', '{"bounce": {"type": "Permanent"}}'::jsonb), (2, 'bounced', '{}'),
        (3, 'complained', '{}'), (4, 'suppressed', '{}')
    ) as d (place, delivery, data)
    order by d.place
  ),
  array[
    'our mail came back for good.', 'our mail came back for good.', 'somebody there reported our mail as spam.',
    'Resend refuses to send to it, after an earlier bounce or complaint.'
  ],
  'these suppress an address'
);
select is(
  array(
    select crm.suppression_reason(d.delivery, d.data)
    from (
      values
        ('bounced', '{"bounce": {"type": "Transient"}}'::jsonb), ('bounced', '{"bounce": {"type": "Undetermined"}}'),
        ('failed', '{}'), ('delayed', '{}'), ('delivered', '{}')
    ) as d (delivery, data)
  ),
  array_fill(null::text, array[5]),
  'these do not'
);

-- Given an address that is suppressed already
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select public.finish_email_attempt((tests.email()).id, 1, 'sent', 're_1');
select public.handle_resend_event('msg_1', '{"type": "email.bounced", "created_at": "2037-03-02T09:05:00Z",
  "data": {"email_id": "re_1"}}');

-- When another report gives another reason
select public.handle_resend_event('msg_2', '{"type": "email.complained", "created_at": "2037-03-03T09:05:00Z",
  "data": {"email_id": "re_1"}}');

-- Then
select is(
  (select p.suppressed_reason from public.people as p where p.email = 'ada@lovelace.test'),
  'since 2037-03-02, our mail came back for good.', 'the first reason stays'
);

select * from finish();
rollback;
