-- Rule: what may pass by itself is no fault of an event: a replay that meets it is undone as a whole and tried again,
--       instead of going on without that event.
begin;
select plan(3);

-- Given a booking, and a database that has no memory left when it comes to apply it again
select tests.send('BOOKING_CREATED', '{"title": "large"}');
create function pg_temp.run_out_of_memory() returns trigger language plpgsql as $$
begin
  if new.title = 'large' then
    raise exception using errcode = 'out_of_memory', message = 'out of memory';
  end if;
  return new;
end;
$$;
create trigger bookings_are_large before insert on public.bookings
for each row execute function pg_temp.run_out_of_memory();

-- When an older event makes its company be replayed
create temporary table answers as
select tests.send('BOOKING_CREATED', '{"uid": "uid-0", "createdAt": "2037-03-01T09:00:00Z"}') as answer;

-- Then
select is((select a.answer -> 'is_pending' from answers as a), 'true'::jsonb, 'the older event is to be tried again');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-a ACCEPTED', 'the booking is still there');

-- When there is memory again
drop trigger bookings_are_large on public.bookings;
select public.handle_pending_event('0');
select is(tests.bookings_of('ada@lovelace.test'), 'uid-0 ACCEPTED, uid-a ACCEPTED', 'both are there');

select * from finish();
rollback;
