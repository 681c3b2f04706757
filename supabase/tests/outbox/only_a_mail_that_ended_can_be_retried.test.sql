-- Rule: a mail that somebody is sending is sent already as soon as can be, and one that was sent is done.
begin;
select plan(3);

-- Given a mail that somebody claimed
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select c.id from public.claim_email() as c;
create temporary table before as select e.* from tests.email() as e;

-- When it is retried by hand
select is(public.retry_email((tests.email()).id) ->> 'status', 'due', 'it is due, as it was');
select results_eq(
  $$ select e.* from tests.email() as e $$, $$ select b.* from before as b $$, 'and nobody else can claim it'
);

-- When it was sent, at the first attempt
select tests.finish_attempt('sent');
select is(public.retry_email((tests.email()).id) ->> 'status', 'sent', 'it stays sent');

select * from finish();
rollback;
