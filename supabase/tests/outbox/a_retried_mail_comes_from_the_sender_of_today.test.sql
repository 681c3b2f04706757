-- Rule: what Resend certainly never took is written anew, from the brand that writes for the organizer now; what may be
--       out goes out again as it was, or not at all.
begin;
select plan(3);

-- Given two mails that failed because of their sender, of which one may be out
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.start_attempt('{"from": "old"}');
select tests.finish_attempt('rejected', '403');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.start_attempt('{"from": "old"}');
select public.finish_email_attempt(e.id, 1, 'conflict', error => '409')
from tests.email(p_to => 'grace@lovelace.test') as e;
create temporary table old as
select e.id, e.from_address, e.from_name, e.request_body, e.template_data from public.emails as e;

-- When the organizer gets a sender of their own, and both are retried
insert into public.senders (organizer_domain, from_address, from_name, color)
values ('host.test', 'team@host.test', 'Host', '#112233');
select public.retry_email(e.id)
from unnest(array['ada@lovelace.test', 'grace@lovelace.test']) as p (address)
cross join lateral tests.email(p_to => p.address) as e;

-- Then
select results_eq(
  $$ select e.from_address, e.from_name, e.request_body, e.template_data #>> '{brand,color}' from tests.email() as e $$,
  $$ values ('team@host.test', 'Host', null::jsonb, '#112233') $$, 'the first comes from the new sender'
);
select is(
  (select e.template_data - 'brand' from tests.email() as e),
  (select o.template_data - 'brand' from old as o join tests.email() as e on e.id = o.id),
  'and says what it said'
);
select results_eq(
  $$ select e.from_address, e.from_name, e.request_body, e.template_data
     from tests.email(p_to => 'grace@lovelace.test') as e $$,
  $$ select o.from_address, o.from_name, o.request_body, o.template_data
     from old as o join tests.email(p_to => 'grace@lovelace.test') as e on e.id = o.id $$,
  'the second is sent as it was'
);

select * from finish();
rollback;
