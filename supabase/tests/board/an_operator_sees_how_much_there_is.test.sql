-- Rule: board_log_counts names every outcome and status, also those of which there is none.
begin;
select plan(1);
select tests.empty_crm();
select tests.add_members();
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_CREATED', '{"uid": "b", "email": "bo@byron.test"}');
select tests.send('FORM_SUBMITTED');
update public.emails as m set status = 'sent', sent_at = now(), delivery = 'bounced', delivery_at = now()
where m.to_address = 'bo@byron.test';
update public.people as p set suppressed_at = now(), suppressed_reason = 'It bounced.' where p.email = 'bo@byron.test';

select is(
  tests.try_as('operator', 'select public.board_log_counts()')::jsonb,
  '{"events": {"pending": 0, "applied": 2, "duplicate": 0, "ignored": 1, "waiting": 0, "failed": 0},
    "emails": {"due": 1, "sent": 1, "failed": 0, "dropped": 0, "bounced": 1}, "suppressed": 1}',
  'events by outcome, mails by status and by what became of them'
);

select * from finish();
rollback;
