-- Rule: reports come in any order; the furthest counts.
begin;
select plan(5);

create function pg_temp.report(p_id text, p_type text, p_at text, p_data jsonb default '{}') returns text
language sql as $$
  select public.handle_resend_event(p_id, jsonb_build_object(
    'type', p_type, 'created_at', '2037-03-02T' || p_at || 'Z', 'data', '{"email_id": "re_1"}' || p_data
  )) ->> 'outcome';
$$;

-- Given a mail that was sent
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select public.finish_email_attempt((tests.email()).id, 1, 'sent', 're_1');

-- When it was delivered, and the reports of what was before come after that
select is(pg_temp.report('msg_2', 'email.delivered', '09:00:09'), 'applied', 'the report counts');
select pg_temp.report('msg_1', 'email.sent', '09:00:01');
select pg_temp.report('msg_3', 'email.delivery_delayed', '09:00:05');
select results_eq(
  $$ select e.delivery, e.delivery_at from tests.email() as e $$,
  $$ values ('delivered', '2037-03-02T09:00:09Z'::timestamptz) $$,
  'it stays delivered'
);

-- When it comes back after that
select pg_temp.report(
  'msg_4', 'email.bounced', '09:05:00',
  '{"bounce": {"type": "Permanent", "subType": "General", "message": "No such user."}}'
);
select pg_temp.report('msg_5', 'email.opened', '09:06:00');
select results_eq(
  $$ select e.status, e.delivery, e.delivery_reason from tests.email() as e $$,
  $$ values ('sent', 'bounced', 'Permanent General: No such user.') $$,
  'it bounced, whoever opened it'
);

-- Then
select is(
  array(
    select d
    from unnest(array[
      'complained', 'clicked', 'failed', 'sent', 'suppressed', 'opened', 'bounced', 'delivered', 'delayed'
    ]) as d
    order by crm.delivery_order(d)
  ),
  array['sent', 'delayed', 'delivered', 'opened', 'clicked', 'failed', 'suppressed', 'bounced', 'complained'],
  'every state has its place'
);
select is(
  array(select d.id from public.email_deliveries as d where d.email_id = (tests.email()).id order by d.id),
  array['msg_1', 'msg_2', 'msg_3', 'msg_4', 'msg_5'], 'every report is kept with its mail'
);

select * from finish();
rollback;
