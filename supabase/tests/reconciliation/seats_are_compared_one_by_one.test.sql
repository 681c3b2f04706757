-- Rule: migrations/…_missing_events.sql, crm.missing_seat() and crm.missing_seat_end()
begin;
select plan(32);
select tests.empty_crm();

create function pg_temp.webinar(p_seats jsonb, p_overrides jsonb default '{}') returns jsonb language sql as $$
  select tests.api_booking(jsonb_build_object(
    'uid', 'web-1', 'attendees', p_seats, 'bookingFieldsResponses', null, 'guests', null, 'icsUid', 'web-1@Cal.com',
    'createdAt', tests.api_time('-5 days'), 'updatedAt', tests.api_time('-5 days')
  ) || p_overrides)
$$;
create function pg_temp.seat(p_name text, p_overrides jsonb default '{}') returns jsonb language sql as $$
  select tests.api_seat(p_name || '@acme.test', jsonb_build_object('createdAt', tests.api_time('-1 hour'))
    || p_overrides)
$$;
create function pg_temp.seat_webhook(p_name text, p_overrides jsonb default '{}') returns jsonb language sql as $$
  select tests.calcom_event('BOOKING_CREATED', jsonb_build_object(
    'uid', 'web-1', 'email', p_name || '@acme.test', 'name', p_name, 'attendeeSeatId', 'seat-' || p_name,
    'seatsPerTimeSlot', 10, 'startTime', tests.api_time('7 days'), 'endTime', tests.api_time('7 days 30 minutes'),
    'createdAt', tests.api_time('-59 minutes'), 'iCalUID', 'web-1@Cal.com'
  ) || p_overrides)
$$;
create function pg_temp.reconcile(variadic p_rows jsonb[]) returns text language plpgsql as $$
begin
  perform tests.let_log_rest();
  return tests.created(public.reconcile_calcom_bookings(to_jsonb(p_rows)));
end;
$$;
create function pg_temp.seats() returns text language sql as $$
  select string_agg(concat_ws(' ', split_part(b.attendee_email, '@', 1), b.calcom_uid, b.status), ', '
    order by b.attendee_email, b.calcom_uid)
  from public.bookings as b
$$;

create function pg_temp.seats_of(p_name text) returns text language sql as $$
  select string_agg(concat_ws(' ', b.calcom_uid, b.status, b.seat_id), ', ' order by b.calcom_uid)
  from public.bookings as b where b.attendee_email = p_name || '@acme.test'
$$;

-- Given a seat that was booked, and one that was not heard of
select public.handle_calcom_event(pg_temp.seat_webhook('ann'));
select is(
  pg_temp.reconcile(pg_temp.webinar(jsonb_build_array(pg_temp.seat('bob'), pg_temp.seat('ann')))),
  'BOOKING_CREATED 1', 'a seat that the log lacks is booked'
);
select is(pg_temp.seats(), 'ann web-1 ACCEPTED, bob web-1 ACCEPTED', 'it has a row of its own');
select is(tests.emails_to('bob@acme.test'), 'confirmation web-1', 'its holder has the confirmation');
select public.handle_calcom_event(pg_temp.seat_webhook('bob'));
select is(
  row(pg_temp.seats(), tests.emails_to('bob@acme.test')),
  row('ann web-1 ACCEPTED, bob web-1 ACCEPTED'::text, 'confirmation web-1'::text), 'the late original is a repeat'
);

-- When nobody says when a seat was taken
select is(
  pg_temp.reconcile(pg_temp.webinar(jsonb_build_array(
    pg_temp.seat('bob'), pg_temp.seat('ann'), pg_temp.seat('cleo') - 'createdAt'
  ))),
  'BOOKING_CREATED 1', 'a seat without a moment is booked as well'
);
select is(tests.emails_to('cleo@acme.test'), null, 'and owes no mail: it may be an old one');

-- When a seat is gone
select is(
  pg_temp.reconcile(pg_temp.webinar(jsonb_build_array(pg_temp.seat('bob'), pg_temp.seat('ann')))),
  'BOOKING_CANCELLED 1', 'a seat that is gone from a row with others was cancelled'
);
select is(
  pg_temp.seats(), 'ann web-1 ACCEPTED, bob web-1 ACCEPTED, cleo web-1 CANCELLED', 'that one alone'
);
select is(
  pg_temp.reconcile(pg_temp.webinar(jsonb_build_array(pg_temp.seat('bob'), pg_temp.seat('ann')))),
  'known 1', 'and it is known from then on'
);
select is(
  pg_temp.reconcile(pg_temp.webinar(jsonb_build_array(
    pg_temp.seat('bob'), pg_temp.seat('ann'), pg_temp.seat('cleo', '{"seatUid": "seat-cleo-2"}')
  ))),
  'BOOKING_CREATED 1', 'a seat that was taken again is booked again'
);

