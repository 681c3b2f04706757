-- Rule: Cal.com's page of the booking first, then the video call's data, then the location if it is a link.
begin;
select plan(1);

-- Given
create temporary table places (uid text, body jsonb, expected text);
insert into places
values
  (
    'uid-1', '{"metadata": {"videoCallUrl": "https://app.cal.com/video/uid-1"},
      "videoCallData": {"url": "https://one.test/v"}}', 'https://app.cal.com/video/uid-1'
  ),
  (
    'uid-2', '{"metadata": {"videoCallUrl": null}, "videoCallData": {"url": "https://two.test/v"}}',
    'https://two.test/v'
  ),
  ('uid-3', '{"metadata": null, "location": "https://three.test/l"}', 'https://three.test/l'),
  ('uid-4', '{"metadata": null, "location": "Main Street 1"}', null),
  ('uid-5', '{"metadata": null, "location": "integrations:google:meet"}', null),
  ('uid-6', '{"metadata": null, "location": null}', null);
create temporary table answers as
select tests.send(
  'BOOKING_CREATED', p.body || jsonb_build_object('uid', p.uid, 'email', p.uid || '@lovelace.test')
) as answer
from places as p;

-- Then
select results_eq(
  $$ select p.uid, crm.email_facts(e) ->> 'join_url' from places as p
     left join public.emails as e on e.to_address = p.uid || '@lovelace.test' order by 1 $$,
  $$ select p.uid, p.expected from places as p order by 1 $$,
  'the link is found, and nothing else is taken for one'
);

select * from finish();
rollback;
