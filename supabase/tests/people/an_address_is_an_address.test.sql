-- Rule: an address is what a mail server would take; what only looks like one is none.
begin;
select plan(3);

select results_eq(
  $$ select crm.jsonb_email(to_jsonb(v.given)) from (
       values (1, 'Ada.Byron+Cal@Lovelace.Test'), (2, ' o''neil_x-y@a.b-c.co.uk '), (3, 'x@xn--bcher-kva.example'),
         (4, repeat('a', 64) || '@lovelace.test'), (5, '1@2.de'), (6, 'x@example.xn--p1ai')
     ) as v (place, given) order by v.place $$,
  $$ values ('ada.byron+cal@lovelace.test'), ('o''neil_x-y@a.b-c.co.uk'), ('x@xn--bcher-kva.example'),
       (repeat('a', 64) || '@lovelace.test'), ('1@2.de'), ('x@example.xn--p1ai') $$,
  'addresses are taken, in lower case'
);
select is_empty(
  $$ select v.given, crm.jsonb_email(to_jsonb(v.given)) from unnest(array[
       'Email-less', 'a@gmail.com.', 'a@[127.0.0.1]', 'a@127.0.0.1', 'mailto:a@x.com', 'a@gmаil.com',
       'аda@lovelace.test', 'a@bücher.example', E'a\u200b@x.com', E'a@x\u200b.com', E'a\u0001@x.com', E'a@x.com\u0001',
       E'a@x.com\n',
       E'\ta@x.com', 'a b@x.com', 'a@x y.com', 'a@b@x.com', '@x.com', 'a@', 'a@x', 'a@.com', 'a@x..com', '.a@x.com',
       'a.@x.com', 'a..b@x.com', 'a@-x.com', 'a@x-.com', 'a@x.c', 'a@x.1', '<a@x.com>', 'Ann <a@x.com>',
       'a@x.com, b@x.com', 'a"b@x.com', 'a@x_y.com', E'a@x.\u212Aom', repeat('a', 65) || '@x.com',
       'a@' || repeat('a.', 130) || 'com'
     ]) as v (given) where crm.jsonb_email(to_jsonb(v.given)) is not null $$,
  'nothing else is'
);
select is(
  tests.send('BOOKING_CREATED', '{"email": "ada@lovelаce.test"}') ->> 'outcome', 'failed',
  'nobody books under a domain that only looks like another one'
);

select * from finish();
rollback;
