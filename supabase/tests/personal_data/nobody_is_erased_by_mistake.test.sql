-- Rule: an address that nobody has, or that is no person's, is answered with a reason; others of the same name stay.
begin;
select plan(12);
select tests.empty_crm();

-- Given two of the same name, and an address that ends like another
select tests.send('BOOKING_CREATED', '{"uid": "uid-1", "email": "ada@hopper.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-2", "email": "ada.byron@lovelace.test"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-3", "email": "lady-ada@lovelace.test", "name": "Lady"}');
create temporary table before as
select
  tests.facts() as facts,
  (select jsonb_agg(e.payload order by e.id) from public.calcom_events as e) as payloads;

-- When
select is(
  public.erase_person('ada@lovelace.test'),
  '{"erased": false, "reason": "Nothing here is about this address."}', 'nobody has this address'
);
select is(
  public.erase_person('nobody'), '{"erased": false, "reason": "This is no mail address."}', 'this is no address'
);
select is(
  public.erase_person(null), '{"erased": false, "reason": "This is no mail address."}', 'nor is nothing'
);
select is(
  public.erase_person('Team@ModernFull.com') ->> 'reason',
  'This is the address of a sender. Change it in senders first.', 'a sender is no visitor'
);
insert into public.members (user_id, email) values (gen_random_uuid(), 'greta@team.test');
select is(
  public.erase_person('greta@team.test') ->> 'reason',
  'This is a member of the board. Delete the row of members first.', 'nor is a member, who would keep the access'
);

-- Then
select is(
  (select jsonb_agg(e.payload order by e.id) from public.calcom_events as e), (select b.payloads from before as b),
  'nothing has changed'
);

-- When one of them is erased
select tests.send('BOOKING_CREATED', '{"uid": "uid-4"}');
select is(public.erase_person('ada@lovelace.test') ->> 'erased', 'true', 'she is erased');

-- Then
select is(
  array(select p.name from public.people as p where p.email not like 'erased-%' order by p.email),
  array['Ada Byron', 'Ada Byron', 'Lady'], 'the others keep their names'
);
select is(
  array(select p.email from public.people as p where p.email not like 'erased-%' order by 1),
  array['ada.byron@lovelace.test', 'ada@hopper.test', 'lady-ada@lovelace.test'], 'and their addresses'
);
select is(
  (select e.payload from public.calcom_events as e where e.booker_email = 'ada@hopper.test'),
  tests.calcom_event('BOOKING_CREATED', '{"uid": "uid-1", "email": "ada@hopper.test"}'),
  'who has the same name elsewhere is not touched at all'
);
select matches(
  public.erase_person('ada@lovelace.test') ->> 'reason', '^Erased at .+; nothing has come since\.$',
  'a second time there is nothing to erase'
);
select is(
  public.erase_person(tests.pseudonym()) ->> 'reason', 'This is the pseudonym of somebody who was erased.',
  'a pseudonym is nobody'
);

select * from finish();
rollback;
