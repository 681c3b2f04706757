-- Rule: who complained gets no mail, erased or not, also under a new person of the address; unless somebody allows it.
begin;
select plan(6);

create function tests.report(p_type text, p_resend_id text)
returns jsonb
language sql
return public.handle_resend_event(gen_random_uuid()::text, jsonb_build_object(
  'type', p_type, 'data', jsonb_build_object('email_id', p_resend_id, 'to', array['ada@lovelace.test'])
));

-- Given Ada, who complained, and Grace and Mary, who did not
select tests.quiet_outbox();
select tests.send('BOOKING_CREATED');
select public.finish_email_attempt((tests.email()).id, 1, 'sent', 're_ada');
select tests.report('email.complained', 're_ada');
select tests.send('BOOKING_CREATED', '{"uid": "uid-g", "email": "grace@lovelace.test"}');
select public.finish_email_attempt((tests.email(p_to => 'grace@lovelace.test')).id, 1, 'sent', 're_grace');
select public.erase_person('ada@lovelace.test');
select public.erase_person('grace@lovelace.test');

-- When Ada books again
select tests.send('BOOKING_CREATED', '{"uid": "uid-n", "createdAt": "2037-04-02T09:00:00Z"}');

-- Then
select matches(
  (select p.suppressed_reason from public.people as p where p.email = 'ada@lovelace.test'), 'reported our mail as spam',
  'she gets no mail'
);
select is_empty($$ select * from tests.claim_all() where to_address = 'ada@lovelace.test' $$, 'not this one either');

-- When a complaint of Grace comes after she was erased
select tests.report('email.complained', 're_grace');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-m", "email": "grace@lovelace.test", "createdAt": "2037-04-02T09:00:00Z"
}');
select matches(
  (select p.suppressed_reason from public.people as p where p.email = 'grace@lovelace.test'),
  'reported our mail as spam', 'it counts for whoever has the address later'
);

-- When somebody allows Ada mail, and she is erased once more
select ok(public.allow_mail('ada@lovelace.test'), 'somebody lifts the suppression');
select public.erase_person('ada@lovelace.test');
select tests.send('BOOKING_CREATED', '{"uid": "uid-o", "createdAt": "2037-05-02T09:00:00Z"}');
select is(
  (select p.suppressed_reason from public.people as p where p.email = 'ada@lovelace.test'), null, 'that stays, too'
);
select ok(
  (select bool_and(p.suppressed_at is not null) from public.people as p where p.email like 'erased-%'),
  'a pseudonym gets no mail'
);

select * from finish();
rollback;
