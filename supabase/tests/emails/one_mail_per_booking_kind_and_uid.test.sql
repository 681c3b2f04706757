-- Rule: two webhooks on one URL send everything twice, with another createdAt; the attendee hears of it once.
begin;
select plan(2);

-- When each event comes twice
create temporary table answers as
select tests.send(e.trigger, jsonb_build_object('createdAt', e.created_at)) as answer
from (
  values
    ('BOOKING_CREATED', '2037-03-02T09:00:00.000Z'), ('BOOKING_CREATED', '2037-03-02T09:00:00.017Z'),
    ('BOOKING_RESCHEDULED', '2037-03-02T10:00:00.000Z'), ('BOOKING_RESCHEDULED', '2037-03-02T10:00:00.017Z')
) as e (trigger, created_at);
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b", "createdAt": "2037-03-02T11:00:00.000Z"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b", "createdAt": "2037-03-02T11:00:00.017Z"}');

-- Then
select is(
  tests.emails_to('ada@lovelace.test'), 'confirmation uid-a, reschedule uid-b, cancellation uid-b',
  'there is one mail of each'
);
select throws_ok(
  $$ insert into public.emails (event_id, kind, calcom_uid, from_address, to_address, template_data)
     select e.event_id, e.kind, e.calcom_uid, e.from_address, e.to_address, e.template_data from public.emails as e
     where e.to_address = 'ada@lovelace.test' and e.kind = 'confirmation' $$,
  '23505',
  'duplicate key value violates unique constraint "emails_once_per_booking_kind_and_uid"',
  'a second one is refused'
);

select * from finish();
rollback;
