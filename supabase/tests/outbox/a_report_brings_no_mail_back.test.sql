-- Rule: what was sent, failed or dropped meanwhile stays so, unless Resend has taken it.
begin;
select plan(5);

-- Given a mail that was dropped while a sender was at work
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
update public.emails as e set status = 'dropped', finalized_at = now(), reason = 'It was cancelled.'
where e.id = (tests.email()).id;
create temporary table dropped as select e.* from tests.email() as e;

-- When the sender reports that it does not know
select is(tests.finish_attempt('unknown', 'no answer'), 'dropped', 'it hears that the mail is dropped');
select results_eq(
  $$ select e.* from tests.email() as e $$, $$ select d.* from dropped as d $$, 'neither reason nor time is another'
);

-- When a mail was sent
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.start_attempt();
select public.finish_email_attempt(e.id, 1, 'sent', 're_1') from tests.email(p_to => 'grace@lovelace.test') as e;

-- Then
select is(
  (
    select public.finish_email_attempt(e.id, 1, 'rejected', error => '422')
    from tests.email(p_to => 'grace@lovelace.test') as e
  ),
  'sent', 'no report makes it fail'
);
select lives_ok(
  $$ select crm.finalize_email(tests.email(p_to => 'grace@lovelace.test'), 'failed', 'Late.') $$,
  'whoever gives it up is late'
);
select is((tests.email(p_to => 'grace@lovelace.test')).status, 'sent', 'and changes nothing');

select * from finish();
rollback;