-- When the row lists nobody, or somebody who cannot be read
select is(
  pg_temp.reconcile(
    pg_temp.webinar('[]'), pg_temp.webinar(
      jsonb_build_array(pg_temp.seat('bob'), '{"email": "unknown", "seatUid": "s"}'))
  ),
  'known 1', 'no seat goes because a row lists nobody, or somebody who cannot be read'
);

-- When one seat moves to another time
select is(
  pg_temp.reconcile(
    pg_temp.webinar(jsonb_build_array(pg_temp.seat('ann'), pg_temp.seat('cleo', '{"seatUid": "seat-cleo-2"}'))),
    pg_temp.webinar(jsonb_build_array(pg_temp.seat('bob')), '{"uid": "web-2"}')
  ),
  'BOOKING_RESCHEDULED 1', 'a seat that turns up in another meeting was moved'
);
select is(
  pg_temp.seats(), 'ann web-1 ACCEPTED, bob web-2 ACCEPTED, cleo web-1 ACCEPTED',
    'it is the same row, and cancelled nowhere'
);

-- When all move in place
select is(
  pg_temp.reconcile(pg_temp.webinar(
    jsonb_build_array(pg_temp.seat('ann'), pg_temp.seat('cleo', '{"seatUid": "seat-cleo-2"}')),
    jsonb_build_object('start', tests.api_time('9 days'), 'end', tests.api_time('9 days 30 minutes'),
      'updatedAt', tests.api_time('-10 minutes'))
  )),
  'BOOKING_RESCHEDULED 1', 'a meeting that moved in place is moved'
);
select is(tests.emails_to('ann@acme.test'), 'confirmation web-1, reschedule web-1', 'and tells its people');

-- When somebody had been missing before that, and Cal.com keeps the mark
select tests.send('BOOKING_NO_SHOW_UPDATED', jsonb_build_object(
  'bookingUid', 'web-1', 'createdAt', tests.api_time('-20 minutes'),
  'attendees', '[{"email": "ann@acme.test", "noShow": true}]'::jsonb
));
select is(
  pg_temp.reconcile(pg_temp.webinar(
    jsonb_build_array(
      pg_temp.seat('ann', '{"absent": true}'), pg_temp.seat('cleo', '{"seatUid": "seat-cleo-2"}')
    ),
    jsonb_build_object('start', tests.api_time('9 days'), 'end', tests.api_time('9 days 30 minutes'),
      'updatedAt', tests.api_time('-10 minutes'))
  )),
  'known 1', 'a mark of which the log has told says nothing about the new meeting'
);

-- When everything is cancelled
select is(
  pg_temp.reconcile(pg_temp.webinar('[]',
    jsonb_build_object('status', 'cancelled', 'updatedAt', tests.api_time('-5 minutes')))),
  'BOOKING_CANCELLED 1', 'a cancelled meeting lists nobody'
);
select is(
  pg_temp.seats(), 'ann web-1 CANCELLED, bob web-2 ACCEPTED, cleo web-1 CANCELLED',
    'it is cancelled for all who sat there'
);

-- When a meeting with a seat that was not heard of got another host after its end
select public.handle_calcom_event(pg_temp.seat_webhook('dee', jsonb_build_object(
  'uid', 'web-3', 'createdAt', tests.api_time('-2 days'), 'startTime', tests.api_time('-2 hours'),
  'endTime', tests.api_time('-90 minutes'), 'iCalUID', 'web-3@Cal.com'
)));
select tests.send('MEETING_ENDED', jsonb_build_object('uid', 'web-3', 'endTime', tests.api_time('-90 minutes')));
select tests.send('BOOKING_REASSIGNED', jsonb_build_object(
  'uid', 'web-3', 'createdAt', tests.api_time('-30 minutes'), 'organizer', '{"email": "kim@modernfull.com"}'::jsonb
));
select pg_temp.reconcile(pg_temp.webinar(
  jsonb_build_array(pg_temp.seat('dee'), pg_temp.seat('eve') - 'createdAt'),
  jsonb_build_object('uid', 'web-3', 'icsUid', 'web-3@Cal.com', 'start', tests.api_time('-2 hours'),
    'end', tests.api_time('-90 minutes'), 'updatedAt', tests.api_time('-30 minutes'))
));
select is(
  array(
    select concat_ws(' ', split_part(b.attendee_email, '@', 1), b.attended)
    from public.bookings as b where b.calcom_uid = 'web-3' order by 1
  ),
  array['dee t', 'eve t'], 'who sat there attended it like everybody else'
);

