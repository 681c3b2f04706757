-- Rule: what the Edge Functions may do is what a function of ours does for them.
begin;
select plan(6);

-- Given an event and a mail
select tests.send('BOOKING_CREATED');

-- Then
select throws_ok(
  $$ select tests.run_as(
       'service_role', 'insert into public.calcom_events (payload, outcome) values (''{}'', ''applied'')'
     ) $$,
  '42501', 'permission denied for table calcom_events', 'it does not say what became of an event'
);
select throws_ok(
  $$ select tests.run_as('service_role', 'update public.emails set status = ''sent''') $$,
  '42501', 'permission denied for table emails', 'nor of a mail'
);
select throws_ok(
  $$ select tests.run_as('service_role', 'delete from public.email_attempts') $$,
  '42501', 'permission denied for table email_attempts', 'it forgets no attempt'
);
select throws_ok(
  $$ select tests.run_as('service_role', 'update public.deals set opened_by_event_id = null') $$,
  '42501', 'permission denied for table deals', 'it does not say what opened a deal'
);
select throws_ok(
  $$ select tests.run_as('service_role', 'select crm.max_event_attempts()') $$,
  '42501', 'permission denied for schema crm', 'it calls no step by itself'
);
select throws_ok(
  $$ select tests.run_as('service_role', 'call public.handle_pending_events()') $$,
  '42501', 'permission denied for procedure handle_pending_events', 'nor the procedure of the schedule'
);

select * from finish();
rollback;
