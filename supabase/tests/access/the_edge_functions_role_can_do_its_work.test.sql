-- Rule: the way of a delivery, walked as service_role.
begin;
select plan(6);

-- Given one mail at a time
update public.emails as e set next_attempt_at = 'infinity';

select lives_ok(
  $$ select tests.run_as('service_role', 'insert into public.calcom_events (payload) values (''{"triggerEvent": "PING"}'')') $$,
  'it keeps a delivery'
);
select lives_ok(
  $$ select tests.run_as('service_role', format('select public.handle_calcom_event(%L)', tests.calcom_event('BOOKING_CREATED'))) $$,
  'it has it decided'
);
select is(tests.emails_to('ada@lovelace.test'), 'confirmation uid-a', 'which it could not do by itself');
select lives_ok(
  $$ select tests.run_as('service_role', 'select public.freeze_email(c.id, ''{}'') from public.claim_emails(10) as c') $$,
  'it takes a mail'
);
select throws_ok(
  $$ select tests.run_as('service_role', 'update public.emails set status = ''sent''') $$,
  '42501', 'permission denied for table emails',
  'it changes no mail by itself'
);
select throws_ok(
  $$ select tests.run_as('service_role', 'insert into public.calcom_events (payload, outcome) values (''{}'', ''applied'')') $$,
  '42501', 'permission denied for table calcom_events',
  'nor says what became of a delivery'
);

select * from finish();
rollback;
