-- Rule: Cal.com puts "Please reschedule. " before the host's words, and writes "undefined" when there are none.
begin;
select plan(1);

-- Given what the reason may be
create temporary table reasons (uid text, body jsonb, expected text);
insert into reasons
values
  ('uid-1', '{"cancellationReason": "No longer needed"}', 'No longer needed'),
  ('uid-2', '{"cancellationReason": "Please reschedule. An offsite", "requestReschedule": true}', 'An offsite'),
  ('uid-3', '{"cancellationReason": "Please reschedule. undefined", "requestReschedule": true}', null),
  ('uid-4', '{"cancellationReason": null}', null),
  ('uid-5', '{"cancellationReason": ""}', null);
create temporary table answers as
select tests.send('BOOKING_CREATED', jsonb_build_object('uid', r.uid, 'email', r.uid || '@lovelace.test')) as created,
  tests.send(
    'BOOKING_CANCELLED', r.body || jsonb_build_object('uid', r.uid, 'email', r.uid || '@lovelace.test')
  ) as cancelled
from reasons as r;

-- Then
select results_eq(
  $$ select r.uid, crm.email_facts(e) ->> 'reason' from reasons as r
     left join public.emails as e on e.to_address = r.uid || '@lovelace.test' and e.kind = 'cancellation' order by 1 $$,
  $$ select r.uid, r.expected from reasons as r order by 1 $$,
  'the reason is the host''s, or there is none'
);

select * from finish();
rollback;
