-- Rule: migrations/…_reconciliation.sql, public.reconcile_calcom_bookings()
-- Each case: what the log has, what the API shows, what that makes. Then the same rows again, then the originals.
begin;
select plan(76);
select tests.empty_crm();

create temporary table cases (
  name text, known jsonb, api jsonb, made text, picture text, mails text, originals jsonb
) on commit drop;

create function pg_temp.row_a(p_overrides jsonb default '{}') returns jsonb language sql as $$
  select tests.api_booking(p_overrides)
$$;
create function pg_temp.row_b(p_overrides jsonb default '{}') returns jsonb language sql as $$
  select tests.api_booking(jsonb_build_object(
    'id', 1002, 'uid', 'uid-b', 'rescheduledFromUid', 'uid-a', 'start', tests.api_time('8 days'),
    'end', tests.api_time('8 days 30 minutes'), 'createdAt', tests.api_time('-30 minutes'),
    'updatedAt', tests.api_time('-30 minutes')
  ) || p_overrides)
$$;
create function pg_temp.moved_a() returns jsonb language sql as $$
  select tests.api_booking(jsonb_build_object(
    'status', 'cancelled', 'rescheduledToUid', 'uid-b', 'updatedAt', tests.api_time('-30 minutes')
  ))
$$;
create function pg_temp.past(p_overrides jsonb default '{}') returns jsonb language sql as $$
  select tests.api_booking(jsonb_build_object(
    'createdAt', tests.api_time('-3 days'), 'updatedAt', tests.api_time('-3 days'),
    'start', tests.api_time('-2 hours'), 'end', tests.api_time('-90 minutes')
  ) || p_overrides)
$$;
create function pg_temp.list(variadic p_items jsonb[]) returns jsonb language sql as $$
  select coalesce(jsonb_agg(i.item), '[]') from unnest(p_items) as i (item)
$$;

