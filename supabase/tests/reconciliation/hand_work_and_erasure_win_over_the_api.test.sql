-- Rule: migrations/…_reconciliation.sql, crm.is_deleted_by_hand(); …_missing_events.sql, crm.is_set_by_hand()
begin;
select plan(16);
select tests.empty_crm();

create function pg_temp.reconcile(p_row jsonb) returns text language plpgsql as $$
begin
  perform tests.let_log_rest();
  return tests.created(public.reconcile_calcom_bookings(jsonb_build_array(p_row)));
end;
$$;
create function pg_temp.booked(p_name text, p_overrides jsonb default '{}') returns jsonb language plpgsql as $$
declare
  v_row jsonb := tests.api_booking(jsonb_build_object(
    'uid', 'uid-' || p_name, 'email', 'ada@' || p_name || '.test', 'icsUid', 'uid-' || p_name || '@Cal.com',
    'createdAt', tests.api_time('-3 days'), 'updatedAt', tests.api_time('-3 days'),
    'start', tests.api_time('-2 hours'), 'end', tests.api_time('-90 minutes')
  ) || p_overrides);
begin
  perform public.handle_calcom_event(tests.webhook_of(v_row));
  return v_row;
end;
$$;

-- A deal that somebody closed
select tests.keep('closed', pg_temp.booked('closed'));
update public.deals as d set status = 'cancelled' from public.companies as c where c.id = d.company_id
  and c.domain = 'closed.test';
select is(
  pg_temp.reconcile(tests.kept('closed')), 'MEETING_ENDED 1',
  'a meeting took place whose deal somebody has closed'
);
select is(
  (select d.status from public.deals as d join public.companies as c on c.id = d.company_id
    where c.domain = 'closed.test'),
  'cancelled', 'the deal stays closed'
);

-- A booking that somebody deleted
select tests.keep('deleted', pg_temp.booked('deleted'));
delete from public.bookings as b where b.calcom_uid = 'uid-deleted';
select is(
  pg_temp.reconcile(tests.kept('deleted')), 'known 1',
  'of a booking that somebody has deleted nothing is missing'
);
select is(
  pg_temp.reconcile(tests.kept('deleted') || jsonb_build_object(
    'uid', 'uid-deleted-2', 'rescheduledFromUid', 'uid-deleted', 'updatedAt', tests.api_time('-1 hour')
  )),
  'known 1', 'also when it was moved since'
);
select is(tests.bookings_of('ada@deleted.test'), null, 'it does not come back');

-- A booking that somebody cancelled
select tests.keep('cancelled', pg_temp.booked('cancelled'));
update public.bookings as b set status = 'CANCELLED' where b.calcom_uid = 'uid-cancelled';
select is(
  pg_temp.reconcile(tests.kept('cancelled')), 'known 1',
  'what somebody has cancelled stays so, whatever the API says'
);

-- A booking that somebody entered
insert into public.companies (id, domain, name) values ('00000000-0000-4000-8000-000000000001', 'entered.test',
  'Entered');
insert into public.people (id, email, company_id)
values ('00000000-0000-4000-8000-000000000002', 'ada@entered.test', '00000000-0000-4000-8000-000000000001');
insert into public.bookings (id, calcom_uid, person_id, title)
values ('00000000-0000-4000-8000-000000000003', 'uid-entered', '00000000-0000-4000-8000-000000000002', 'By hand');
select is(
  pg_temp.reconcile(tests.api_booking('{"uid": "uid-entered", "email": "ada@entered.test"}')),
  'BOOKING_CREATED 1', 'a booking that somebody entered becomes that of Cal.com'
);
select is(
  (select string_agg(concat_ws(' ', b.id, b.title), ', ') from public.bookings as b
    where b.attendee_email = 'ada@entered.test'),
  '00000000-0000-4000-8000-000000000003 By hand', 'it keeps its row and what was written there'
);

-- What somebody has set
select tests.keep('set', pg_temp.booked('set', jsonb_build_object('start', tests.api_time('2 days'), 'end',
  tests.api_time('3 days'))));
update public.bookings as b set organizer_email = 'olga@host.test', start_time = b.start_time + interval '1 hour'
where b.calcom_uid = 'uid-set';
select is(
  pg_temp.reconcile(tests.kept('set') || '{"hosts": [{"id": 9, "name": "Other", "email": "other@host.test"}]}'),
  'known 1', 'the organizer and the time that somebody has set stay'
);

-- A person who was erased
select tests.keep('erased', pg_temp.booked('erased', jsonb_build_object('start', tests.api_time('2 days'), 'end',
  tests.api_time('3 days'))));
select public.erase_person('ada@erased.test');
select is(
  pg_temp.reconcile(tests.kept('erased')), 'known 1',
  'of a meeting of somebody who was erased nothing is missing'
);
select is(
  pg_temp.reconcile(tests.kept('erased') || jsonb_build_object('status', 'cancelled', 'updatedAt',
    tests.api_time('-1 hour'))),
  'BOOKING_CANCELLED 1', 'when it is cancelled, it is'
);
select is(
  pg_temp.reconcile(tests.kept('erased') || jsonb_build_object('uid', 'uid-erased-0', 'createdAt',
    tests.api_time('-9 days'))),
  'BOOKING_CREATED 1', 'another meeting of before the erasure is booked under the pseudonym'
);
select is(
  pg_temp.reconcile(tests.kept('erased') || jsonb_build_object('uid', 'uid-erased-0', 'createdAt',
    tests.api_time('-9 days'))),
  'known 1', 'once'
);
select is(
  (select count(*) from public.people as p where p.email = 'ada@erased.test')
    + (select count(*) from public.calcom_events as e where e.payload::text like '%ada@erased.test%'),
  0::bigint, 'the person does not come back'
);
select is((select count(*) from public.people as p where p.email like 'erased-%@erased.test'), 1::bigint,
  'nor is there another');
select is(
  (select string_agg(e.outcome || ' ' || e.reason, ', ') from public.calcom_events as e
    where e.outcome in ('failed', 'pending')),
  null, 'nothing has failed'
);

select * from finish();
rollback;
