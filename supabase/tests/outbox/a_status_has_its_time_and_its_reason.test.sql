-- Rule: the states of a mail and of an attempt are constraints; no sender, and nobody by hand, can leave them.
begin;
select plan(6);

-- Given a mail that is under way, and every way to write its state
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
create temporary table written as
select s.status, t.sent_at, f.finalized_at, r.reason, false as is_accepted
from unnest(array['due', 'sent', 'failed', 'dropped', 'queued']) as s (status)
cross join (values (now()), (null)) as t (sent_at)
cross join (values (now()), (null)) as f (finalized_at)
cross join (values ('Why.'), (null)) as r (reason);

-- When
do $$
declare
  v_row record;
begin
  for v_row in select w.* from written as w loop
    begin
      update public.emails as e
      set (status, sent_at, finalized_at, reason) = (v_row.status, v_row.sent_at, v_row.finalized_at, v_row.reason)
      where e.to_address = 'ada@lovelace.test';
      update written as w set is_accepted = true where w.* is not distinct from v_row;
    exception
      when check_violation then null;
    end;
  end loop;
end;
$$;

-- Then
select set_eq(
  $$ select concat_ws(' ', w.status, 'sent ' || w.sent_at, 'finalized ' || w.finalized_at, w.reason)
     from written as w where w.is_accepted $$,
  $$ values ('due'), ('due Why.'), ('sent sent ' || now()), ('sent sent ' || now() || ' Why.'),
            ('failed finalized ' || now() || ' Why.'), ('dropped finalized ' || now() || ' Why.') $$,
  'a mail that is sent, failed or dropped has its time, and the last two their reason'
);
select throws_ok(
  $$ update public.emails as e set delivery = 'delivered' where e.to_address = 'ada@lovelace.test' $$,
  '23514', 'new row for relation "emails" violates check constraint "emails_delivery_has_its_time"',
  'so has what Resend reported'
);
select throws_ok(
  $$ update public.email_attempts as a set outcome = 'sent' where a.attempt = 1 $$,
  '23514', 'new row for relation "email_attempts" violates check constraint "email_attempts_finished_has_its_outcome"',
  'an attempt has an outcome when it is finished'
);
select throws_ok(
  $$ update public.email_attempts as a set finished_at = now() where a.attempt = 1 $$,
  '23514', 'new row for relation "email_attempts" violates check constraint "email_attempts_finished_has_its_outcome"',
  'and only then'
);
select throws_ok(
  $$ select tests.finish_attempt('lost') $$,
  '23514', 'new row for relation "email_attempts" violates check constraint "email_attempts_outcome_is_known"',
  'a sender may report no outcome that nobody knows'
);
select throws_ok(
  $$ select tests.finish_attempt(null) $$,
  '23514', 'new row for relation "email_attempts" violates check constraint "email_attempts_finished_has_its_outcome"',
  'nor none'
);

select * from finish();
rollback;