-- When such a meeting had been moved in place, and nobody heard of that
select public.handle_calcom_event(pg_temp.seat_webhook('fay', jsonb_build_object(
  'uid', 'web-4', 'createdAt', tests.api_time('-4 days'), 'startTime', tests.api_time('-1 day'),
  'endTime', tests.api_time('-23 hours'), 'iCalUID', 'web-4@Cal.com'
)));
select tests.send('MEETING_ENDED', jsonb_build_object('uid', 'web-4', 'endTime', tests.api_time('-90 minutes')));
select tests.send('BOOKING_REASSIGNED', jsonb_build_object(
  'uid', 'web-4', 'createdAt', tests.api_time('-30 minutes'), 'organizer', '{"email": "kim@modernfull.com"}'::jsonb
));
select pg_temp.reconcile(pg_temp.webinar(
  jsonb_build_array(pg_temp.seat('fay')),
  jsonb_build_object('uid', 'web-4', 'icsUid', 'web-4@Cal.com', 'start', tests.api_time('-2 hours'),
    'end', tests.api_time('-90 minutes'), 'updatedAt', tests.api_time('-30 minutes'))
));
select is(
  (
    select concat_ws(' ', b.start_time = tests.api_time('-2 hours')::timestamptz, b.attended)
    from public.bookings as b where b.calcom_uid = 'web-4'
  ),
  't t', 'a move in place comes before the end of the meeting'
);

-- When somebody who had been missing moves to another meeting, with the mark that Cal.com keeps
select public.handle_calcom_event(pg_temp.seat_webhook('gil', jsonb_build_object(
  'uid', 'web-5', 'createdAt', tests.api_time('-4 days'), 'startTime', tests.api_time('-1 day'),
  'endTime', tests.api_time('-23 hours'), 'iCalUID', 'web-5@Cal.com'
)));
select tests.send('BOOKING_NO_SHOW_UPDATED', jsonb_build_object(
  'bookingUid', 'web-5', 'createdAt', tests.api_time('-22 hours'),
  'attendees', '[{"email": "gil@acme.test", "noShow": true}]'::jsonb
));
select tests.send('BOOKING_RESCHEDULED', jsonb_build_object(
  'uid', 'web-6', 'rescheduleUid', 'web-5', 'createdAt', tests.api_time('-21 hours'), 'email', 'gil@acme.test',
  'attendeeSeatId', 'seat-gil', 'seatsPerTimeSlot', 10, 'startTime', tests.api_time('-2 hours'),
  'endTime', tests.api_time('-90 minutes'), 'iCalUID', 'web-6@Cal.com'
));
select tests.send('MEETING_ENDED', jsonb_build_object('uid', 'web-6', 'endTime', tests.api_time('-90 minutes')));
select is(
  pg_temp.reconcile(pg_temp.webinar(
    jsonb_build_array(pg_temp.seat('gil', '{"absent": true}')),
    jsonb_build_object('uid', 'web-6', 'icsUid', 'web-6@Cal.com', 'start', tests.api_time('-2 hours'),
      'end', tests.api_time('-90 minutes'), 'updatedAt', tests.api_time('-21 hours'),
      'createdAt', tests.api_time('-21 hours'))
  )),
  'known 1', 'nor does it about another meeting'
);

