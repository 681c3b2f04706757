-- Rule: history that somebody brings in later changes the tables like any other event and writes to nobody.
begin;
select plan(3);

-- Given a booking and its move that are brought in, and a webhook of before that has waited for the booking
select tests.send(
  'BOOKING_CANCELLED', '{"uid": "other", "email": "grace@lovelace.test", "createdAt": "2037-03-02T10:00:00Z"}'
);
insert into calcom_events (payload, source, received_at)
values
  (
    tests.calcom_event(
      'BOOKING_CREATED', '{"uid": "old", "email": "ada@lovelace.test", "createdAt": "2037-03-02T09:00:00Z"}'
    ),
    'backfill', now() - interval '2 minutes'
  ),
  (
    tests.calcom_event(
      'BOOKING_CREATED', '{"uid": "other", "email": "grace@lovelace.test", "createdAt": "2037-03-02T09:30:00Z"}'
    ),
    'backfill', now() - interval '1 minute'
  );

-- When
create temporary table answers as
select handle_pending_event() as answer from generate_series(1, 3);

-- Then
select set_eq(
  $$ select a.answer ->> 'outcome' as outcome, a.answer ->> 'email' as email, a.answer ->> 'reason' as reason
     from answers as a
     where a.answer is not null $$,
  $$ values
     ('applied', 'none', 'Booked; lovelace.test has a new deal. No mail: it was brought in later.'),
     ('applied', 'none', 'Booked; lovelace.test has an active deal already. No mail: it was brought in later.') $$,
  'it counts, without a mail, and says so'
);
select is(tests.emails_to('ada@lovelace.test'), null, 'nobody is told what is long known');
select matches(
  tests.emails_to('grace@lovelace.test'), 'cancellation', 'what Cal.com itself has sent is told when it counts at last'
);

select * from finish();
rollback;
