-- Rule: the events of a seat name it by its id, or by the meeting alone. Whichever of them turns up last, the seat is
--       the row that it was, and what somebody did to it counts.
begin;
select plan(3);
select tests.empty_crm();

-- Given a seat that is known by its move, which somebody cancels
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "b", "rescheduleUid": "a", "seatsPerTimeSlot": 5, "attendeeSeatId": "s1", "createdAt": "2037-03-02T11:00:00Z"
}');
update public.bookings set status = 'CANCELLED';
create temporary table before as select b.id, b.status, b.calcom_uid from public.bookings as b;
select results_eq('select status, calcom_uid from before', $$ values ('CANCELLED', 'b') $$, 'it is cancelled');

-- When another time of the whole meeting turns up, which names no seat
select tests.send('BOOKING_RESCHEDULED', '{
  "uid": "a", "rescheduleUid": null, "seatsPerTimeSlot": 5, "createdAt": "2037-03-02T10:00:00Z"
}');
select results_eq('select b.id, b.status, b.calcom_uid from public.bookings as b', 'table before', 'it is that row');

-- When the seat turns up
select tests.send('BOOKING_CREATED', '{
  "uid": "a", "seatsPerTimeSlot": 5, "attendeeSeatId": "s1", "createdAt": "2037-03-02T09:00:00Z"
}');
select results_eq('select b.id, b.status, b.calcom_uid from public.bookings as b', 'table before', 'and so is this');

select * from finish();
rollback;
