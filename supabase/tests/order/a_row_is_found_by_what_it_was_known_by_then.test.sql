-- Rule: a domain or an address that was corrected by hand counts from then on. What was sent before it finds the rows
--       that were known by it then: also when somebody has joined two rows since, or another row has the old one now.
begin;
select plan(16);

create function pg_temp.company(p_domain text) returns uuid
language sql
return (select c.id from public.companies as c where c.domain = p_domain);
create function pg_temp.person(p_email text) returns uuid
language sql
return (select p.id from public.people as p where p.email = p_email);

create function pg_temp.difference(p_before text[], p_after text[])
returns text
language sql
as $$
  select string_agg(d.line, e'\n') from (
    select 'before: ' || b.line as line from unnest(p_before) as b (line) where b.line <> all (p_after)
    union all
    select 'after:  ' || a.line from unnest(p_after) as a (line) where a.line <> all (p_before)
  ) as d;
$$;

-- What a rebuild makes different, every id and reason included.
create function pg_temp.rebuild()
returns text
language plpgsql
as $$
declare
  v_before text[] := tests.whole_rows();
begin
  perform public.rebuild_everything(), public.rebuild_company('hopper.test'), public.rebuild_company('lovelace.test');
  return pg_temp.difference(v_before, tests.whole_rows());
end;
$$;

-- When two companies turn out to be one, and somebody joins them in the older row, under the domain of the younger
select tests.empty_crm();
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00Z"}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-g", "email": "grace@hopper.test", "createdAt": "2037-03-02T09:10:00Z"
}');
create temporary table deal_before as
select d.id from public.deals as d where d.company_id = pg_temp.company('lovelace.test');
update public.people set company_id = pg_temp.company('lovelace.test') where email = 'grace@hopper.test';
update public.bookings set deal_id = (select d.id from deal_before as d) where calcom_uid = 'uid-g';
delete from public.deals where company_id = pg_temp.company('hopper.test');
delete from public.companies where domain = 'hopper.test';
update public.companies set domain = 'hopper.test', name = 'Hopper' where domain = 'lovelace.test';
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-h", "email": "mary@hopper.test", "createdAt": "2037-03-02T09:20:00Z"
}');
select tests.send('MEETING_ENDED', '{"uid": "uid-g", "email": "grace@hopper.test"}');

-- Then
select is(tests.all_deals(), 'hopper.test active met', 'the companies are one');
select is(pg_temp.rebuild(), null, 'a rebuild changes nothing of it');

-- When an event turns up late that was sent before that
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "createdAt": "2037-03-02T09:05:00Z"}');

-- Then
select is(tests.all_deals(), 'hopper.test active met', 'an older event leaves them one');
select is(
  (select string_agg(distinct b.deal_id::text, ', ') from public.bookings as b),
  (select d.id::text from deal_before as d), 'with the deal that they had'
);

-- When somebody enters a company, and a person, under what others were known by before
select tests.empty_crm();
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00Z"}');
update public.companies set domain = 'hopper.test', name = 'Hopper';
insert into public.companies (domain, name) values ('lovelace.test', 'Another');
update public.people set email = 'countess@hopper.test';
insert into public.people (email, name) values ('ada@lovelace.test', 'Another Ada');
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "createdAt": "2037-03-02T09:10:00Z"}');
select tests.send('BOOKING_RESCHEDULED', '{"uid": "uid-c", "createdAt": "2037-03-02T09:20:00Z"}');

-- Then
select is(
  tests.picture(array['hopper.test', 'lovelace.test']),
  'company hopper.test is Hopper
company lovelace.test is Another
person ada@lovelace.test is Another Ada
person countess@hopper.test is Ada Byron
booking uid-b ada@lovelace.test 03-09 15:00 by greta@host.test ACCEPTED deal 1
booking uid-c countess@hopper.test 03-10 15:00 by greta@host.test ACCEPTED deal 1
deal 1 of hopper.test active booked
deal 1 of lovelace.test active booked',
  'each has what came when it was known by that'
);
select is(pg_temp.rebuild(), null, 'a rebuild changes nothing of that');

-- When one person turns out to have two rows, and somebody joins them in the older one, under the younger address
select tests.empty_crm();
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00Z"}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-g", "email": "countess@lovelace.test", "createdAt": "2037-03-02T09:10:00Z"
}');
update public.bookings set person_id = pg_temp.person('ada@lovelace.test') where calcom_uid = 'uid-g';
delete from public.people where email = 'countess@lovelace.test';
update public.people set email = 'countess@lovelace.test' where email = 'ada@lovelace.test';
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-h", "email": "countess@lovelace.test", "createdAt": "2037-03-02T09:20:00Z"
}');

-- Then
select is(
  tests.bookings_of('countess@lovelace.test'), 'uid-a ACCEPTED, uid-g ACCEPTED, uid-h ACCEPTED', 'they are one'
);
select is(pg_temp.rebuild(), null, 'a rebuild changes nothing of them');

-- When an event turns up late of the younger row, from before there was one
create temporary table answers as
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-i", "email": "countess@lovelace.test", "createdAt": "2037-03-02T09:05:00Z"
}') as answer;

-- Then
select is((select a.answer ->> 'email' from answers as a), 'confirmation', 'it is told');
select is(
  tests.bookings_of('countess@lovelace.test'), 'uid-a ACCEPTED, uid-g ACCEPTED, uid-h ACCEPTED, uid-i ACCEPTED',
  'and is about the one row'
);
select is(pg_temp.rebuild(), null, 'a rebuild leaves that so');

-- When an event turns up late that names what somebody has corrected a row to meanwhile
select tests.empty_crm();
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00Z"}');
update public.companies set domain = 'hopper.test' where domain = 'lovelace.test';
update public.people set email = 'countess@hopper.test' where email = 'ada@lovelace.test';
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-g", "email": "countess@hopper.test", "createdAt": "2037-03-02T08:50:00Z"
}');

-- Then
select is(
  tests.picture(array['hopper.test', 'lovelace.test']),
  'company hopper.test is hopper.test
person countess@hopper.test is Ada Byron
booking uid-a countess@hopper.test 03-09 15:00 by greta@host.test ACCEPTED deal 1
booking uid-g countess@hopper.test 03-09 15:00 by greta@host.test ACCEPTED deal 1
deal 1 of hopper.test active booked',
  'it is about that row'
);
select is(pg_temp.rebuild(), null, 'a rebuild leaves it so');

-- When somebody corrects a company and a person, and deletes them then
select tests.empty_crm();
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00Z"}');
update public.companies set domain = 'hopper.test';
update public.people set email = 'countess@hopper.test';
delete from public.bookings;
delete from public.people;
delete from public.deals;
delete from public.companies;

-- Then
select is(pg_temp.rebuild(), null, 'a rebuild brings neither back');

-- When they book again, under what they were known by before, and after that
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "createdAt": "2037-03-02T09:10:00Z"}');
select tests.send('BOOKING_CREATED', '{
  "uid": "uid-c", "email": "countess@hopper.test", "createdAt": "2037-03-02T09:20:00Z"
}');

-- Then
select is(
  tests.picture(array['hopper.test', 'lovelace.test']),
  'company lovelace.test is lovelace.test
person ada@lovelace.test is Ada Byron
booking uid-b ada@lovelace.test 03-09 15:00 by greta@host.test ACCEPTED deal 1
booking uid-c ada@lovelace.test 03-09 15:00 by greta@host.test ACCEPTED deal 1
deal 1 of lovelace.test active booked',
  'they are there again, as one'
);
select is(pg_temp.rebuild(), null, 'a rebuild leaves them so');

select * from finish();
rollback;
