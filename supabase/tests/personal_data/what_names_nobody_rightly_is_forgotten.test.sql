-- Rule: a person is also in what failed for an address with a name beside it, in a body of an unknown form, and in a
--       report about a mail that nobody knows. What was no booking does not become one.
begin;
select plan(5);
select tests.empty_crm();

-- Given
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-n", "email": "Ada Byron <ADA@lovelace.test>", "name": "Ada Byron", "additionalNotes": "I have gout",
  "responses": {"budget": {"value": "Nine hundred guineas"}}
}');
select public.handle_calcom_event('{
  "triggerEvent": "BOOKING_CREATED", "payload": [{"email": "ada@lovelace.test", "name": "Ada Byron", "said": "diary"}]
}');
select public.handle_resend_event('msg_lost', '{"type": "email.opened", "data": {
  "email_id": "re_unknown", "to": ["ada@lovelace.test"], "subject": "Hello Ada", "open": {"ipAddress": "203.0.113.7"}
}}');
create temporary table told as
select array['ada@lovelace', 'Byron', 'gout', 'guineas', 'diary', '203.0.113.7'] as texts;
select is(tests.standing(t.texts), t.texts, 'all of it stands somewhere') from told as t;

-- When
select is(public.erase_person('ada@lovelace.test') ->> 'erased', 'true', 'she is erased');

-- Then
select is(tests.standing(t.texts), '{}', 'nothing of it stands anywhere') from told as t;

-- When
select public.retry_failed_events();
select public.rebuild_everything();
select is((select count(*) from public.bookings), 0::bigint, 'what failed books nothing now');

-- When it comes once more
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-n", "email": "Ada Byron <ADA@lovelace.test>", "name": "Ada Byron", "additionalNotes": "I have gout",
  "createdAt": "2020-01-01T00:00:00Z", "responses": {"budget": {"value": "Nine hundred guineas"}}
}');
select is(tests.standing(t.texts), '{}', 'it does not bring her back') from told as t;

select * from finish();
rollback;