-- When the log has somebody in a meeting by a move in place alone, and their seat in the one that it came from
select public.handle_calcom_event(pg_temp.seat_webhook('hal', '{"uid": "web-7", "iCalUID": "web-7@Cal.com"}'));
select public.handle_calcom_event(pg_temp.seat_webhook('ivy', '{"uid": "web-7", "iCalUID": "web-7@Cal.com"}'));
select tests.send('BOOKING_RESCHEDULED', jsonb_build_object(
  'uid', 'web-8', 'rescheduleUid', 'web-8', 'createdAt', tests.api_time('-30 minutes'), 'email', 'hal@acme.test',
  'seatsPerTimeSlot', 10, 'startTime', tests.api_time('9 days'), 'endTime', tests.api_time('9 days 30 minutes'),
  'iCalUID', 'web-8@Cal.com'
));
select is(
  pg_temp.reconcile(
    pg_temp.webinar(jsonb_build_array(pg_temp.seat('ivy')), '{"uid": "web-7", "icsUid": "web-7@Cal.com"}'),
    pg_temp.webinar(jsonb_build_array(pg_temp.seat('hal')), jsonb_build_object(
      'uid', 'web-8', 'icsUid', 'web-8@Cal.com', 'start', tests.api_time('9 days'),
      'end', tests.api_time('9 days 30 minutes'), 'createdAt', tests.api_time('-40 minutes'),
      'updatedAt', tests.api_time('-30 minutes')
    ))
  ),
  'BOOKING_RESCHEDULED 1', 'a seat that stands in another meeting now was moved there'
);
select is(
  pg_temp.seats_of('hal'), 'web-8 ACCEPTED seat-hal', 'it is one booking, and the seat is that of the log'
);
select tests.send('BOOKING_RESCHEDULED', jsonb_build_object(
  'uid', 'web-8', 'rescheduleUid', 'web-7', 'createdAt', tests.api_time('-40 minutes'), 'email', 'hal@acme.test',
  'attendeeSeatId', 'seat-hal', 'seatsPerTimeSlot', 10, 'startTime', tests.api_time('8 days'),
  'endTime', tests.api_time('8 days 30 minutes'), 'iCalUID', 'web-8@Cal.com'
));
select is(pg_temp.seats_of('hal'), 'web-8 ACCEPTED seat-hal', 'also when the original turns up');

-- When rows come page by page, and the meeting that a seat was moved to is on a later one
create function pg_temp.read_page(p_row jsonb, p_is_dry_run boolean default false) returns text language plpgsql as $$
declare
  v_answer jsonb;
begin
  perform tests.let_log_rest();
  v_answer := public.reconcile_calcom_bookings(
    jsonb_build_array(p_row), is_dry_run => p_is_dry_run, holds_ends => true
  );
  return concat_ws(
    '; ', nullif(tests.created(v_answer), ''), 'held ' || nullif(jsonb_array_length(v_answer -> 'held'), 0)
  );
end;
$$;
select public.handle_calcom_event(pg_temp.seat_webhook('joy', '{"uid": "web-9", "iCalUID": "web-9@Cal.com"}'));
select is(
  pg_temp.read_page(
    pg_temp.webinar(jsonb_build_array(pg_temp.seat('kay')), '{"uid": "web-9", "icsUid": "web-9@Cal.com"}'), true
  ),
  'held 1', 'a dry run, of which nothing stays, tells all of such a row at the end'
);
select is(
  pg_temp.read_page(
    pg_temp.webinar(jsonb_build_array(pg_temp.seat('kay')), '{"uid": "web-9", "icsUid": "web-9@Cal.com"}')
  ),
  'BOOKING_CREATED 1; held 1', 'a seat that was taken is booked at once, and one that is gone has to wait'
);
select is(
  pg_temp.read_page(
    pg_temp.webinar(jsonb_build_array(pg_temp.seat('joy')), '{"uid": "web-10", "icsUid": "web-10@Cal.com"}')
  ),
  'BOOKING_RESCHEDULED 1', 'it may turn up somewhere else'
);
select is(
  pg_temp.reconcile(
    pg_temp.webinar(jsonb_build_array(pg_temp.seat('kay')), '{"uid": "web-9", "icsUid": "web-9@Cal.com"}')
  ),
  'known 1', 'and then nothing was cancelled'
);
select is(pg_temp.seats_of('joy'), 'web-10 ACCEPTED seat-joy', 'it was moved');

-- When it goes back to where it was, and nobody hears of that
select is(
  pg_temp.reconcile(
    pg_temp.webinar(
      jsonb_build_array(pg_temp.seat('kay'), pg_temp.seat('joy')), '{"uid": "web-9", "icsUid": "web-9@Cal.com"}'
    ),
    pg_temp.webinar(jsonb_build_array(pg_temp.seat('lia')), '{"uid": "web-10", "icsUid": "web-10@Cal.com"}')
  ),
  'BOOKING_CREATED 1, BOOKING_RESCHEDULED 1', 'a seat that is back was moved back'
);
select is(pg_temp.seats_of('joy'), 'web-9 ACCEPTED seat-joy', 'and cancelled nowhere');

-- When a seat is cancelled by hand first, and nobody hears of its cancellation at Cal.com
update public.bookings as b set status = 'CANCELLED' where b.attendee_email = 'kay@acme.test';
select is(
  pg_temp.reconcile(
    pg_temp.webinar(jsonb_build_array(pg_temp.seat('joy')), '{"uid": "web-9", "icsUid": "web-9@Cal.com"}')
  ),
  'BOOKING_CANCELLED 1', 'a seat that was cancelled by hand was cancelled there, too'
);

select * from finish();
rollback;
