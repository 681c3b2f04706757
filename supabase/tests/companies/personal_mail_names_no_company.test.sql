-- Rule: six domains that anybody can register on come with the installation; a person there has no company and no deal.
begin;
select plan(4);

-- Given one booker at each of them
create temporary table answers as
select d.domain, tests.send(
  'BOOKING_CREATED',
  jsonb_build_object('uid', 'uid-' || d.domain, 'email', 'Ada.Byron.Test@' || d.domain)
) as answer
from unnest(array['gmail.com', 'yahoo.com', 'hotmail.com', 'outlook.com', 'icloud.com', 'me.com']) as d (domain);

-- Then
select is_empty(
  $$ select c.domain from public.companies as c join answers as a using (domain) $$,
  'none of them is a company'
);
select is_empty(
  $$ select a.domain from answers as a
     left join public.people as p on p.email = 'ada.byron.test@' || a.domain
     where p.id is null or p.company_id is not null $$,
  'each booker is a person without a company'
);
select is_empty(
  $$ select a.domain from answers as a
     where tests.bookings_of('ada.byron.test@' || a.domain) is distinct from 'uid-' || a.domain || ' ACCEPTED' $$,
  'each booking is kept'
);
select is_empty(
  $$ select a.answer from answers as a
     where (a.answer ->> 'outcome', a.answer ->> 'email') is distinct from ('applied', 'confirmation')
        or a.answer ->> 'deal_id' is not null or a.answer ->> 'company_id' is not null $$,
  'the booking counts and is confirmed, without a deal'
);

select * from finish();
rollback;
