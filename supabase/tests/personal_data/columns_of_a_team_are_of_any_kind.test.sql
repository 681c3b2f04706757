-- Rule: what a team has added may hold less than a pseudonym is long, have a type of its own, or be a table of parts.
begin;
select plan(4);
select tests.empty_crm();

-- Given
select tests.send('BOOKING_CREATED');
create domain public.remark as text;
alter table public.bookings
  add column badge varchar(12), add column remark public.remark, add column seats varchar(9)[];
update public.bookings as b set badge = 'Ada Byron', remark = 'Ada Byron was here', seats = '{window}';
create table public.diary (day integer, entry text) partition by list (day);
create table public.diary_monday partition of public.diary for values in (1);
create table public.diary_tuesday partition of public.diary for values in (2);
insert into public.diary values (1, 'call ada@lovelace.test'), (2, 'nothing');

-- When
select is(public.erase_person('ada@lovelace.test') ->> 'erased', 'true', 'she is erased all the same');

-- Then
select is(tests.standing(array['ada@lovelace.test', 'Ada Byron']), '{}', 'nothing tells of her');
select is(
  (select concat_ws(' ', b.badge, b.seats) from public.bookings as b), left(tests.pseudonym(), 12) || ' {window}',
  'a short column holds as much of the pseudonym as it can'
);
select is(
  array(select d.entry from public.diary as d order by d.day), array['call ' || tests.pseudonym(), 'nothing'],
  'of a table of parts no other row is touched'
);

select * from finish();
rollback;
