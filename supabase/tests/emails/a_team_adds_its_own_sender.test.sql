-- Rule: senders are rows, and one of them is the default.
begin;
select plan(2);

-- Given a team with a brand of its own
insert into public.senders (organizer_domain, from_address, from_name)
values ('host.test', 'hello@host.test', 'The hosts');

-- When
select tests.send('BOOKING_CREATED');

-- Then
select results_eq(
  $$ select e.from_address, e.from_name, e.reply_to from public.emails as e where e.to_address = 'ada@lovelace.test' $$,
  $$ values ('hello@host.test', 'The hosts', 'greta@host.test') $$,
  'its brand writes'
);
select throws_ok(
  $$ insert into public.senders (organizer_domain, from_address, is_default)
     values ('other.test', 'a@other.test', true) $$,
  '23505',
  'duplicate key value violates unique constraint "senders_one_default_idx"',
  'a second default is refused'
);

select * from finish();
rollback;
