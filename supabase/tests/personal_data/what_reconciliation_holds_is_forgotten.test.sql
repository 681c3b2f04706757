-- Rule: what a pass of reconciliation has read and not compared yet tells nothing of a person who is erased, before or
--       after; others whom it lists stay.
begin;
select plan(6);
select tests.empty_crm();

create function tests.hold(p_uid text, p_changes jsonb default '{}')
returns void
language sql
as $$
  insert into crm.held_bookings (reconciliation_id, uid, api_row)
  select r.id, p_uid, tests.merge('{
    "status": "cancelled", "start": "2037-04-01T10:00:00Z", "end": "2037-04-01T10:30:00Z",
    "createdAt": "2026-01-01T10:00:00Z", "updatedAt": "2026-01-02T10:00:00Z", "title": "Call with Ada B",
    "cancellationReason": "my gout is back", "hosts": [{"id": 1, "name": "Greta Host", "email": "greta@host.test"}],
    "attendees": [
      {"email": "Ada@Lovelace.test", "name": "Ada Augusta", "phoneNumber": "+442079460958", "absent": true},
      {"email": "grace@hopper.test", "name": "Grace Hopper"}
    ],
    "bookingFieldsResponses": {"email": "Ada@Lovelace.test", "name": "Ada Augusta", "notes": "I need a chair"}
  }'::jsonb, p_changes || jsonb_build_object('uid', p_uid))
  from public.reconciliations as r;
$$;
create function tests.of_ada() returns text[]
language sql
return array['ada@lovelace.test', 'Ada B', 'Ada Augusta', '2079460958', 'gout', 'chair'];

-- Given a cancelled booking of Ada's that a pass has read
insert into public.reconciliations (kind) values ('updates');
select tests.send('BOOKING_CREATED', '{"name": "Ada B", "title": "x"}');
select tests.hold('uid-h');

-- When
select public.erase_person('ada@lovelace.test');

-- Then
select is(tests.standing(tests.of_ada()), '{}', 'nothing tells of her');
select is(
  (select h.api_row #>> '{attendees,0,email}' from crm.held_bookings as h), tests.pseudonym(),
  'the booking is one of the pseudonym'
);
select is(
  (select h.api_row #>> '{attendees,1,name}' from crm.held_bookings as h), 'Grace Hopper', 'her guest stays'
);

-- When the next pass reads another one of before
select tests.hold('uid-i');
select is(tests.standing(tests.of_ada()), '{}', 'it does not bring her back');

-- When Ada has booked again since, and cancelled that
select tests.hold('uid-j', '{"createdAt": "2037-01-01T10:00:00Z"}');
select is(
  tests.places_of('ada@lovelace.test'), array['crm.held_bookings.api_row'], 'that is somebody new'
);
select lives_ok(
  'select public.reconcile_held_bookings(r.id, 25) from public.reconciliations as r', 'all of it can be compared'
);

select * from finish();
rollback;
