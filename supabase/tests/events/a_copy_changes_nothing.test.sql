-- Rule: a retry sends the same body again; user-, team- and event-type webhooks on one URL send each event with another
--       createdAt. Neither counts twice, whatever the trigger.
begin;
select plan(4);

-- Given every kind of event, each followed by the same body and by the copy of a second webhook
create temporary table answers (place integer, trigger text, first text, again text, copied text, is_unchanged boolean);
do $$
declare
  v_events jsonb[] := array[
    tests.calcom_event('BOOKING_CREATED'),
    tests.calcom_event('BOOKING_REQUESTED', '{
      "uid": "uid-b", "rescheduleUid": "uid-a", "createdAt": "2037-03-02T09:30:00Z", "startTime": "2037-03-09T16:00:00Z"
    }'),
    tests.calcom_event('BOOKING_CREATED', '{
      "uid": "uid-b", "createdAt": "2037-03-02T09:40:00Z", "startTime": "2037-03-09T16:00:00Z"
    }'),
    tests.calcom_event('BOOKING_RESCHEDULED', '{"uid": "uid-c", "rescheduleUid": "uid-b"}'),
    tests.meeting_ended('{"uid": "uid-c", "endTime": "2037-03-10T15:30:00Z"}'),
    tests.calcom_event('BOOKING_NO_SHOW_UPDATED', '{"bookingUid": "uid-c"}'),
    tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-c", "createdAt": "2037-03-12T09:00:00Z"}'),
    tests.calcom_event('BOOKING_REJECTED', '{"uid": "uid-c", "createdAt": "2037-03-12T09:00:00.010Z"}')
  ];
  v_first text;
  v_again text;
  v_copied text;
  v_before text;
begin
  for i in 1 .. cardinality(v_events) loop
    v_first := public.handle_calcom_event(v_events[i]) ->> 'outcome';
    v_before := concat(tests.picture('{lovelace.test}'), tests.emails_to('ada@lovelace.test'));
    v_again := public.handle_calcom_event(v_events[i]) ->> 'outcome';
    v_copied := public.handle_calcom_event(v_events[i] || jsonb_build_object(
      'createdAt', to_char((v_events[i] ->> 'createdAt')::timestamp + interval '17 ms', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    )) ->> 'outcome';
    insert into answers
    select i, v_events[i] ->> 'triggerEvent', v_first, v_again, v_copied,
      v_before = concat(tests.picture('{lovelace.test}'), tests.emails_to('ada@lovelace.test'));
  end loop;
end;
$$;

-- Then
select is(
  array(select a.first from answers as a order by a.place),
  array['applied', 'applied', 'applied', 'applied', 'applied', 'applied', 'applied', 'duplicate'],
  'each event counts once; a rejection of what is cancelled is nothing new'
);
select is_empty(
  $$ select a.* from answers as a where a.again is distinct from 'duplicate' $$,
  'the same body is called a duplicate'
);
select is_empty(
  $$ select a.* from answers as a where a.copied is distinct from 'duplicate' $$,
  'so is the copy'
);
select is_empty(
  $$ select a.* from answers as a where a.is_unchanged is distinct from true $$,
  'tables and outbox are as before'
);

select * from finish();
rollback;
