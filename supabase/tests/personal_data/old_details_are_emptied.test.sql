-- Rule: after as many days as the settings say, what no rule needs is emptied, so many rows at a time; the rows stay.
begin;
select plan(12);
select tests.empty_crm();

create function tests.age(p_days integer)
returns void
language sql
as $$
  update public.calcom_events set received_at = now() - p_days * interval '1 day';
  update public.email_deliveries set received_at = now() - p_days * interval '1 day';
  update public.emails set sent_at = now() - p_days * interval '1 day' where sent_at is not null;
$$;

-- Given Ada, whose meetings are over
select tests.live_as_ada();
update public.calcom_events as e
set payload = replace(e.payload::text, '2037-', '2020-')::jsonb;
update public.calcom_events as e
set payload = jsonb_set(e.payload, '{payload,attendees,0,phoneNumber}', '"+442079460958"')
where e.payload #> '{payload,attendees,0}' is not null;
update public.emails as m set start_time = m.start_time - interval '17 years';
update public.emails as m set status = 'dropped', finalized_at = now(), reason = 'Test.' where m.status = 'due';

-- When it is young
select tests.age(10);
select is(
  public.apply_retention(),
  '{"raw_bodies": 0, "mail_texts": 0, "delivery_reports": 0, "payload_details": 0}', 'what is young is kept'
);

-- When a month has passed
select tests.age(31);
select is(public.apply_retention() ->> 'raw_bodies', '1', 'after 30 days the bytes go');
select is((select count(e.raw_body) from public.calcom_events as e), 0::bigint, 'all of them');

-- When three months have passed
select tests.age(91);
select is(
  public.apply_retention() - 'payload_details', '{"raw_bodies": 0, "mail_texts": 1, "delivery_reports": 1}',
  'after 90 days the text of a mail that was sent, and the details of its report'
);
select is(tests.places_of('Mozilla'), '{}', 'no report says what anybody reads with');
select is(tests.places_of('203.0.113.7'), '{}', 'nor from where');
select is(
  (select r.payload #>> '{data,email_id}' from public.email_deliveries as r), 're_ada', 'it says which mail it is about'
);

-- When a year has passed
select tests.age(366);
select is(public.apply_retention(2) ->> 'payload_details', '2', 'after 365 days the details of bodies, in portions');
select public.apply_retention();
select is(
  array(
    select distinct e.trigger
    from public.calcom_events as e
    where e.payload::text ~ 'gout|guineas|hush-hush|Menabrea|442079460958'
  ),
  '{}', 'no notes, answers, numbers, passwords and links are left'
);
select is(
  public.apply_retention(),
  '{"raw_bodies": 0, "mail_texts": 0, "delivery_reports": 0, "payload_details": 0}', 'then nothing is left to do'
);
select ok('public.calcom_events.payload' = any (tests.places_of('Ada Byron')), 'names stay');

-- When somebody wants to keep everything
update public.settings as s set value = 'forever' where s.name like 'keep\_%';
select tests.book_as_ada('{"uid": "uid-k", "startTime": "2020-01-01T10:00:00Z", "endTime": "2020-01-01T11:00:00Z"}');
select tests.age(99999);
select is(public.apply_retention() ->> 'payload_details', '0', 'forever is forever');

select * from finish();
rollback;
