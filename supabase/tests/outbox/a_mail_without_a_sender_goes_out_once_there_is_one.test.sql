-- Rule: it waits without an attempt, is looked at every minute, and is written by the brand that there is then.
begin;
select plan(5);

-- Given
select tests.quiet_outbox();
delete from public.senders as s where s.is_default;
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-m", "email": "grace@hopper.test", "organizer": {"email": "a@modernfull.com"}
}');

-- When
create temporary table claimed as select c.* from tests.claim_all() as c;

-- Then
select results_eq(
  $$ select c.to_address from claimed as c $$, $$ values ('grace@hopper.test') $$, 'it does not hold up the others'
);
select results_eq(
  $$ select e.status, e.attempts, e.next_attempt_at - now(), e.reason like 'No sender is configured%'
     from tests.email() as e $$,
  $$ values ('due', 0, interval '1 minute', true) $$,
  'it waits a minute, which is no attempt'
);

-- When there is a sender
insert into public.senders (organizer_domain, from_address, from_name, color, is_default)
values ('brand.test', 'team@brand.test', 'Brand', '#112233', true);
select tests.make_due(tests.email());

-- Then
select results_eq(
  $$ select c.from_address, c.from_name, c.reason, c.template_data #>> '{brand,color}', c.attempts
     from public.claim_email() as c $$,
  $$ values ('team@brand.test', 'Brand', null::text, '#112233', 1) $$,
  'its brand writes'
);
select isnt(
  public.start_email_attempt(e.id, 1, '{"from": "team@brand.test"}'), null, 'and it goes out'
) from tests.email() as e;

-- When somebody would fix its text without a sender
select throws_ok(
  $$ update public.emails as e set from_address = null where e.to_address = 'ada@lovelace.test' $$,
  '23514',
  'new row for relation "emails" violates check constraint "emails_written_has_its_sender"',
  'it is refused'
);

select * from finish();
rollback;
