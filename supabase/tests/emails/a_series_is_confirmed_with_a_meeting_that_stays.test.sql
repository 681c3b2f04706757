-- Rule: one mail confirms a series. When its first meeting changes before that mail goes out, another one brings it.
begin;
select plan(5);
select tests.empty_crm();
create function pg_temp.book(p_email text, p_uids text[]) returns void language sql as $$
  select tests.send('BOOKING_CREATED', jsonb_build_object(
    'uid', u.uid, 'email', p_email, 'createdAt', format('2037-03-02T09:00:0%sZ', u.n),
    'startTime', format('2037-03-1%sT15:00:00Z', u.n), 'endTime', format('2037-03-1%sT16:00:00Z', u.n),
    'recurringEvent', '{"freq": 2, "count": 3, "interval": 1}'::jsonb
  ))
  from unnest(p_uids) with ordinality as u (uid, n);
$$;
create view pg_temp.due_mails as
select split_part(e.to_address, '@', 1) as attendee, concat_ws(' ', e.kind, e.calcom_uid) as mail
from public.emails as e where e.status = 'due';
create function pg_temp.let_wait() returns void language sql as $$
  update public.emails as e set created_at = now() - interval '1 minute', next_attempt_at = now();
  select count(*) from tests.claim_all();
  update public.emails as e set created_at = now() - interval '1 minute', next_attempt_at = now();
  select count(*) from tests.claim_all();
$$;

-- Given series whose confirmation has yet to go out
select pg_temp.book('one@lovelace.test', array['a', 'b', 'c']);
select pg_temp.book('moved@lovelace.test', array['d', 'e', 'f']);
select pg_temp.book('all@lovelace.test', array['g', 'h', 'i']);
select pg_temp.book('late@lovelace.test', array['j']);

-- When the first meeting is cancelled, is moved, or is cancelled with all that remain
select tests.send('BOOKING_CANCELLED', '{"uid": "a", "email": "one@lovelace.test"}');
select tests.send('BOOKING_RESCHEDULED', '{"uid": "d2", "rescheduleUid": "d", "email": "moved@lovelace.test"}');
select tests.send(
  'BOOKING_CANCELLED', '{"uid": "g", "email": "all@lovelace.test", "recurringEvent": {"freq": 2, "count": 3}}'
);
select tests.send('BOOKING_CANCELLED', '{"uid": "j", "email": "late@lovelace.test"}');
select pg_temp.let_wait();

-- Then
select is(
  array(select m.mail from pg_temp.due_mails as m where m.attendee = 'one' order by 1),
  array['cancellation a', 'confirmation b'], 'the next meeting confirms the series'
);
select is(
  array(select m.mail from pg_temp.due_mails as m where m.attendee = 'moved' order by 1),
  array['confirmation e', 'reschedule d2'], 'also when the first one was moved'
);
select is(
  array(select m.mail from pg_temp.due_mails as m where m.attendee = 'all' order by 1),
  array['cancellation g'], 'a series of which nothing remains is not confirmed'
);

-- When the next meeting of a series comes later than that
select pg_temp.book('late@lovelace.test', array['k', 'l']);

-- Then
select is(
  array(select m.mail from pg_temp.due_mails as m where m.attendee = 'late' order by 1),
  array['cancellation j', 'confirmation k'], 'it confirms the series'
);

-- When what confirms it comes again, and everything is rebuilt
select pg_temp.book('one@lovelace.test', array['a', 'b', 'c']);
select count(public.rebuild_everything());
select pg_temp.let_wait();

-- Then
select is(
  (select count(*) from public.emails as e where e.to_address = 'one@lovelace.test'), 3::bigint,
  'nobody is told twice'
);
select * from finish();
rollback;
