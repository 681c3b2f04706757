-- Rule: a late event leaves only its result. A trigger of the team (a message to a channel, say) sees nothing of what
--       is taken back and made anew on the way, and rows that end as they were are not written.
begin;
select plan(5);
select tests.empty_crm();

-- Given a company with two meetings, of which one was attended, and a trigger of the team
select tests.send(
  'BOOKING_CREATED', '{"uid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2037-03-02T09:00:00Z"}'
);
select tests.send('BOOKING_CREATED', '{"createdAt": "2037-03-02T12:00:00Z"}');
select tests.send('MEETING_ENDED', '{}');
create temporary table seen (number integer generated always as identity, what text);
create function pg_temp.tell() returns trigger language plpgsql as $$
begin
  insert into seen (what) values (concat_ws(' ', tg_table_name, lower(tg_op)));
  return null;
end;
$$;
create trigger tell after insert or update or delete on public.companies for each row execute function pg_temp.tell();
create trigger tell after insert or update or delete on public.people for each row execute function pg_temp.tell();
create trigger tell after insert or update or delete on public.deals for each row execute function pg_temp.tell();
create trigger tell after insert or update or delete on public.bookings for each row execute function pg_temp.tell();
create temporary table before as select b.id, b.ctid as place from public.bookings as b;

-- When a change of one of the meetings comes late
select tests.send('BOOKING_REASSIGNED', '{
  "uid": "uid-b", "email": "grace@lovelace.test", "createdAt": "2037-03-02T10:00:00Z",
  "organizer": {"email": "piet@host.test", "name": "Piet"}
}');

-- Then
select is(
  array(select s.what from seen as s order by s.number), array['bookings update'], 'one row is written, once'
);
select is(
  (select count(*) from public.bookings as b join before as o on o.id = b.id and o.place = b.ctid), 1::bigint,
  'the other meeting stays where it was'
);

-- When an older booking of the company comes late
truncate seen;
select tests.send(
  'BOOKING_CREATED', '{"uid": "uid-c", "email": "rosa@lovelace.test", "createdAt": "2037-03-01T09:00:00Z"}'
);
select is(
  array(select s.what from seen as s where s.what not like 'companies%' order by s.number),
  array['people insert', 'deals update', 'bookings insert'],
  'its own rows are made, and the deal says who opened it'
);

-- When all is rebuilt
truncate seen;
select public.rebuild_company('lovelace.test');
select is(array(select s.what from seen as s), array[]::text[], 'a rebuild that changes nothing writes nothing');
select is(
  array(select d.status || ' ' || d.stage from public.deals as d), array['active met'], 'and the deal is as it was'
);

select * from finish();
rollback;
