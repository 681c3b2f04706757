-- Rule: A began its request before B claimed the mail. Both carry one key, so Resend sends one mail, and either may
--       say so.
begin;
select plan(4);

-- Given two mails, each sent by A and then by B, as nobody heard of A any more
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt();
select tests.make_due(tests.email());
select tests.start_attempt();
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.start_attempt();
select tests.make_due(tests.email(p_to => 'grace@lovelace.test'));
select tests.start_attempt();

-- When A reports that it was sent, and then B that its outcome is unknown
select is(
  array[
    public.finish_email_attempt((tests.email()).id, 1, 'sent', 're_a'),
    public.finish_email_attempt((tests.email()).id, 2, 'unknown', error => 'timeout')
  ],
  array['sent', 'sent'], 'the mail is sent, and both hear so'
);

-- When A reports first that it does not know, and then B that it was sent
select is(
  array[
    public.finish_email_attempt(e.id, 1, 'unknown', error => 'timeout'),
    public.finish_email_attempt(e.id, 2, 'sent', 're_b')
  ],
  array['due', 'sent'], 'the mail is sent as soon as one of them knows'
)
from tests.email(p_to => 'grace@lovelace.test') as e;

-- Then
select is(
  array[(tests.email()).resend_id, (tests.email(p_to => 'grace@lovelace.test')).resend_id], array['re_a', 're_b'],
  'under the id that was reported'
);
select results_eq(
  $$ select e.to_address, a.attempt, a.outcome
     from public.email_attempts as a join public.emails as e on e.id = a.email_id
     where e.to_address in ('ada@lovelace.test', 'grace@lovelace.test') order by 1, 2 $$,
  $$ values ('ada@lovelace.test', 1, 'sent'), ('ada@lovelace.test', 2, 'unknown'),
            ('grace@lovelace.test', 1, 'unknown'), ('grace@lovelace.test', 2, 'sent') $$,
  'every attempt keeps what was said of it'
);

select * from finish();
rollback;
