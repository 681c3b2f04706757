-- Rule: a partial unique index is the proof.
begin;
select plan(5);

-- Given a company with a cancelled and an active deal
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T09:00:00Z"}');
select tests.send('BOOKING_CANCELLED', '{"createdAt": "2037-03-02T11:00:00Z"}');
select tests.send('BOOKING_CREATED', '{"uid": "uid-b", "createdAt": "2037-03-02T12:00:00Z"}');

-- Then
select throws_ok(
  $$ insert into public.deals (company_id) select c.id from public.companies as c where c.domain = 'lovelace.test' $$,
  '23505',
  'duplicate key value violates unique constraint "deals_one_active_per_company_idx"',
  'a second active deal is refused'
);
select throws_ok(
  $$ update public.deals as d set status = 'active' from public.companies as c
     where c.id = d.company_id and c.domain = 'lovelace.test' and d.status = 'cancelled' $$,
  '23505',
  'duplicate key value violates unique constraint "deals_one_active_per_company_idx"',
  'so is an old one made active again'
);
select lives_ok(
  $$ insert into public.deals (company_id, status) select c.id, 'cancelled' from public.companies as c
     where c.domain = 'lovelace.test' $$,
  'cancelled ones may be many'
);
select throws_ok(
  $$ update public.deals as d set status = 'won' from public.companies as c
     where c.id = d.company_id and c.domain = 'lovelace.test' $$,
  '23514',
  'new row for relation "deals" violates check constraint "deals_status_is_known"',
  'a status is active or cancelled'
);
select throws_ok(
  $$ update public.deals as d set stage = 'won' from public.companies as c
     where c.id = d.company_id and c.domain = 'lovelace.test' $$,
  '23514',
  'new row for relation "deals" violates check constraint "deals_stage_is_known"',
  'a stage is booked or met'
);

select * from finish();
rollback;
