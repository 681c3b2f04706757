-- Rule: what tells of the person stands in no column of any table; what does not stays.
begin;
select plan(8);
select tests.empty_crm();

-- Given Ada, of whom a lot is known, and Grace, who brought her along
select tests.live_as_ada();
select is(
  tests.standing(tests.tell_of_ada()), array_remove(tests.tell_of_ada(), 'ada%40lovelace.test'),
  'all of it stands somewhere'
);

-- When
select is(
  public.erase_person(' ADA@lovelace.TEST ') ->> 'erased', 'true', 'she is erased, however the address is typed'
);

-- Then
select is_empty(
  $$ select t.text, tests.places_of(t.text)
     from unnest(tests.tell_of_ada()) as t (text) where tests.places_of(t.text) <> '{}' $$,
  'nothing of it stands anywhere'
);
select is(tests.places_of('lovelace.test') <> '{}', true, 'the domain of the company stays');
select is(
  array(select p.email from public.people as p order by 1), array[tests.pseudonym(), 'grace@lovelace.test'],
  'she goes on under a pseudonym'
);
select ok(tests.pseudonym() ~ '^erased-[0-9a-f]{12}@lovelace\.test$', 'at the same domain');
select is(
  array(
    select distinct e.payload #>> '{payload,organizer,email}' from public.calcom_events as e
    where e.trigger = 'BOOKING_CREATED'
  ),
  array['greta@host.test'], 'the organizer stays in the bodies'
);
select is(
  (
    select e.payload #> '{payload,attendees}' from public.calcom_events as e where e.uid = 'uid-g'
  ),
  jsonb_build_array(
    '{"email": "grace@lovelace.test", "name": "Grace Hopper", "timeZone": "Europe/Paris"}'::jsonb,
    jsonb_build_object('email', tests.pseudonym(), 'name', split_part(tests.pseudonym(), '@', 1))
  ),
  'and so do those who were with her'
);

select * from finish();
rollback;
