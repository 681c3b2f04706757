-- Rule: names and types that queries, dashboards and the API are written against.
begin;
select plan(5);

create temporary table promised (table_name text, column_name text, type text, is_required boolean);
insert into promised
values
  ('calcom_events', 'id', 'uuid', true), ('calcom_events', 'payload', 'jsonb', true),
  ('calcom_events', 'received_at', 'timestamp with time zone', true), ('calcom_events', 'outcome', 'text', true),
  ('calcom_events', 'reason', 'text', false), ('calcom_events', 'decided_at', 'timestamp with time zone', false),
  ('companies', 'id', 'uuid', true), ('companies', 'name', 'text', true), ('companies', 'domain', 'text', true),
  ('people', 'id', 'uuid', true), ('people', 'email', 'text', true), ('people', 'name', 'text', false),
  ('people', 'company_id', 'uuid', false),
  ('bookings', 'id', 'uuid', true), ('bookings', 'calcom_uid', 'text', true), ('bookings', 'person_id', 'uuid', true),
  ('bookings', 'title', 'text', false), ('bookings', 'start_time', 'timestamp with time zone', false),
  ('bookings', 'end_time', 'timestamp with time zone', false), ('bookings', 'status', 'text', true),
  ('bookings', 'attended', 'boolean', true), ('bookings', 'organizer_email', 'text', false),
  ('bookings', 'deal_id', 'uuid', false),
  ('deals', 'id', 'uuid', true), ('deals', 'company_id', 'uuid', true), ('deals', 'status', 'text', true),
  ('deals', 'stage', 'text', true),
  ('emails', 'id', 'uuid', true), ('emails', 'booking_id', 'uuid', false), ('emails', 'kind', 'text', true),
  ('emails', 'from_address', 'text', false), ('emails', 'to_address', 'text', true), ('emails', 'status', 'text', true),
  ('emails', 'attempts', 'integer', true), ('emails', 'resend_id', 'text', false);

select is_empty(
  $$ select p.* from promised as p
     left join information_schema.columns as c
       on c.table_schema = 'public' and c.table_name = p.table_name and c.column_name = p.column_name
      and c.data_type = p.type and (c.is_nullable = 'NO') = p.is_required
     where c.column_name is null $$,
  'every column is there'
);
select is(
  array(
    select concat_ws(' ', i.indkey, pg_get_expr(i.indpred, i.indrelid))
    from pg_catalog.pg_index as i
    where i.indrelid = 'public.deals'::regclass and i.indisunique and i.indpred is not null
  ),
  array(
    select concat_ws(' ', a.attnum, '(status = ''active''::text)')
    from pg_catalog.pg_attribute as a
    where a.attrelid = 'public.deals'::regclass and a.attname = 'company_id'
  ),
  'one active deal per company is a partial unique index'
);
select is(
  (
    select c.column_default from information_schema.columns as c
    where c.table_schema = 'public' and c.table_name = 'bookings' and c.column_name = 'attended'
  ),
  'false', 'attended is false by default'
);
select is(
  array(
    select c.column_name::text from information_schema.columns as c
    where c.table_schema = 'public' and c.table_name = 'pipeline'
    order by c.ordinal_position
  ),
  array[
    'deal_id', 'company_id', 'company', 'domain', 'stage', 'status', 'people', 'next_meeting', 'last_meeting', 'host',
    'opened_at'
  ],
  'the pipeline has its columns'
);
select is(
  array(
    select c.conrelid::regclass || ' ' || c.conname
    from pg_catalog.pg_constraint as c
    where c.contype = 'u' and c.conrelid in ('public.companies'::regclass, 'public.people'::regclass)
    order by 1
  ),
  array['companies companies_domain_key', 'people people_email_key'], 'a domain is one company, an address one person'
);

select * from finish();
rollback;
