-- Rule: names and types that queries, dashboards and the API are written against.
begin;
select plan(3);

create temporary table promised (table_name text, column_name text, type text, is_required boolean);
insert into promised
values
  ('calcom_events', 'id', 'uuid', true), ('calcom_events', 'payload', 'jsonb', true),
  ('calcom_events', 'received_at', 'timestamp with time zone', true), ('calcom_events', 'outcome', 'text', false),
  ('calcom_events', 'reason', 'text', false), ('calcom_events', 'handled_at', 'timestamp with time zone', false),
  ('companies', 'id', 'uuid', true), ('companies', 'name', 'text', true), ('companies', 'domain', 'text', true),
  ('people', 'id', 'uuid', true), ('people', 'email', 'text', true), ('people', 'name', 'text', false),
  ('people', 'company_id', 'uuid', false),
  ('bookings', 'id', 'uuid', true), ('bookings', 'calcom_uid', 'text', true), ('bookings', 'person_id', 'uuid', true),
  ('bookings', 'title', 'text', false), ('bookings', 'start_time', 'timestamp with time zone', false),
  ('bookings', 'end_time', 'timestamp with time zone', false), ('bookings', 'status', 'text', true),
  ('bookings', 'attended', 'boolean', true), ('bookings', 'organizer_email', 'text', false), ('bookings', 'deal_id', 'uuid', false),
  ('deals', 'id', 'uuid', true), ('deals', 'company_id', 'uuid', true), ('deals', 'status', 'text', true),
  ('deals', 'stage', 'text', true),
  ('emails', 'id', 'uuid', true), ('emails', 'booking_id', 'uuid', false), ('emails', 'kind', 'text', true),
  ('emails', 'from_address', 'text', true), ('emails', 'to_address', 'text', true), ('emails', 'status', 'text', true),
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
  (
    select pg_get_expr(i.indpred, i.indrelid) from pg_catalog.pg_index as i
    where i.indrelid = 'public.deals'::regclass and i.indisunique and i.indpred is not null
  ),
  '(status = ''active''::text)',
  'one active deal per company is a partial unique index'
);
select is(
  (select c.column_default from information_schema.columns as c where c.table_name = 'bookings' and c.column_name = 'attended'),
  'false',
  'attended is false by default'
);

select * from finish();
rollback;
