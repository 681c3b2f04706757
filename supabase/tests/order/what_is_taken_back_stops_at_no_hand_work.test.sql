-- Rule: a late event may have to go back further than its own place, for a mail that is owed after all. When somebody
--       has edited by hand in between, it goes back to the beginning.
begin;
select plan(4);
select tests.empty_crm();

-- Given two meetings, and their deal, deleted by hand
select tests.send(
  'BOOKING_CREATED', '{"uid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2037-03-02T12:00:00Z"}'
);
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T14:10:00Z"}');
delete from public.deals;

-- Given a move, and a cancellation of before it that comes late and owes no mail any more
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "uid-b", "rescheduleUid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2037-03-02T15:00:00Z",
  "startTime": "2037-03-12T15:00:00Z", "endTime": "2037-03-12T15:30:00Z"
}');
select matches(
  tests.send('BOOKING_CANCELLED', '{
    "uid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2037-03-02T14:00:00Z"
  }') ->> 'reason',
  'No mail: the booking has changed since', 'its mail was overtaken'
);

-- When something comes late that was sent between the edit and the move
select is(
  tests.send('BOOKING_REASSIGNED', '{
    "uid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2037-03-02T14:30:00Z",
    "organizer": {"email": "piet@host.test", "name": "Piet"}
  }') ->> 'outcome',
  'applied', 'it counts'
);

-- Then
select is(
  (
    select string_agg(e.payload #>> '{payload,uid}', ', ')
    from public.deals as d
    join public.calcom_events as e on e.id = d.opened_by_event_id
  ),
  'uid-a', 'the deal stays deleted; as it was cancelled before that, the second meeting has one of its own'
);
select is(
  (public.rebuild_company('lovelace.test') #>> '{bookings,changed}')::integer, 0, 'a rebuild changes nothing'
);

select * from finish();
rollback;
