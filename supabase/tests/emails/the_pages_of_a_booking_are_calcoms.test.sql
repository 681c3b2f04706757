-- Rule: the pages are those of the host that Cal.com names for the booker, over https; a link to move a booking leads
--       there or to cal.com.
begin;
select plan(1);

-- Given
create temporary table pages (uid text, body jsonb, booker_url text, reschedule_url text);
insert into pages
values
  (
    'ours', '{"bookerUrl": "https://book.host.test", "rescheduleLink": "https://book.host.test/reschedule/x"}',
    'https://book.host.test', 'https://book.host.test/reschedule/x'
  ),
  (
    'calcoms', '{"bookerUrl": "https://cal.com", "rescheduleLink": "https://acme.cal.com/x"}',
    'https://cal.com', 'https://acme.cal.com/x'
  ),
  (
    'elsewhere', '{"bookerUrl": "https://cal.com", "rescheduleLink": "https://evil.test/x"}', 'https://cal.com', null
  ),
  (
    'looks-alike', '{"bookerUrl": "https://cal.com", "rescheduleLink": "https://evilcal.com/x"}',
    'https://cal.com', null
  ),
  ('plain', '{"bookerUrl": "http://cal.com", "rescheduleLink": "http://cal.com/x"}', null, null),
  (
    'two-ways', '{"bookerUrl": "https://cal.com@evil.test", "rescheduleLink": "https://cal.com\\@evil.test/x"}',
    null, null
  ),
  ('script', '{"bookerUrl": "javascript:alert(1)", "rescheduleLink": "javascript:alert(1)"}', null, null);

-- When
select tests.send(
  'BOOKING_CREATED', p.body || jsonb_build_object('uid', p.uid, 'email', p.uid || '@lovelace.test')
)
from pages as p;

-- Then
select results_eq(
  $$ select p.uid, crm.email_facts(e) ->> 'booker_url', crm.email_facts(e) ->> 'reschedule_url' from pages as p
     left join public.emails as e on e.to_address = p.uid || '@lovelace.test' order by 1 $$,
  $$ select p.uid, p.booker_url, p.reschedule_url from pages as p order by 1 $$,
  'the pages'
);

select * from finish();
rollback;