insert into cases values
(
  'a booking that was never heard of is booked', '[]', pg_temp.list(pg_temp.row_a()),
  'BOOKING_CREATED 1', 'uid-a ACCEPTED / active booked', 'confirmation uid-a',
  pg_temp.list(tests.webhook_of(pg_temp.row_a()))
),
(
  'its cancellation cancels it',
  pg_temp.list(tests.webhook_of(pg_temp.row_a())),
  pg_temp.list(pg_temp.row_a('{"status": "cancelled", "cancellationReason": "Ill"}')),
  'BOOKING_CANCELLED 1', 'uid-a CANCELLED / cancelled booked', 'confirmation uid-a, cancellation uid-a',
  pg_temp.list(tests.webhook_of(pg_temp.row_a(), 'BOOKING_CANCELLED', '{}', '-3 seconds'))
),
(
  'a booking and its cancellation are both told', '[]',
  pg_temp.list(pg_temp.row_a(jsonb_build_object(
    'status', 'cancelled', 'cancellationReason', 'Ill', 'updatedAt', tests.api_time('-20 minutes')
  ))),
  'BOOKING_CANCELLED 1, BOOKING_CREATED 1', 'uid-a CANCELLED / cancelled booked', 'cancellation uid-a',
  pg_temp.list(
    tests.webhook_of(pg_temp.row_a(jsonb_build_object('updatedAt', tests.api_time('-20 minutes'))),
      'BOOKING_CANCELLED'),
    tests.webhook_of(pg_temp.row_a())
  )
),
(
  'a move moves it',
  pg_temp.list(tests.webhook_of(pg_temp.row_a())), pg_temp.list(pg_temp.row_b(), pg_temp.moved_a()),
  'BOOKING_RESCHEDULED 1; known 1', 'uid-b ACCEPTED / active booked', 'confirmation uid-a, reschedule uid-b',
  pg_temp.list(tests.webhook_of(pg_temp.row_b(), 'BOOKING_RESCHEDULED'))
),
(
  'a booking and its move, neither heard of, are one meeting', '[]',
  pg_temp.list(pg_temp.row_b(), pg_temp.moved_a()),
  'BOOKING_CREATED 1, BOOKING_RESCHEDULED 1', 'uid-b ACCEPTED / active booked', 'reschedule uid-b',
  pg_temp.list(tests.webhook_of(pg_temp.row_b(), 'BOOKING_RESCHEDULED'), tests.webhook_of(pg_temp.row_a()))
),
(
  'a move that is cancelled in the end ends cancelled', '[]',
  pg_temp.list(
    pg_temp.row_b(jsonb_build_object('status', 'cancelled', 'updatedAt', tests.api_time('-20 minutes'))),
    pg_temp.moved_a()
  ),
  'BOOKING_CANCELLED 1, BOOKING_CREATED 1, BOOKING_RESCHEDULED 1', 'uid-b CANCELLED / cancelled booked',
  'cancellation uid-b',
  pg_temp.list(tests.webhook_of(pg_temp.row_a()), tests.webhook_of(pg_temp.row_b(), 'BOOKING_RESCHEDULED'))
),
(
  'without a link to what it became, another row tells that it was moved',
  pg_temp.list(tests.webhook_of(pg_temp.row_a())),
  pg_temp.list(pg_temp.moved_a() - 'rescheduledToUid', pg_temp.row_b()),
  'BOOKING_RESCHEDULED 1; known 1', 'uid-b ACCEPTED / active booked', 'confirmation uid-a, reschedule uid-b',
  pg_temp.list(tests.webhook_of(pg_temp.row_b(), 'BOOKING_RESCHEDULED'))
),
(
  'a request waits for the organizer', '[]', pg_temp.list(pg_temp.row_a('{"status": "pending"}')),
  'BOOKING_REQUESTED 1', null, null, pg_temp.list(tests.webhook_of(pg_temp.row_a(), 'BOOKING_REQUESTED'))
),
(
  'a request that was confirmed is booked',
  pg_temp.list(tests.webhook_of(pg_temp.row_a(), 'BOOKING_REQUESTED')),
  pg_temp.list(pg_temp.row_a(jsonb_build_object('updatedAt', tests.api_time('-20 minutes')))),
  'BOOKING_CREATED 1', 'uid-a ACCEPTED / active booked', 'confirmation uid-a',
  pg_temp.list(tests.webhook_of(pg_temp.row_a(), 'BOOKING_CREATED', '{}', '30 minutes'))
),
(
  'a request for another time that was confirmed without a link is the same meeting',
  pg_temp.list(
    tests.webhook_of(pg_temp.row_a()),
    tests.webhook_of(pg_temp.row_b() - 'rescheduledFromUid', 'BOOKING_CREATED', '{}', '5 minutes')
  ),
  pg_temp.list(pg_temp.row_b(), pg_temp.moved_a()),
  'BOOKING_REQUESTED 1; known 1', 'uid-b ACCEPTED / active booked', 'confirmation uid-a, confirmation uid-b',
  pg_temp.list(tests.webhook_of(pg_temp.row_b(), 'BOOKING_REQUESTED'))
),
(
  'a request for another time that was rejected cancels the meeting',
  pg_temp.list(tests.webhook_of(pg_temp.row_a())),
  pg_temp.list(
    pg_temp.row_b(jsonb_build_object('status', 'rejected', 'updatedAt', tests.api_time('-20 minutes'))),
    pg_temp.moved_a()
  ),
  'BOOKING_REJECTED 1, BOOKING_REQUESTED 1; known 1', 'uid-b CANCELLED / cancelled booked',
  'confirmation uid-a, cancellation uid-b',
  pg_temp.list(
    tests.webhook_of(pg_temp.row_b(jsonb_build_object('updatedAt', tests.api_time('-20 minutes'))), 'BOOKING_REJECTED'),
    tests.webhook_of(pg_temp.row_b(), 'BOOKING_REQUESTED')
  )
),
(
  'a meeting that is over took place',
  pg_temp.list(tests.webhook_of(pg_temp.past())), pg_temp.list(pg_temp.past()),
  'MEETING_ENDED 1', 'uid-a ACCEPTED attended / active met', null,
  pg_temp.list(tests.webhook_of(pg_temp.past(), 'MEETING_ENDED'))
),
(
  'a meeting of which nothing was heard took place too', '[]', pg_temp.list(pg_temp.past()),
  'BOOKING_CREATED 1, MEETING_ENDED 1', 'uid-a ACCEPTED attended / active met', null,
  pg_temp.list(tests.webhook_of(pg_temp.past(), 'MEETING_ENDED'), tests.webhook_of(pg_temp.past()))
),
(
  'who was missing did not attend',
  pg_temp.list(tests.webhook_of(pg_temp.past()), tests.webhook_of(pg_temp.past(), 'MEETING_ENDED')),
  pg_temp.list(jsonb_set(pg_temp.past(), '{attendees,0,absent}', 'true')),
  'BOOKING_NO_SHOW_UPDATED 1', 'uid-a ACCEPTED / active booked', null,
  pg_temp.list(tests.calcom_event(
    'BOOKING_NO_SHOW_UPDATED', jsonb_build_object('bookingUid', 'uid-a', 'createdAt', tests.api_time('-1 hour'))
  ))
),
(
  'another host has it',
  pg_temp.list(tests.webhook_of(pg_temp.row_a())),
  pg_temp.list(pg_temp.row_a(jsonb_build_object(
    'hosts', '[{"id": 413, "name": "Hal Host", "email": "hal@host.test"}]'::jsonb, 'updatedAt',
      tests.api_time('-20 minutes')
  ))),
  'BOOKING_REASSIGNED 1', 'uid-a ACCEPTED / active booked', 'confirmation uid-a',
  pg_temp.list(tests.webhook_of(pg_temp.row_a(), 'BOOKING_REASSIGNED', jsonb_build_object(
    'organizer', '{"id": 413, "name": "Hal Host", "email": "hal@host.test"}'::jsonb,
    'createdAt', tests.api_time('-21 minutes')
  )))
),
(
  'whose meeting it was counts also when it was cancelled',
  pg_temp.list(
    tests.webhook_of(pg_temp.row_a()),
    tests.webhook_of(
      pg_temp.row_a(jsonb_build_object('updatedAt', tests.api_time('-20 minutes'))), 'BOOKING_CANCELLED'
    )
  ),
  pg_temp.list(pg_temp.row_a(jsonb_build_object(
    'hosts', '[{"id": 413, "name": "Hal Host", "email": "hal@host.test"}]'::jsonb, 'status', 'cancelled',
    'updatedAt', tests.api_time('-20 minutes')
  ))),
  'BOOKING_REASSIGNED 1', 'uid-a CANCELLED / cancelled booked', 'confirmation uid-a, cancellation uid-a',
  pg_temp.list(tests.webhook_of(pg_temp.row_a(), 'BOOKING_REASSIGNED', jsonb_build_object(
    'organizer', '{"id": 413, "name": "Hal Host", "email": "hal@host.test"}'::jsonb,
    'createdAt', tests.api_time('-21 minutes')
  )))
),
(
  'a row that lacked nothing is looked at again when another one has made its booking known',
  pg_temp.list(
    tests.webhook_of(pg_temp.row_b(), 'BOOKING_REQUESTED', '{"rescheduleUid": null, "status": "PENDING"}'),
    tests.webhook_of(
      pg_temp.row_b(jsonb_build_object('updatedAt', tests.api_time('-20 minutes'))), 'BOOKING_CANCELLED'
    )
  ),
  pg_temp.list(pg_temp.moved_a(), pg_temp.row_b(jsonb_build_object(
    'hosts', '[{"id": 413, "name": "Hal Host", "email": "hal@host.test"}]'::jsonb, 'status', 'cancelled',
    'updatedAt', tests.api_time('-20 minutes')
  ))),
  'BOOKING_CREATED 1, BOOKING_REASSIGNED 1; known 1', 'uid-b CANCELLED / cancelled booked', 'cancellation uid-b',
  pg_temp.list(tests.webhook_of(pg_temp.row_a()))
),
(
  'another address of the same host is no other host',
  pg_temp.list(tests.webhook_of(pg_temp.row_a())),
  pg_temp.list(pg_temp.row_a('{"hosts": [{"id": 412, "name": "Greta Host", "email": "greta@elsewhere.test"}]}')),
  'known 1', 'uid-a ACCEPTED / active booked', 'confirmation uid-a', '[]'
),
(
  'a host who was missing is noted, and the meeting did not take place',
  pg_temp.list(tests.webhook_of(pg_temp.past())), pg_temp.list(pg_temp.past('{"absentHost": true}')),
  'BOOKING_NO_SHOW_UPDATED 1', 'uid-a ACCEPTED / active booked', null, '[]'
);

