-- Rule: the way of an event, of a mail and of a report, walked as service_role.
begin;
select plan(6);
select tests.empty_crm();

-- Given an event that arrived an hour ago
select tests.quiet_outbox();
select tests.run_as('service_role', format(
  'insert into public.calcom_events (payload) values (%L)', tests.calcom_event('BOOKING_CREATED')
));
update public.calcom_events as e set received_at = now() - interval '1 hour' where e.outcome = 'pending';

-- When
select lives_ok(
  $$ select tests.run_as('service_role', 'select public.handle_pending_event()') $$, 'it has the event decided'
);
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-a', 'which it could not do by itself');
select lives_ok(
  $$ select tests.run_as('service_role', '
       select public.start_email_attempt(c.id, c.attempts, ''{}'') from public.claim_email() as c') $$,
  'it begins to send the mail'
);
select lives_ok(
  $$ select tests.run_as('service_role', format(
       'select public.finish_email_attempt(%L, 1, ''sent'', ''re_1'')', (tests.email()).id
     )) $$,
  'it reports what came of it'
);
select tests.run_as('service_role', 'select public.handle_resend_event(
  ''msg_1'', ''{"type": "email.delivered", "data": {"email_id": "re_1"}}''
)');
select is(
  array[(tests.email()).status, (tests.email()).delivery], array['sent', 'delivered'], 'the mail is sent and delivered'
);

-- Then
select lives_ok(
  format('select tests.run_as(''service_role'', %L)', '
    select from public.pipeline as p, public.deal_timeline as d, public.booking_timeline as b,
      public.email_attempts as a, public.email_deliveries as v, public.event_effects as f
    where p.opened_at is not null and d.happened_at is not null and b.happened_at is not null'),
  'it reads what became of them'
);

select * from finish();
rollback;
