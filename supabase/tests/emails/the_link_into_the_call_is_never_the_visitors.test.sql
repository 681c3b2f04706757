-- Rule: the link into the call is Cal.com's or the host's. A visitor answers where to meet, and can add to the metadata
--       of a booking, also over what Cal.com wrote there.
begin;
select plan(1);

-- Given
create temporary table places (uid text, body jsonb, expected text);
insert into places
values
  (
    'answer', '{"location": "https://evil.test/x", "metadata": null,
      "responses": {"location": {"value": {"value": "attendeeInPerson", "optionValue": "https://evil.test/x"}}}}', null
  ),
  (
    'answer-spelled-otherwise', '{"location": " HTTPS://evil.test/x", "metadata": null,
      "responses": {"location": {"value": {"value": "somewhereElse", "optionValue": "https://evil.test/X "}}}}', null
  ),
  (
    'answer-that-was-tidied', '{"location": "https://evil.test/x/", "metadata": null,
      "responses": {"location": {"value": {"value": "somewhereElse", "optionValue": "https://evil.test/x\n"}}}}', null
  ),
  (
    'answer-as-kind', '{"location": "https://evil.test/x", "metadata": null,
      "responses": {"location": {"value": {"value": "https://evil.test/x", "optionValue": ""}}}}', null
  ),
  (
    'answer-as-text', '{"location": "https://evil.test/x", "metadata": null,
      "responses": {"location": {"value": "https://evil.test/x"}}}', null
  ),
  (
    'answer-in-a-list', '{"location": "https://evil.test/x", "metadata": null,
      "responses": {"location": {"value": [{"link": "https://evil.test/x"}]}}}', null
  ),
  (
    'answer-to-another-question', '{"location": "https://evil.test/x", "metadata": null,
      "userFieldsResponses": {"where": {"value": "https://evil.test/x"}}}', null
  ),
  (
    'another-page-of-meet', '{"location": "integrations:google:meet",
      "metadata": {"videoCallUrl": "https://meet.google.com/linkredirect?dest=https://evil.test/a-b"}}', null
  ),
  (
    'another-page-of-zoom', '{"location": "integrations:zoom",
      "metadata": {"videoCallUrl": "https://zoom.us/rec/play?u=https://evil.test/j/1"}}', null
  ),
  (
    'another-page-of-teams', '{"location": "integrations:office365_video",
      "metadata": {"videoCallUrl": "https://teams.microsoft.com/dl/launcher.html?url=https://evil.test"}}', null
  ),
  (
    'another-page-of-webex', '{"location": "integrations:webex_video",
      "metadata": {"videoCallUrl": "https://evil.webex.com/mw/redirect?u=https://evil.test"}}', null
  ),
  (
    'teams', '{"location": "integrations:office365_video",
      "metadata": {"videoCallUrl": "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x/0?context=y"}}',
    'https://teams.microsoft.com/l/meetup-join/19%3ameeting_x/0?context=y'
  ),
  (
    'webex', '{"location": "integrations:webex_video",
      "metadata": {"videoCallUrl": "https://host.webex.com/host/j.php?MTID=m1"}}',
    'https://host.webex.com/host/j.php?MTID=m1'
  ),
  ('no-place', '{"location": null, "metadata": {"videoCallUrl": "https://evil.test/x"}}', null),
  (
    'beside-an-address', '{"location": "Main Street 1", "metadata": {"videoCallUrl": "https://evil.test/x"},
      "videoCallData": {"url": "https://evil.test/x"}}', null
  ),
  ('over-the-call', '{"metadata": {"videoCallUrl": "https://evil.test/x"}}', null),
  (
    'over-the-call-with-its-link', '{"metadata": {"videoCallUrl": "https://evil.test/x"},
      "videoCallData": {"url": "https://host.daily.test/x"}}', 'https://host.daily.test/x'
  ),
  (
    'another-room', '{"metadata": {"videoCallUrl": "https://host.daily.test/evil"},
      "videoCallData": {"url": "https://host.daily.test/x"}}', 'https://host.daily.test/x'
  ),
  (
    'another-call', '{"location": "integrations:zoom", "metadata": {"videoCallUrl": "https://zoom.us/j/666"},
      "videoCallData": {"url": "https://us02web.zoom.us/j/1?pwd=2"}}', 'https://us02web.zoom.us/j/1?pwd=2'
  ),
  ('another-booking', '{"metadata": {"videoCallUrl": "https://app.cal.com/video/evil"}}', null),
  ('another-page', '{"metadata": {"videoCallUrl": "https://cal.com/evil/30min"}}', null),
  ('host-in-front', '{"metadata": {"videoCallUrl": "https://app.cal.com@evil.test/video/host-in-front"}}', null),
  ('host-behind', '{"metadata": {"videoCallUrl": "https://app.cal.com.evil.test/video/host-behind"}}', null),
  ('not-https', '{"metadata": {"videoCallUrl": "http://app.cal.com/video/not-https"}}', null),
  (
    'another-service', '{"location": "integrations:google:meet",
      "metadata": {"videoCallUrl": "https://zoom.us/j/1"}}', null
  ),
  ('daily', '{"metadata": {"videoCallUrl": "https://app.cal.com/video/daily"}}', 'https://app.cal.com/video/daily'),
  (
    'own-server', '{"bookerUrl": "https://book.host.test",
      "metadata": {"videoCallUrl": "https://host.test/video/own-server"}}', 'https://host.test/video/own-server'
  ),
  (
    'meet', '{"location": "integrations:google:meet",
      "metadata": {"videoCallUrl": "https://meet.google.com/abc-defg-hij"}}',
    'https://meet.google.com/abc-defg-hij'
  ),
  (
    'zoom', '{"location": "integrations:zoom", "metadata": {"videoCallUrl": "https://us02web.zoom.us/j/1?pwd=2"}}',
    'https://us02web.zoom.us/j/1?pwd=2'
  ),
  (
    'set-by-the-host', '{"location": "https://meet.host.test/room", "metadata": {"videoCallUrl": "https://evil.test/x"},
      "responses": {"location": {"value": {"value": "link", "optionValue": ""}}}}', 'https://meet.host.test/room'
  );

-- When
select tests.send(
  'BOOKING_CREATED', p.body || jsonb_build_object('uid', p.uid, 'email', p.uid || '@lovelace.test')
)
from places as p;

-- Then
select results_eq(
  $$ select p.uid, crm.email_facts(e) ->> 'join_url' from places as p
     left join public.emails as e on e.to_address = p.uid || '@lovelace.test' order by 1 $$,
  $$ select p.uid, p.expected from places as p order by 1 $$,
  'the way into the call'
);

select * from finish();
rollback;