create function pg_temp.picture() returns text language sql as $$
  select nullif(concat_ws(' / ', tests.bookings_of('ada@lovelace.test'), tests.deals_of('lovelace.test')), '')
$$;
create function pg_temp.run(p_case cases) returns setof text language plpgsql as $$
declare
  v_answer jsonb;
  v_body jsonb;
  v_mails text;
begin
  perform tests.empty_crm();
  for v_body in select b.body from jsonb_array_elements(p_case.known) as b (body) loop
    perform public.handle_calcom_event(v_body);
  end loop;
  perform tests.let_log_rest();
  v_answer := public.reconcile_calcom_bookings(p_case.api);
  return next is(tests.created(v_answer), p_case.made, p_case.name);
  return next is(
    row(pg_temp.picture(), tests.emails_to('ada@lovelace.test')), row(p_case.picture, p_case.mails),
    p_case.name || ': its rows and mails'
  );
  v_answer := public.reconcile_calcom_bookings(p_case.api);
  return next is(
    row(v_answer -> 'created', pg_temp.picture(), tests.emails_to('ada@lovelace.test')),
    row('{}'::jsonb, p_case.picture, p_case.mails), p_case.name || ': the same rows again make nothing'
  );
  for v_body in select b.body from jsonb_array_elements(p_case.originals) as b (body) loop
    v_answer := public.handle_calcom_event(v_body);
  end loop;
  perform tests.let_log_rest();
  v_answer := public.reconcile_calcom_bookings(p_case.api);
  return next is(
    row(v_answer -> 'created', pg_temp.picture(), tests.emails_to('ada@lovelace.test')),
    row('{}'::jsonb, p_case.picture, p_case.mails), p_case.name || ': what Cal.com sent comes late and is a repeat'
  );
end;
$$;

select pg_temp.run(c) from cases as c;

select * from finish();
rollback;
