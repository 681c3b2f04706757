-- Rule: Resend reports only on what it has taken; the tag says which mail that is.
begin;
select plan(6);

create function pg_temp.report(p_id text, p_type text, p_resend_id text, p_email public.emails) returns text
language sql as $$
  select public.handle_resend_event(p_id, jsonb_build_object(
    'type', p_type,
    'data', jsonb_build_object('email_id', p_resend_id, 'tags', jsonb_build_object('email_id', p_email.id))
  )) ->> 'outcome';
$$;

-- Given a mail whose attempt nobody answered, and which failed
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select tests.finish_attempt('conflict', '409');

-- When Resend reports on a mail with its tag
select is(pg_temp.report('msg_1', 'email.delivered', 're_9', tests.email()), 'applied', 'the report counts');
select results_eq(
  $$ select e.status, e.resend_id, e.delivery, e.finalized_at, e.reason from tests.email() as e $$,
  $$ values ('sent', 're_9', 'delivered', null::timestamptz, null) $$,
  'the mail was sent'
);

-- When another mail of Resend has that tag
select is(pg_temp.report('msg_2', 'email.bounced', 're_10', tests.email()), 'ignored', 'it is another mail');
select is((tests.email()).delivery, 'delivered', 'and changes nothing');

-- When a report is faster than its sender
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.start_attempt();
select pg_temp.report('msg_3', 'email.sent', 're_11', tests.email(p_to => 'grace@lovelace.test'));
select is(
  (
    select public.finish_email_attempt(e.id, 1, 'unknown', error => 'timeout')
    from tests.email(p_to => 'grace@lovelace.test') as e
  ),
  'sent', 'the sender hears that it is sent'
);
select is((tests.email(p_to => 'grace@lovelace.test')).resend_id, 're_11', 'under the id of the report');

select * from finish();
rollback;
