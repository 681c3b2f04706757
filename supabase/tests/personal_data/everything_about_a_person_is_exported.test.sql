-- Rule: one JSON with all that is about a person, whoever entered it; nothing for an address that nobody has.
begin;
select plan(6);

-- Given
select is(
  public.export_person('ada@lovelace.test'),
  '{"found": false, "reason": "Nothing here is about this address."}', 'nobody has this address'
);
select tests.live_as_ada();
insert into public.reconciliations (kind) values ('updates');
insert into crm.held_bookings (reconciliation_id, uid, api_row)
select r.id, 'uid-h', '{"attendees": [{"email": "Ada@Lovelace.test"}]}' from public.reconciliations as r;
create temporary table export as select public.export_person('ADA@Lovelace.test ') as data;

-- Then
select is_empty(
  $$ select t.text from export as e cross join unnest(tests.tell_of_ada()) as t (text)
     where strpos(lower(e.data::text), lower(t.text)) = 0 and t.text <> 'ada%40lovelace.test' $$,
  'all that tells of her is in it'
);
select is(
  (
    select jsonb_object_agg(k.key, case jsonb_typeof(k.value) when 'array' then jsonb_array_length(k.value) end)
    from export as e cross join jsonb_each(e.data) as k
    where k.key not in ('exported_at', 'found')
  ),
  '{
    "addresses": 1, "person": 1, "company": 1, "bookings": 2, "deals": 2, "events": 8, "mails": 4, "hand_edits": 2,
    "held_bookings": 1, "suppression": null
  }',
  'person, company, bookings, deals, events, mails, hand edits and what reconciliation holds'
);
select is(
  (select e.data #>> '{mails,0,reports,0,payload,type}' from export as e), 'email.clicked', 'a mail has its reports'
);
select is((select e.data #>> '{mails,1,tries,0,outcome}' from export as e), 'unknown', 'and its attempts');

-- When
select public.erase_person('ada@lovelace.test');
select is(public.export_person('ada@lovelace.test') ->> 'found', 'false', 'erased, there is nothing to export');

select * from finish();
rollback;
