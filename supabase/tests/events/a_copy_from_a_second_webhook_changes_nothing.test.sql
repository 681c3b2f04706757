-- Rule: user-, team- and event-type webhooks on one URL send each event with another createdAt.
begin;
select plan(3);

-- Given every kind of event, sent by two webhooks
create temporary table answers (trigger text, first_outcome text, second_outcome text, is_unchanged boolean);
do $$
declare
  v_event jsonb;
  v_first text;
  v_second text;
  v_picture text;
begin
  foreach v_event in array array[
    tests.calcom_event('BOOKING_CREATED'),
    tests.calcom_event('BOOKING_REQUESTED', '{
      "uid": "uid-b", "rescheduleUid": "uid-a", "createdAt": "2026-03-02T09:30:00Z", "startTime": "2026-03-09T16:00:00Z"
    }'),
    tests.calcom_event('BOOKING_CREATED', '{
      "uid": "uid-b", "createdAt": "2026-03-02T09:40:00Z", "startTime": "2026-03-09T16:00:00Z"
    }'),
    tests.calcom_event('BOOKING_RESCHEDULED', '{"uid": "uid-c", "rescheduleUid": "uid-b"}'),
    tests.meeting_ended('{"uid": "uid-c", "endTime": "2026-03-10T15:30:00Z"}'),
    tests.calcom_event('BOOKING_NO_SHOW_UPDATED', '{"bookingUid": "uid-c"}'),
    tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-c", "createdAt": "2026-03-12T09:00:00Z"}')
  ] loop
    v_first := public.handle_calcom_event(v_event) ->> 'outcome';
    v_picture := concat(tests.picture('{lovelace.test}'), tests.emails_to('ada@lovelace.test'));
    v_second := public.handle_calcom_event(v_event || jsonb_build_object(
      'createdAt', to_char((v_event ->> 'createdAt')::timestamp + interval '17 ms', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    )) ->> 'outcome';
    insert into answers
    select v_event ->> 'triggerEvent', v_first, v_second,
      v_picture = concat(tests.picture('{lovelace.test}'), tests.emails_to('ada@lovelace.test'));
  end loop;
end;
$$;

-- Then
select is_empty(
  $$ select a.* from answers as a where a.first_outcome <> 'applied' $$,
  'each event counts once'
);
select is_empty(
  $$ select a.* from answers as a where a.second_outcome <> 'duplicate' $$,
  'each copy is called a duplicate'
);
select is_empty($$ select a.* from answers as a where not a.is_unchanged $$, 'tables and outbox are as before');

select * from finish();
rollback;
