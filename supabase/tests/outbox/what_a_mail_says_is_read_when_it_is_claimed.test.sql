-- Rule: deciding an event does not wait for the facts of its mail. They are those of the event, whatever has become of
--       the booking since, and are kept, so that a later attempt says the same.
begin;
select plan(6);
select tests.quiet_outbox();

-- Given a booking that is moved and cancelled at once
select tests.send('BOOKING_CREATED');
select tests.send('BOOKING_RESCHEDULED', '{"title": "Another title", "location": "Main Street 1"}');
select tests.send('BOOKING_CANCELLED', '{"uid": "uid-b", "title": "A third title"}');
create temporary view facts as
select e.kind, e.template_data ->> 'uid' as uid, e.template_data ->> 'title' as title,
  (e.template_data ->> 'start_time')::timestamptz as start_time,
  (e.template_data ->> 'old_start_time')::timestamptz as old_start_time, e.template_data ->> 'location' as location,
  (e.template_data #>> '{calendar,sequence}')::integer as sequence
from public.emails as e where e.to_address = 'ada@lovelace.test'
order by 7;

-- Then
select is_empty($$ select from public.emails as e where e.template_data is not null $$, 'nothing is read yet');

-- When they are claimed, the last one first
update public.emails as e set next_attempt_at = now() - interval '1 minute' where e.kind = 'cancellation';
select is((select count(*) from tests.claim_all()), 3::bigint, 'all are to be sent');

-- Then
select results_eq(
  'table facts',
  $$ values
     (
       'confirmation', 'uid-a', 'Discovery call between Greta Host and Ada Byron', '2037-03-09 15:00Z'::timestamptz,
       null::timestamptz, 'integrations:daily', 0
     ),
     (
       'reschedule', 'uid-b', 'Another title', '2037-03-10 15:00Z', '2037-03-09 15:00Z', 'Main Street 1', 1
     ),
     ('cancellation', 'uid-b', 'A third title', '2037-03-10 15:00Z', null, 'integrations:daily', 2) $$,
  'each says what its event told'
);

-- When the log says something else by then, and a mail is claimed again
update public.calcom_events as e set payload = jsonb_set(e.payload, '{payload,title}', '"A fourth title"');
select tests.make_due(tests.email());

-- Then
select is(
  (select c.template_data ->> 'title' from public.claim_email() as c),
  'Discovery call between Greta Host and Ada Byron', 'it says the same'
);

-- When what a mail has to say cannot be read
create or replace function crm.read_series(p_body jsonb) returns jsonb
language plpgsql as $$ begin raise exception 'A body that nobody thought of'; end; $$;
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');

-- Then
select is_empty($$ select from public.claim_email() $$, 'nobody gets it to send');
select is(
  (select e.status || ': ' || e.reason from tests.email(p_to => 'grace@lovelace.test') as e),
  'failed: What it has to say cannot be read: A body that nobody thought of (P0001).', 'it has failed, and says why'
);

select * from finish();
rollback;
