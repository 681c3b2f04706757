-- Rule: a mail that waited until its meeting was over is of no use to anybody.
begin;
select plan(3);

-- Given mails that wait
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-k", "email": "kofi@lovelace.test"}');

-- When the meetings of two are over
update public.bookings as b
set start_time = now() - interval '2 hours', end_time = now() - interval '1 hour'
where b.calcom_uid in ('uid-a', 'uid-g');
create temporary table claimed as select c.* from tests.claim_all() as c;

-- Then
select results_eq(
  $$ select c.to_address from claimed as c $$, $$ values ('kofi@lovelace.test') $$, 'the third is sent'
);
select results_eq(
  $$ select e.kind, e.status, e.reason from public.emails as e
     where e.to_address in ('ada@lovelace.test', 'grace@lovelace.test') order by e.number $$,
  $$ values
     ('confirmation', 'dropped', 'The meeting is over.'), ('confirmation', 'dropped', 'The meeting is over.'),
     ('cancellation', 'dropped', 'The meeting is over.') $$,
  'the others are dropped'
);

-- When it ends between the claim and the request
update public.bookings as b set start_time = now() - interval '1 hour', end_time = now() where b.calcom_uid = 'uid-k';

-- Then
select is(public.start_email_attempt(c.id, 1, '{}'), null, 'no request is made') from claimed as c;

select * from finish();
rollback;
