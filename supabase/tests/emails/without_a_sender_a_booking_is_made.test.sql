-- Rule: that no brand could write is no reason not to book: the mail is owed, waits, and says what to do.
begin;
select plan(4);

-- Given one sender, for other organizers, and none that is the default
delete from public.senders as s where s.is_default;

-- When
create temporary table answer as select tests.send('BOOKING_CREATED') as answer;

-- Then
select is((select a.answer ->> 'outcome' from answer as a), 'applied', 'the booking is made');
select matches(
  (select a.answer ->> 'reason' from answer as a), 'Its mail waits: no sender is configured\.$',
  'the answer says that the mail waits'
);
select results_eq(
  $$ select e.status, e.from_address, e.reply_to, e.reason like 'No sender is configured%insert into senders%'
     from tests.email() as e $$,
  $$ values ('due', null, 'greta@host.test', true) $$,
  'the mail says why, and what to do'
);

-- When the organizer is one of those who have a sender
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-m", "email": "grace@hopper.test", "organizer": {"email": "a@modernfull.com"}
}');

-- Then
select is(
  (select e.from_address from tests.email(p_to => 'grace@hopper.test') as e), 'team@modernfull.com',
  'a brand of one''s own needs no default'
);

select * from finish();
rollback;
