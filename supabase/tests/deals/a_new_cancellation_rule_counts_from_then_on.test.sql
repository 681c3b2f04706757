-- Rule: a change of cancellation_rule counts for the cancellations that follow. Those of before stay as they were, also
--       when an event turns up late; a rebuild does them all by the new rule.
begin;
select plan(5);
select tests.empty_crm();

-- Given two meetings of a deal, one of them cancelled, and the deal with it
select tests.send(
  'BOOKING_CREATED', '{"uid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2037-03-02T11:00:00Z"}'
);
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T12:00:00Z"}');
select tests.send('BOOKING_CANCELLED', '{"createdAt": "2037-03-02T14:00:00Z"}');
select is(array(select d.status from public.deals as d), array['cancelled'], 'any cancellation closes the deal');

-- When the rule is another from now on, and something comes late from before the cancellation
update public.settings as s set value = 'last_meeting' where s.name = 'cancellation_rule';
select tests.send('BOOKING_REASSIGNED', '{
  "uid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2037-03-02T13:00:00Z",
  "organizer": {"email": "piet@host.test", "name": "Piet"}
}');

-- Then
select is(array(select d.status from public.deals as d), array['cancelled'], 'the old cancellation stays as it was');
select public.rebuild_company('lovelace.test');
select is(
  array(select d.status from public.deals as d), array['active'], 'after a rebuild the other meeting keeps the deal'
);
select tests.send('BOOKING_REASSIGNED', '{
  "uid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2037-03-02T13:30:00Z",
  "organizer": {"email": "ada@host.test", "name": "Ada"}
}');
select is(array(select d.status from public.deals as d), array['active'], 'and from then on');

-- When it is the first one again, and everything is rebuilt
update public.settings as s set value = 'any' where s.name = 'cancellation_rule';
select public.rebuild_everything();

-- Then
select is(array(select d.status from public.deals as d), array['cancelled'], 'a rebuild of everything does as well');

select * from finish();
rollback;
