-- Rule: the batch size holds, whatever plan Postgres chooses.
begin;
select plan(3);

-- Given four mails, and statistics from when there was one: Postgres now expects to find one
delete from public.emails;
select tests.send('BOOKING_CREATED', '{"uid": "uid-1"}');
analyze public.emails;
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object('uid', 'uid-' || n)) as answer from generate_series(2, 4) as n;

-- Then
select is((select count(*) from public.claim_emails(1)), 1::bigint, 'one when one is asked for');
select is((select count(*) from public.emails as e where e.attempts = 1), 1::bigint, 'one is leased');
select is((select count(*) from public.claim_emails(10)), 3::bigint, 'the others when more are');

select * from finish();
rollback;
