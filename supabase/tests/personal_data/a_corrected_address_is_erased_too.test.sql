-- Rule: whoever had their address corrected, were linked to a company or were deleted by hand is erased with all of it.
begin;
select plan(8);
select tests.empty_crm();

-- Given
select tests.send('BOOKING_CREATED', '{"email": "ada@gmail.com"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-l", "email": "grace@lovelace.test", "name": "Grace"}');
update public.people as p set email = 'ada.king@gmail.com' where p.email = 'ada@gmail.com';
update public.people as p set company_id = (select c.id from public.companies as c)
where p.email = 'ada.king@gmail.com';
select tests.send('BOOKING_CREATED', '{"uid": "uid-d", "email": "ada@gmail.com", "createdAt": "2037-03-02T09:30:00Z"}');
delete from public.bookings as b where b.calcom_uid = 'uid-d';
create temporary table before as select tests.facts() as facts;

-- When
select is(public.erase_person('ada@gmail.com') ->> 'addresses', '2', 'both addresses are hers');

-- Then
select is(
  tests.standing(array['ada@gmail.com', 'ada.king@gmail.com', 'Ada Byron']), '{}', 'neither stands anywhere'
);
select is(tests.facts(), (select b.facts from before as b), 'meetings and deals are what they were');
select is(tests.changes_of_rebuild(), null, 'a rebuild changes nothing');
select is(
  (select count(*) from public.hand_edits as h where h.skipped_reason is not null), 0::bigint,
  'and repeats what was done by hand'
);

-- When the deleted booking comes again, and she books anew
select is(
  tests.send('BOOKING_CANCELLED', '{"uid": "uid-d", "email": "ada@gmail.com"}') ->> 'outcome', 'ignored',
  'what was deleted stays deleted'
);
select tests.send('BOOKING_CREATED', '{"uid": "uid-n", "email": "ada@gmail.com", "createdAt": "2037-04-02T09:30:00Z"}');
select is(tests.bookings_of('ada@gmail.com'), 'uid-n ACCEPTED', 'a new booking is that of a new person');
select is(
  (select p.company_id from public.people as p where p.email = 'ada@gmail.com'), null, 'whom nobody has linked'
);

select * from finish();
rollback;
