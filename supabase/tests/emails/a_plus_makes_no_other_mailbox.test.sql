-- Rule: mails are counted by where they end up, so nobody is flooded under a hundred spellings of one address.
begin;
select plan(3);
select tests.empty_crm();
update public.settings as s set value = '2' where s.name = 'mails_per_address_and_day';

-- When one mailbox is booked with under several spellings
create temporary table answers as
select
  a.place, a.address,
  tests.send('BOOKING_CREATED', jsonb_build_object('uid', a.address, 'email', a.address)) as answer
from (
  values
    (1, 'ada@lovelace.test'), (2, 'ada+1@lovelace.test'), (3, 'ada+2@lovelace.test'), (4, 'ada.b@lovelace.test'),
    (5, 'ada.b.yron@gmail.com'), (6, 'adabyron+1@gmail.com'), (7, 'a.dabyron@googlemail.com')
) as a (place, address)
order by a.place;

-- Then
select is(
  array(select a.address from answers as a where a.answer ->> 'email' = 'none' order by a.place),
  array['ada+2@lovelace.test', 'a.dabyron@googlemail.com'], 'the third to one mailbox is too many'
);
select is(
  array(select e.to_address from public.emails as e join answers as a on a.address = e.to_address
        where e.status = 'due' order by a.place),
  array[
    'ada@lovelace.test', 'ada+1@lovelace.test', 'ada.b@lovelace.test', 'ada.b.yron@gmail.com', 'adabyron+1@gmail.com'
  ],
  'the others go to the address that was given'
);

-- When events come again
select tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', a.address, 'email', a.address, 'createdAt', '2037-03-02T09:00:00.017Z'
)) from answers as a;

-- Then
select results_eq(
  $$ select e.status, count(*) from public.emails as e group by 1 order by 1 $$,
  $$ values ('dropped', 2::bigint), ('due', 5) $$, 'a repeat counts for nothing'
);

select * from finish();
rollback;
