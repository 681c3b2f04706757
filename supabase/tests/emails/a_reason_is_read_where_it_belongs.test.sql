-- Rule: Cal.com keeps the answers of the form. The reason of a move is one, so a cancellation long after repeats it,
--       and a seated event holds that of somebody else.
begin;
select plan(2);
create temporary view reasons as
select e.calcom_uid, e.kind, crm.email_facts(e) ->> 'reason' as reason
from public.emails as e where e.to_address = 'ada@lovelace.test';

-- When a booking is moved, and later cancelled without a word
select tests.send('BOOKING_CREATED');
select tests.send(
  'BOOKING_RESCHEDULED', '{"cancellationReason": "Old", "responses": {"rescheduleReason": {"value": "Travel clash"}}}'
);
select tests.send('BOOKING_CANCELLED', '{
  "uid": "uid-b", "cancellationReason": null, "responses": {"rescheduleReason": {"value": "Travel clash"}}
}');

-- Then
select bag_eq(
  'table reasons',
  $$ values
     ('uid-a', 'confirmation', null), ('uid-b', 'reschedule', 'Travel clash'), ('uid-b', 'cancellation', null) $$,
  'the reason of the move is that of the move alone'
);

-- When a seat is moved
select tests.send('BOOKING_CREATED', '{
  "uid": "seat-a", "seatsPerTimeSlot": 10, "attendeeSeatId": "1", "createdAt": "2037-03-02T12:00:00Z"
}');
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "seat-b", "rescheduleUid": "seat-a", "seatsPerTimeSlot": 10, "attendeeSeatId": "1",
  "createdAt": "2037-03-02T13:00:00Z", "responses": {"rescheduleReason": {"value": "Of somebody else"}}
}');

-- Then
select is((select r.reason from reasons as r where r.calcom_uid = 'seat-b'), null, 'nobody else''s reason is told');

select * from finish();
rollback;
