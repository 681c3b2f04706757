-- Rule: a mail looks as its sender's row says when it is written; the row takes nothing that would break a mail.
begin;
select plan(5);

-- Given
insert into public.senders (organizer_domain, from_address, logo_url, color, footer, attaches_calendar)
values ('host.test', 'hello@host.test', 'https://host.test/logo.png', '#0F766e', e'Host Ltd\n1 Main Street', false);

-- When
select tests.send('BOOKING_CREATED');

-- Then
select is(
  (select crm.email_facts(e) -> 'brand' from public.emails as e where e.to_address = 'ada@lovelace.test'),
  '{
    "logo_url": "https://host.test/logo.png", "color": "#0F766e", "footer": "Host Ltd\n1 Main Street",
    "attaches_calendar": false
  }'::jsonb,
  'the looks are with the mail'
);
select throws_ok(
  $$ update public.senders as s set logo_url = 'http://host.test/logo.png' where s.organizer_domain = 'host.test' $$,
  '23514',
  'new row for relation "senders" violates check constraint "logo_url must begin with https://"',
  'a logo comes by https'
);
select throws_ok(
  $$ update public.senders as s set color = 'red' where s.organizer_domain = 'host.test' $$,
  '23514',
  'new row for relation "senders" violates check constraint "color must be # and six hex digits, like #1d4ed8"',
  'a colour is six digits'
);
select throws_ok(
  $$ update public.senders as s set footer = repeat('x', 1001) where s.organizer_domain = 'host.test' $$,
  '23514',
  'new row for relation "senders" violates check constraint "footer must have at most 1000 characters"',
  'a footer is small print'
);
select is(
  (
    select count(*) from public.senders as s
    where s.from_name is null and s.logo_url is null and s.color is null and s.footer is null and s.attaches_calendar
      and s.organizer_domain <> 'host.test'
  ),
  6::bigint,
  'the senders of a fresh install are plain, with a calendar file'
);

select * from finish();
rollback;
